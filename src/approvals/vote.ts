/** One vote under the log's lock: whether it may be given, whether it counts, whether it decides. */

import { SignalboxError } from '../domain/errors.ts';
import type { JsonObject } from '../domain/event.ts';
import { redactText } from '../domain/redactText.ts';
import type { Verdict } from '../domain/verdict.ts';
import { type CaseLogWriter, storable } from '../log/caseLog.ts';
import { type ApprovalKey, type KeptApproval, readApproval } from './approval.ts';
import { mayAnswer, type Proof } from './approvalRules.ts';
import { parseChanges, sameChanges } from './changesForm.ts';
import { endApproval, isDue, takeDefault } from './endApproval.ts';
import type { NoticeChannels } from './notices.ts';
import { wasGiven } from './reviewers.ts';

export interface GivenVerdict extends ApprovalKey, Omit<Verdict, 'at' | 'via'> {
  readonly via: Exclude<Verdict['via'], 'default'>;
  /** The version that the caller has seen. */
  readonly ifMatch?: number;
  /** Absent: nobody has proven anything, as with auth off. Pools and not-self hold against proven actors only. */
  readonly proof?: Proof;
}

/**
 * `given`: decides. `counted`: counts, and more are needed. `same`: this actor gave this verdict before; nothing changed. `lost`: another was first.
 * `over`: the default was taken, or the case ended. `stale`: `ifMatch` is another version. The winner is `approval.verdict`.
 */
export interface VerdictResult extends KeptApproval {
  readonly result: 'given' | 'counted' | 'same' | 'lost' | 'over' | 'stale';
}

/** Who answers, and how that is known. */
export interface Reviewer extends ApprovalKey {
  readonly actor: string;
  readonly proof?: Proof;
}

/** Throws `forbidden` where the actor is not among those who are asked, or sent the event that they may not judge. */
export function assertMayAnswer({ rules, sender, approval }: KeptApproval, { actor, proof }: Reviewer, log: CaseLogWriter): void {
  if (proof === undefined || proof.by === 'nobody') return;
  if (rules.notSelf && sender === storable(actor))
    throw new SignalboxError('forbidden', `${actor} sent the event, and may have no part in its verdict`);
  // a link went to somebody who was asked
  if (proof.by === 'link' || wasGiven(approval.handed, actor, proof.roles)) return;
  if (!mayAnswer(rules, proof.roles, Date.parse(log.at)))
    throw new SignalboxError('forbidden', `${actor} has no role of those who are asked: ${approval.asked.join(', ')}`);
}

/** Throws `claimed` while somebody else works on it. */
export function assertNotClaimed({ approval: { claim } }: KeptApproval, actor: string): void {
  if (claim !== null && claim.by !== storable(actor))
    throw new SignalboxError('claimed', `${claim.by} works on it until ${claim.until}`, { more: { claim } });
}

/** Gives a vote, with its line on the timeline. Null where there is no such approval. Throws SignalboxError for what may not be given. */
export async function vote(log: CaseLogWriter, given: GivenVerdict, notices: NoticeChannels | undefined): Promise<VerdictResult | null> {
  const before = await readApproval(log.client, given);
  if (before === null) return null;
  const { approval, version } = before;
  const actor = storable(given.actor);
  assertMayAnswer(before, given, log);
  if (isDue(log, before)) return { ...(await takeDefault(log, before, notices)), result: 'over' };
  if (approval.state === 'expired') return { ...before, result: 'over' };
  // before If-Match: a caller who repeats a request whose answer was lost carries the version from before it
  const said = [...approval.votes, ...(approval.state === 'decided' && approval.verdict !== null ? [approval.verdict] : [])];
  const mine = said.filter((earlier) => earlier.actor === actor);
  if (mine.some(({ verdict }) => verdict === given.verdict)) return { ...before, result: 'same' };
  if (given.ifMatch !== undefined && given.ifMatch !== version) return { ...before, result: 'stale' };
  if (approval.state === 'decided') return { ...before, result: 'lost' };
  if (mine.length > 0) throw new SignalboxError('already-voted', undefined, { more: { vote: mine[0] } });
  assertNotClaimed(before, actor);
  // it is told to the case, stands in the decision's reasons and on the timeline
  const counted: GivenVerdict = { ...given, actor, reason: storable(redactText(given.reason)) };
  const changes = agreedChanges(before, given);
  await insertVote(log, before, { ...counted, changes });
  const decides = given.verdict === 'reject' || approval.votes.length + 1 >= approval.needed;
  if (decides) await endApproval(log, before, { ...endOf(counted, changes), state: 'decided', notices });
  else await noteVote(log, before, counted);
  return { ...((await readApproval(log.client, given)) as KeptApproval), result: decides ? 'given' : 'counted' };
}

const endOf = ({ verdict, actor, reason, via }: GivenVerdict, changes: JsonObject | null) => ({
  ...{ verdict, actor, reason, via },
  ...(changes === null ? {} : { changes }),
});

/** All who approve must approve the same, so a later vote carries the changes of the first one. */
function agreedChanges({ approval, rules }: KeptApproval, { verdict, changes: given }: GivenVerdict): JsonObject | null {
  const wrong = (detail: string) => new SignalboxError('bad-verdict', undefined, { errors: [{ pointer: '/changes', detail }] });
  const changes = parseChanges(rules.changes, given);
  if (verdict === 'reject' && changes !== null) throw wrong('only an approval changes what is proposed');
  const first = approval.votes[0];
  if (verdict === 'approve' && first !== undefined && !sameChanges(changes, first.changes ?? null))
    throw wrong(`must be those of the votes before: ${JSON.stringify(first.changes ?? {})}`);
  return changes;
}

async function insertVote(
  log: CaseLogWriter,
  { version, shown }: KeptApproval,
  {
    tenant,
    flow,
    eventPosition,
    turn,
    actor,
    verdict,
    reason,
    via,
    changes,
  }: Omit<GivenVerdict, 'changes'> & { changes: JsonObject | null },
): Promise<void> {
  await log.client.query(
    `insert into approval_votes (tenant, flow, event_position, turn, actor, verdict, reason, changes, via, at, version, shown)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
    [
      ...[tenant, flow, eventPosition, turn, actor, verdict, reason, changes === null ? null : JSON.stringify(changes)],
      ...[via, log.at, version, shown],
    ],
  );
}

/** A vote that does not decide: the next one sees it, and no claim keeps it off. */
async function noteVote(log: CaseLogWriter, { approval }: KeptApproval, given: GivenVerdict): Promise<void> {
  const { tenant, flow, eventPosition, turn, actor, verdict, reason, via } = given;
  await log.client.query(
    `update approvals set version = version + 1, claimed_by = null, claimed_until = null
    where tenant = $1 and flow = $2 and event_position = $3 and turn = $4`,
    [tenant, flow, eventPosition, turn],
  );
  const title = `Approved by ${actor}: ${approval.votes.length + 1} of ${approval.needed}`;
  const detail = { approval: approval.id, verdict, actor, reason, via };
  const { id, subject } = approval;
  await log.record([
    { kind: 'verdict', eventPosition, subject, key: `vote ${id} ${actor}`, title, detail, ...(via === 'signal' ? {} : { by: actor }) },
  ]);
}
