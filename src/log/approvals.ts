/**
 * A question to a person, as a row. The row is the one arbiter: verdicts by HTTP, CLI and signal, and the default at the
 * deadline, all come through here, under the lock of the flow's second log; the first one wins and every other is told who won.
 */
import { SignalboxError } from '../errors.ts';
import type { JsonObject } from '../event.ts';
import { approvalId } from '../ids.ts';
import { redactText } from '../redactText.ts';
import { type Approval, type ApprovalKey, type ApprovalRules, type KeptApproval, readApproval, type Verdict } from './approval.ts';
import { type CaseLogDeps, type CaseLogWriter, storable, writeCaseLog } from './caseLog.ts';

export interface GivenVerdict extends ApprovalKey, Omit<Verdict, 'at' | 'via'> {
  readonly via: Exclude<Verdict['via'], 'default'>;
  /** The version that the caller has seen. */
  readonly ifMatch?: number;
}

/**
 * `given`: counts. `same`: this actor gave this verdict before; nothing changed. `lost`: another was first. `over`: the default
 * was taken, or the case ended. `stale`: `ifMatch` is another version. The winner is `approval.verdict`.
 */
export interface VerdictResult extends KeptApproval {
  readonly result: 'given' | 'same' | 'lost' | 'over' | 'stale';
}

/**
 * Gives a verdict, in one transaction with its line on the timeline. Null where there is no such approval.
 * Throws SignalboxError `bad-verdict` for changes that the approval does not allow, `database-away` where trying again helps.
 */
export async function giveVerdict({ pool, notifier }: CaseLogDeps, said: GivenVerdict): Promise<VerdictResult | null> {
  // it is told to the case, stands in the decision's reasons and on the timeline
  const given = { ...said, reason: redactText(said.reason) };
  const outcome = await writeCaseLog(pool, given, async (log): Promise<VerdictResult | null> => {
    const before = await readApproval(log.client, given);
    if (before === null) return null;
    const { approval, version, rules } = before;
    const winner = approval.verdict;
    // before If-Match: a caller who repeats a request whose answer was lost carries the version from before it
    if (approval.state === 'decided' && winner?.actor === storable(given.actor) && winner.verdict === given.verdict)
      return { ...before, result: 'same' };
    if (given.ifMatch !== undefined && given.ifMatch !== version) return { ...before, result: 'stale' };
    if (approval.state !== 'open') return { ...before, result: approval.state === 'decided' ? 'lost' : 'over' };
    assertChangeable(given.changes, rules);
    await endApproval(log, { ...given, state: 'decided' });
    return { ...((await readApproval(log.client, given)) as KeptApproval), result: 'given' };
  });
  if (outcome?.result === 'given')
    notifier.send('signalbox_verdict', `${given.tenant} ${given.flow} ${outcome.caseId} ${outcome.approval.id}`);
  return outcome;
}

function assertChangeable(changes: JsonObject | undefined, { changeable }: ApprovalRules): void {
  const errors = Object.keys(changes ?? {})
    .filter((field) => !changeable.includes(field))
    .map((field) => ({
      pointer: `/changes/${field.replaceAll('~', '~0').replaceAll('/', '~1')}`,
      detail: 'may not be changed by a verdict',
    }));
  if (errors.length > 0) throw new SignalboxError('bad-verdict', undefined, { errors });
}

interface ApprovalEnd extends ApprovalKey, Omit<Verdict, 'at'> {
  readonly state: 'decided' | 'expired';
}

/** Ends an open approval and puts it on the timeline. The caller holds the log's lock and has seen it open. */
async function endApproval(log: CaseLogWriter, end: ApprovalEnd): Promise<void> {
  const { tenant, flow, eventPosition, turn, verdict, state, via } = end;
  const [actor, reason] = [storable(end.actor), storable(end.reason)];
  const changes = end.changes === undefined ? null : JSON.stringify(end.changes);
  const ended = await log.client.query<{ subject: string }>(
    `update approvals set state = $5, version = version + 1, verdict = $6, actor = $7, reason = $8, changes = $9, via = $10, decided_at = $11, acknowledged = $5 = 'expired'
    where tenant = $1 and flow = $2 and event_position = $3 and turn = $4 and state = 'open' returning subject`,
    [tenant, flow, eventPosition, turn, state, verdict, actor, reason, changes, via, log.at],
  );
  const subject = ended.rows[0]?.subject;
  if (subject === undefined) throw new Error(`Cannot end the approval ${flow}.${eventPosition}.${turn} as it is not open`);
  const approval = approvalId({ tenant, log: flow, position: eventPosition }, turn);
  const title =
    via === 'default' ? `No verdict in time: ${verdict} by default` : `${verdict === 'approve' ? 'Approved' : 'Rejected'} by ${actor}`;
  const detail = { approval, verdict, actor, reason, ...(end.changes === undefined ? {} : { changes: end.changes }), via };
  await log.record([{ kind: 'verdict', eventPosition, subject, key: `verdict ${approval}`, title, detail }]);
}

export interface OpenedApproval extends ApprovalKey {
  readonly caseId: string;
  readonly subject: string;
  readonly question: string;
  readonly evidence: JsonObject;
  readonly proposed: Approval['proposed'];
  /** Absolute, RFC 3339. The first opening's counts: a later run takes what is left of it. */
  readonly openedAt: string;
  readonly deadline: string;
  readonly defaultOutcome: string;
  readonly policy: string;
  readonly rules: ApprovalRules;
}

/** Opens an approval, or gives the one that is there. Earlier turns about the event have been acted on. */
export async function openApproval({ pool }: Pick<CaseLogDeps, 'pool'>, opened: OpenedApproval): Promise<KeptApproval> {
  return writeCaseLog(pool, opened, async (log) => {
    const { tenant, flow, eventPosition, turn, subject, question, evidence, proposed, rules } = opened;
    const before = await readApproval(log.client, opened);
    if (before !== null) return before;
    const id = approvalId({ tenant, log: flow, position: eventPosition }, turn);
    const detail = { approval: id, question, proposed, deadline: opened.deadline, default: opened.defaultOutcome };
    await log.record([{ kind: 'approval', eventPosition, subject, key: `approval ${id}`, title: question, detail }]);
    await log.client.query(
      `insert into approvals (tenant, flow, event_position, turn, case_id, subject, state, opened_at, position, deadline, default_outcome, policy, body)
      values ($1, $2, $3, $4, $5, $6, 'open', $7, $8, $9, $10, $11, $12)`,
      [
        ...[
          tenant,
          flow,
          eventPosition,
          turn,
          opened.caseId,
          subject,
          opened.openedAt,
          log.position,
          opened.deadline,
          opened.defaultOutcome,
          opened.policy,
        ],
        JSON.stringify({ question, evidence, proposed, rules }),
      ],
    );
    await log.client.query(
      `update approvals set acknowledged = true where tenant = $1 and flow = $2 and event_position = $3 and turn < $4 and not acknowledged`,
      [...[tenant, flow, eventPosition, turn]],
    );
    return (await readApproval(log.client, opened)) as KeptApproval;
  });
}

/** At the deadline: takes the default, unless a verdict was first. Only the case calls this. Null where there is no such approval. */
export async function closeApproval({ pool }: Pick<CaseLogDeps, 'pool'>, key: ApprovalKey): Promise<KeptApproval | null> {
  return writeCaseLog(pool, key, async (log) => {
    const before = await readApproval(log.client, key);
    if (before?.approval.state !== 'open') return before;
    const verdict = before.approval.default === before.approval.proposed.outcome ? 'approve' : 'reject';
    await endApproval(log, {
      ...key,
      state: 'expired',
      verdict,
      actor: 'default',
      reason: 'The deadline passed without a verdict',
      via: 'default',
    });
    return readApproval(log.client, key);
  });
}

/** Closes what is still open about events that ended otherwise, and stops the signalling of verdicts that were acted on. */
export async function settleApprovals(log: CaseLogWriter, eventPositions: readonly number[]): Promise<void> {
  const { rows } = await log.client.query<{ event_position: number; turn: number }>(
    `select event_position, turn from approvals where tenant = $1 and flow = $2 and event_position = any($3::bigint[]) and state = 'open' order by event_position, turn`,
    [log.tenant, log.flow, eventPositions],
  );
  for (const { event_position: eventPosition, turn } of rows) {
    const key = { tenant: log.tenant, flow: log.flow, eventPosition, turn };
    await endApproval(log, {
      ...key,
      state: 'expired',
      verdict: 'reject',
      actor: 'default',
      reason: 'The event ended without a verdict',
      via: 'default',
    });
  }
  await log.client.query(
    `update approvals set acknowledged = true where tenant = $1 and flow = $2 and event_position = any($3::bigint[]) and state = 'decided' and not acknowledged`,
    [log.tenant, log.flow, eventPositions],
  );
}
