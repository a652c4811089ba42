/**
 * A question to a person, as a row. The row is the one arbiter: verdicts by HTTP, CLI, mail and signal, and the default at the
 * deadline, all come through here, under the lock of the flow's second log; the first one wins and every other is told who won.
 */

import type { JsonObject } from '../domain/event.ts';
import { approvalId } from '../domain/ids.ts';
import { type CaseLogDeps, type CaseLogWriter, writeCaseLog } from '../log/caseLog.ts';
import type { Notifier } from '../log/db/notify.ts';
import type { Approval } from '../wire/approval.ts';
import { type ApprovalKey, type KeptApproval, readApproval } from './approval.ts';
import type { ApprovalRules } from './approvalRules.ts';
import { endApproval, takeDefault } from './endApproval.ts';
import { type NoticeChannels, planNotices } from './notices.ts';
import { type GivenVerdict, type VerdictResult, vote } from './vote.ts';

/** The log, and how people are told; absent: nobody is. */
export interface ApprovalDeps extends CaseLogDeps {
  readonly notices?: NoticeChannels | undefined;
}

/**
 * Gives a verdict, in one transaction with its line on the timeline. Null where there is no such approval.
 * Throws SignalboxError `bad-verdict` for changes that the approval does not allow, `forbidden`, `claimed` or `already-voted` for who may not give it
 * (now), `database-away` where trying again helps.
 */
export async function giveVerdict({ pool, notifier, notices }: ApprovalDeps, given: GivenVerdict): Promise<VerdictResult | null> {
  const outcome = await writeCaseLog(pool, given, (log) => vote(log, given, notices));
  if (outcome?.result === 'given') tellVerdict(notifier, outcome);
  return outcome;
}

/** After the commit: dispatchers signal it to its case. */
export function tellVerdict(notifier: Notifier, { key, caseId, approval }: KeptApproval): void {
  notifier.send('signalbox_verdict', `${key.tenant} ${key.flow} ${caseId} ${approval.id}`);
}

export interface OpenedApproval extends ApprovalKey {
  readonly caseId: string;
  readonly subject: string;
  readonly question: string;
  readonly evidence: JsonObject;
  readonly proposed: Approval['proposed'];
  /** The outcome of a rejection. Cases of before 0.2 do not say it. */
  readonly rejected?: string;
  /** Absolute, RFC 3339. The first opening's counts: a later run takes what is left of it. */
  readonly openedAt: string;
  readonly deadline: string;
  readonly defaultOutcome: string;
  readonly policy: string;
  readonly rules: Partial<ApprovalRules>;
}

type Closing = Pick<ApprovalDeps, 'pool' | 'notices'>;

/** Opens an approval, or gives the one that is there. Earlier turns about the event have been acted on. */
export async function openApproval({ pool, notices }: Closing, opened: OpenedApproval): Promise<KeptApproval> {
  return writeCaseLog(pool, opened, async (log) => {
    const { tenant, flow, eventPosition, turn, subject, question, evidence, proposed, rejected, rules } = opened;
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
        JSON.stringify({ question, evidence, proposed, rejected, rules }),
      ],
    );
    await log.client.query(
      `update approvals set acknowledged = true where tenant = $1 and flow = $2 and event_position = $3 and turn < $4 and not acknowledged`,
      [...[tenant, flow, eventPosition, turn]],
    );
    const kept = (await readApproval(log.client, opened)) as KeptApproval;
    await planNotices(log, kept, { kind: 'opened', channels: notices });
    return kept;
  });
}

/** The case is at the deadline: takes the default, unless something ended it before. Null where there is no such approval. */
export async function closeApproval({ pool, notices }: Closing, key: ApprovalKey): Promise<KeptApproval | null> {
  return writeCaseLog(pool, key, async (log) => {
    const before = await readApproval(log.client, key);
    return before?.approval.state === 'open' ? takeDefault(log, before, notices) : before;
  });
}

/** Closes what is still open about events that ended otherwise, and stops the signalling of verdicts that were acted on. */
export async function settleApprovals(
  log: CaseLogWriter,
  eventPositions: readonly number[],
  notices: NoticeChannels | undefined,
): Promise<void> {
  const { rows } = await log.client.query<{ event_position: number; turn: number }>(
    `select event_position, turn from approvals where tenant = $1 and flow = $2 and event_position = any($3::bigint[]) and state = 'open' order by event_position, turn`,
    [log.tenant, log.flow, eventPositions],
  );
  for (const { event_position: eventPosition, turn } of rows) {
    const kept = (await readApproval(log.client, { tenant: log.tenant, flow: log.flow, eventPosition, turn })) as KeptApproval;
    const reason = 'The event ended without a verdict';
    await endApproval(log, kept, { state: 'expired', verdict: 'reject', actor: 'default', reason, via: 'default', notices });
  }
  await log.client.query(
    `update approvals set acknowledged = true where tenant = $1 and flow = $2 and event_position = any($3::bigint[]) and state = 'decided' and not acknowledged`,
    [log.tenant, log.flow, eventPositions],
  );
}
