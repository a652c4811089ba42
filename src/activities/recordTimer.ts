import { readApproval } from '../approvals/approval.ts';
import type { ApprovalDeps } from '../approvals/approvals.ts';
import { planNotices } from '../approvals/notices.ts';
import type { Milestone } from '../domain/milestone.ts';
import { type CaseRecord, writeCaseLog } from '../log/caseLog.ts';

export interface FiredTimer extends Pick<CaseRecord, 'eventPosition' | 'subject' | 'key' | 'title' | 'detail'> {
  readonly tenant: string;
  readonly flow: string;
  /** Of the approval that it is about. */
  readonly turn: number;
  readonly milestone: Pick<Milestone, 'kind' | 'nth' | 'to'>;
}

/**
 * Puts a reminder or an escalation on the timeline, and plans that people are told of it.
 *
 * *Retries*: without end, from 100 ms up to 5 s.
 * *Idempotency*: by its key, and those of the notices.
 * *Fails with*: `database-away`.
 */
export function createRecordTimer({ pool, notices }: Pick<ApprovalDeps, 'pool' | 'notices'>) {
  return async ({ tenant, flow, turn, milestone: { kind, nth, to }, ...timer }: FiredTimer): Promise<void> => {
    const { eventPosition, subject, key, title, detail } = timer;
    await writeCaseLog(pool, { tenant, flow }, async (log) => {
      await log.record([{ kind: 'timer', eventPosition, subject, key, title, detail }]);
      const kept = notices === undefined ? null : await readApproval(log.client, { tenant, flow, eventPosition, turn });
      if (kept?.approval.state !== 'open') return;
      const told = kind === 'reminder' ? ('reminder' as const) : ('escalated' as const);
      await planNotices(log, kept, { kind: told, nth, channels: notices, ...(to === undefined ? {} : { to }) });
    });
  };
}
