/** What a reviewer does first: by deadline, and where deadlines are about the same by what is at stake. */
import type { Approval } from '../../wire/approval.ts';
import { stakeOf } from './evidence.ts';

/** Deadlines within the same stretch count as equal. */
const SAME_MS = 15 * 60_000;

const stretch = (approval: Approval): number => Math.floor(Date.parse(approval.deadline) / SAME_MS);

export function inOrder(approvals: readonly Approval[]): Approval[] {
  const stakes = new Map(approvals.map((one) => [one.id, stakeOf(one.evidence)?.value ?? 0]));
  return [...approvals].sort(
    (a, b) => stretch(a) - stretch(b) || (stakes.get(b.id) ?? 0) - (stakes.get(a.id) ?? 0) || a.id.localeCompare(b.id),
  );
}

/** `with bob`, `with you`; empty if nobody handed it on. */
export function handedText({ handed }: Pick<Approval, 'handed'>, me: { actor: string; roles: readonly string[] | null } | null): string {
  if (handed === null) return '';
  const { to } = handed;
  const mine = me !== null && ('person' in to ? to.person === me.actor : (me.roles ?? []).includes(to.role));
  if (mine) return `handed to you by ${handed.by}`;
  return 'person' in to ? `with ${to.person}` : `with the role ${to.role}`;
}

/** `1 of 2 have approved: ann`; empty where one is enough. */
export function votesText({ needed, votes }: Pick<Approval, 'needed' | 'votes'>): string {
  if (needed <= 1) return '';
  const approved = votes.filter(({ verdict }) => verdict === 'approve').map(({ actor }) => actor);
  return approved.length === 0 ? `0 of ${needed} have approved` : `${approved.length} of ${needed} have approved: ${approved.join(', ')}`;
}
