/** The closed cases of a window that took longest to decide, out of those that are kept of each hour. */
import { decisionId, eventId } from '../../domain/ids.ts';
import type { FlowLog } from '../caseLog.ts';
import { readableJson } from '../db/readableJson.ts';
import type { EventSource } from '../read/events.ts';
import { readRuns } from '../read/runs.ts';

export interface SlowCase {
  readonly event: string;
  readonly type: string;
  readonly subject: string;
  readonly acceptedAt: string;
  readonly decidedAt: string;
  readonly ms: number;
  readonly outcome: string;
  readonly rung: string;
  readonly decision: string;
  readonly run: string | null;
}

interface Row {
  event_position: number;
  ms: number;
  revision: number;
  type: string;
  subject: string | null;
  accepted_at: Date;
  at: Date;
  outcome: string;
  rung: string | null;
}

/** Hours from `fromMs` on and before `toMs`, both whole ones. */
export async function readSlowCases(
  { pool, caseIds }: EventSource,
  { tenant, flow }: FlowLog,
  { fromMs, toMs, limit }: { fromMs: number; toMs: number; limit: number },
): Promise<SlowCase[]> {
  const { rows } = await pool.query<Row>(
    `select s.event_position, s.ms, s.revision, e.type, e.subject, e.accepted_at, d.at, d.outcome, ${readableJson('d.body')} ->> 'rung' as rung from (
       select event_position, ms, revision from slow_cases where tenant = $1 and flow = $2 and hour >= $3 and hour < $4
       order by ms desc, event_position limit $5) s
     cross join lateral (select type, subject, accepted_at from entries where tenant = $1 and log = $2 and position = s.event_position limit 1) e
     cross join lateral (select at, outcome, body from decisions where tenant = $1 and flow = $2 and event_position = s.event_position and revision = s.revision limit 1) d
     order by s.ms desc, s.event_position`,
    [tenant, flow, new Date(fromMs).toISOString(), new Date(toMs).toISOString(), limit],
  );
  const caseOf = ({ subject }: Row) => ({ flow, caseId: caseIds.of({ tenant, flow, subject: subject ?? '' }) });
  const runOf = await readRuns(pool, tenant, rows.map(caseOf));
  return rows.map((row) => {
    const place = { tenant, log: flow, position: row.event_position };
    const { ms, type, outcome, rung, subject } = row;
    return {
      ...{ event: eventId(place), type, subject: subject ?? '', ms, outcome, rung: rung ?? '', decision: decisionId(place, row.revision) },
      ...{ acceptedAt: row.accepted_at.toISOString(), decidedAt: row.at.toISOString(), run: runOf(caseOf(row)) },
    };
  });
}
