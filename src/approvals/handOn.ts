/**
 * A reviewer gives an approval to somebody else, with a reason. It asks them and takes nobody's right: who is away holds up nobody, deadline and
 * escalations go on. The row knows the last one; all are on the timeline.
 */
import { SignalboxError } from '../domain/errors.ts';
import { didYouMean } from '../domain/nearest.ts';
import { redactText } from '../domain/redactText.ts';
import { type CaseLogWriter, storable } from '../log/caseLog.ts';
import type { Handed } from '../wire/approval.ts';
import { type KeptApproval, readApproval } from './approval.ts';
import type { ApprovalDeps } from './approvals.ts';
import { assertOpen } from './claims.ts';
import { planNotices } from './notices.ts';
import { onApproval } from './onApproval.ts';
import { personRefusal, readReviewers, roleRefusal } from './reviewers.ts';
import { assertMayAnswer, assertNotClaimed, type Reviewer } from './vote.ts';

const HANDED_MAX = 20;

export interface HandingOn extends Reviewer {
  readonly to: Handed['to'];
  readonly reason: string;
  /** May hand on what they may not answer, and what another has claimed. */
  readonly admin: boolean;
  /** The version that the caller has seen. */
  readonly ifMatch?: number;
}

/**
 * Hands it on; the same by the same actor again, while it stands, changes nothing. A claim ends with it. Null where there is no such approval. Throws
 * SignalboxError `forbidden`, `stale`, `claimed` (by another), `cannot-hand-on` with the reason, `already-decided`, `over`, or `database-away` where
 * trying again helps.
 */
export async function handOn(deps: Pick<ApprovalDeps, 'pool' | 'notices'>, by: HandingOn): Promise<KeptApproval | null> {
  const actor = storable(by.actor);
  const reason = storable(redactText(by.reason));
  const work = async (log: CaseLogWriter, before: KeptApproval): Promise<KeptApproval> => {
    assertOpen(before);
    const { handed, id, subject } = before.approval;
    if (handed !== null && handed.by === actor && handed.reason === reason && nameOf(handed.to) === nameOf(by.to)) return before;
    if (by.ifMatch !== undefined && by.ifMatch !== before.version) throw new SignalboxError('stale', undefined, { more: { handed } });
    if (!by.admin) assertNotClaimed(before, by.actor);
    await assertMayReceive(log, before, by);
    const n = (handed?.n ?? 0) + 1;
    if (n > HANDED_MAX) throw new SignalboxError('cannot-hand-on', `It was handed on ${HANDED_MAX} times already`);
    const next: Handed = { n, to: by.to, by: actor, reason, at: log.at };
    const { tenant, flow, eventPosition, turn } = by;
    await log.client.query(
      `update approvals set version = version + 1, handed = $5, claimed_by = null, claimed_until = null
      where tenant = $1 and flow = $2 and event_position = $3 and turn = $4`,
      [tenant, flow, eventPosition, turn, JSON.stringify(next)],
    );
    const title = `Handed on to ${nameOf(by.to)} by ${actor}`;
    // who gives it and who gets it were proven to be somebody, where anybody is
    const proven = by.proof?.by === 'key' && 'person' in by.to ? [actor, by.to.person] : [actor];
    await log.record([
      { kind: 'approval', eventPosition, subject, key: `handed ${id} ${n}`, title, detail: { approval: id, handed: next }, by: proven },
    ]);
    const after = (await readApproval(log.client, by)) as KeptApproval;
    await planNotices(log, after, { kind: 'handed', nth: n, given: by.to, channels: deps.notices, detail: { handed: next } });
    return after;
  };
  const check = (log: CaseLogWriter, before: KeptApproval): void => {
    if (!by.admin) assertMayAnswer(before, by, log);
  };
  return onApproval(deps, by, { check, work });
}

/** `ann`, or `the role fraud-desk`. */
const nameOf = (to: Handed['to']): string => ('person' in to ? to.person : `the role ${to.role}`);

/** With auth off nobody is known: a name is taken as it is given. */
async function assertMayReceive({ client, tenant }: CaseLogWriter, before: KeptApproval, { to, actor, proof }: HandingOn): Promise<void> {
  if ('person' in to && to.person === actor) throw new SignalboxError('cannot-hand-on', 'It is with you already');
  if (proof === undefined || proof.by === 'nobody') return;
  const reviewers = await readReviewers(client, tenant);
  const others = reviewers.filter(({ name }) => name !== actor);
  const refusal = 'person' in to ? personRefusal(before, to.person, reviewers) : roleRefusal(before, to.role, others);
  if (refusal === null) return;
  const known = 'person' in to ? reviewers.map(({ name }) => name) : reviewers.flatMap(({ roles }) => roles);
  const meant = didYouMean('person' in to ? to.person : to.role, known);
  throw new SignalboxError('cannot-hand-on', `${refusal}${meant}`, { errors: [{ pointer: '/to', detail: refusal }] });
}
