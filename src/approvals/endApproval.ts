/** The end of an approval: its row, its line on the timeline, and who is told. */

import type { Verdict } from '../domain/verdict.ts';
import { type CaseLogWriter, storable } from '../log/caseLog.ts';
import { type KeptApproval, readApproval } from './approval.ts';
import { type NoticeChannels, planNotices } from './notices.ts';

interface ApprovalEnd extends Omit<Verdict, 'at'> {
  readonly state: 'decided' | 'expired';
  readonly notices: NoticeChannels | undefined;
}

/** Ends an approval. The caller holds the log's lock and has seen it open. */
export async function endApproval(log: CaseLogWriter, before: KeptApproval, end: ApprovalEnd): Promise<void> {
  const { tenant, flow, eventPosition, turn } = before.key;
  const { id, subject } = before.approval;
  const { verdict, state, via, changes } = end;
  const [actor, reason] = [storable(end.actor), storable(end.reason)];
  const ended = await log.client.query(
    `update approvals set state = $5, version = version + 1, verdict = $6, actor = $7, reason = $8, changes = $9, via = $10, decided_at = $11,
      claimed_by = null, claimed_until = null, acknowledged = $5 = 'expired'
    where tenant = $1 and flow = $2 and event_position = $3 and turn = $4 and state = 'open'`,
    [tenant, flow, eventPosition, turn, state, verdict, actor, reason, changes === undefined ? null : JSON.stringify(changes), via, log.at],
  );
  if (ended.rowCount !== 1) throw new Error(`Cannot end the approval ${id} as it is not open`);
  const title =
    via === 'default' ? `No verdict in time: ${verdict} by default` : `${verdict === 'approve' ? 'Approved' : 'Rejected'} by ${actor}`;
  const said = { verdict, actor, reason, ...(changes === undefined ? {} : { changes }), via };
  const by = via === 'signal' ? {} : { by: actor };
  await log.record([{ kind: 'verdict', eventPosition, subject, key: `verdict ${id}`, title, detail: { approval: id, ...said }, ...by }]);
  await planNotices(log, before, { kind: 'decided', channels: end.notices, detail: { state, verdict: { ...said, at: log.at } } });
}

/** Past its deadline the default is what counts, whether or not its case is awake to take it. */
export const isDue = (log: CaseLogWriter, { approval: { state, deadline } }: KeptApproval): boolean =>
  state === 'open' && Date.parse(deadline) <= Date.parse(log.at);

/** Ends an open approval by its default. The caller holds the log's lock and has seen it open. */
export async function takeDefault(log: CaseLogWriter, before: KeptApproval, notices: NoticeChannels | undefined): Promise<KeptApproval> {
  const verdict = before.approval.default === before.approval.proposed.outcome ? 'approve' : 'reject';
  const reason = 'The deadline passed without a verdict';
  await endApproval(log, before, { state: 'expired', verdict, actor: 'default', reason, via: 'default', notices });
  return (await readApproval(log.client, before.key)) as KeptApproval;
}
