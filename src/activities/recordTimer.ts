import { type CaseRecord, writeCaseLog } from '../log/caseLog.ts';
import type { Pool } from '../log/database.ts';

export interface FiredTimer extends Pick<CaseRecord, 'eventPosition' | 'subject' | 'key' | 'title' | 'detail'> {
  readonly tenant: string;
  readonly flow: string;
}

/**
 * Puts a reminder or an escalation on the timeline.
 *
 * *Retries*: without end, from 100 ms up to 10 s.
 * *Idempotency*: by its key.
 * *Fails with*: `database-away`.
 */
export function createRecordTimer({ pool }: { pool: Pool }) {
  return async ({ tenant, flow, ...record }: FiredTimer): Promise<void> =>
    writeCaseLog(pool, { tenant, flow }, (log) => log.record([{ kind: 'timer', ...record }]));
}
