/** Who works on an approval: for a quarter of an hour, or until it is released or escalated, nobody else's verdict is taken. */
import { SignalboxError } from '../domain/errors.ts';
import { type CaseLogWriter, storable } from '../log/caseLog.ts';
import { type KeptApproval, readApproval } from './approval.ts';
import type { ApprovalDeps } from './approvals.ts';
import { onApproval } from './onApproval.ts';
import { assertMayAnswer, assertNotClaimed, type Reviewer } from './vote.ts';

const CLAIM_MS = 15 * 60_000;

type Deps = Pick<ApprovalDeps, 'pool' | 'notices'>;

/** Throws `already-decided` or `over`, with the winner, where the approval has ended. */
export function assertOpen({ approval: { state, verdict } }: KeptApproval): void {
  if (state !== 'open')
    throw new SignalboxError(state === 'decided' ? 'already-decided' : 'over', undefined, { more: { winner: verdict } });
}

/**
 * Claims it, or claims it for longer. Null where there is no such approval. Throws SignalboxError `forbidden`, `claimed` (by another), `already-decided`,
 * `over`, or `database-away` where trying again helps.
 */
export async function claimApproval(deps: Deps, by: Reviewer): Promise<KeptApproval | null> {
  return onApproval(deps, by, {
    check: (log, before) => assertMayAnswer(before, by, log),
    async work(log, before) {
      assertOpen(before);
      assertNotClaimed(before, by.actor);
      const until = new Date(claimEndMs(before, Date.parse(log.at))).toISOString();
      await setClaim(log, before, { title: `Claimed by ${storable(by.actor)} until ${until}`, claim: { by: storable(by.actor), until } });
      return readApproval(log.client, by);
    },
  });
}

/** At the next escalation somebody else is asked, who must not find it taken. */
function claimEndMs({ rules, approval }: KeptApproval, nowMs: number): number {
  const steps = (rules.milestones ?? []).filter(({ kind }) => kind === 'escalation').map(({ at }) => Date.parse(at));
  const next = steps.filter((atMs) => atMs > nowMs);
  return Math.min(nowMs + CLAIM_MS, Date.parse(approval.deadline), ...next);
}

/** Ends a claim: one's own, or anybody's for an admin. Without one: changes nothing. Fails as `claimApproval` does. */
export async function releaseApproval(deps: Deps, by: Reviewer & { readonly admin: boolean }): Promise<KeptApproval | null> {
  return onApproval(deps, by, {
    check: (log, before) => {
      if (!by.admin) assertMayAnswer(before, by, log);
    },
    async work(log, before) {
      assertOpen(before);
      if (before.approval.claim === null) return before;
      if (!by.admin) assertNotClaimed(before, by.actor);
      await setClaim(log, before, { title: `Released by ${storable(by.actor)}`, claim: null });
      return readApproval(log.client, by);
    },
  });
}

async function setClaim(
  log: CaseLogWriter,
  { key, version, approval: { id, subject } }: KeptApproval,
  { title, claim }: { title: string; claim: { by: string; until: string } | null },
): Promise<void> {
  const { tenant, flow, eventPosition, turn } = key;
  await log.client.query(
    `update approvals set version = version + 1, claimed_by = $5, claimed_until = $6
    where tenant = $1 and flow = $2 and event_position = $3 and turn = $4`,
    [tenant, flow, eventPosition, turn, claim?.by ?? null, claim?.until ?? null],
  );
  await log.record([{ kind: 'approval', eventPosition, subject, key: `claim ${id} ${version}`, title, detail: { approval: id, claim } }]);
}
