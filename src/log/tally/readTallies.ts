/** What the follower has counted, by buckets of time. What a look costs follows from its window alone, however long the logs are. */
import type { Buckets, Step } from '../../domain/time/bucketStarts.ts';
import type { FlowLog } from '../caseLog.ts';
import type { Pool } from '../db/database.ts';

export interface OutcomeSeries {
  readonly outcome: string;
  readonly rung: string;
  /** One for each bucket. */
  readonly counts: number[];
}

interface SeriesRow {
  nth: number;
  name: string;
  by: string;
  count: number;
}

/** Minutes are counted by themselves; hours and days of any zone are whole quarters of an hour. */
const COUNTED_MINUTES: Readonly<Record<Step, number>> = { minute: 1, hour: 15, day: 15 };

/** Final decisions by outcome and rung: the largest first. */
export async function readOutcomeSeries(
  pool: Pool,
  { tenant, flow }: FlowLog,
  { step, startsMs, endMs }: Buckets & { readonly step: Step },
): Promise<OutcomeSeries[]> {
  const starts = startsMs.map((ms) => new Date(ms).toISOString());
  const { rows } = await pool.query<SeriesRow>(
    `select width_bucket(t.at, $4::timestamptz[]) as nth, t.name, t.by, sum(t.count)::int8 as count from tallies t
     where t.tenant = $1 and t.flow = $2 and t.kind = 'outcome' and t.step = $3 and t.at >= $5 and t.at < $6 group by 1, 2, 3`,
    [tenant, flow, COUNTED_MINUTES[step], starts, starts[0], new Date(endMs).toISOString()],
  );
  const series = new Map<string, OutcomeSeries>();
  for (const { nth, name: outcome, by: rung, count } of rows) {
    const key = `${outcome} ${rung}`;
    const one = series.get(key) ?? { outcome, rung, counts: startsMs.map(() => 0) };
    one.counts[nth - 1] = count;
    series.set(key, one);
  }
  const sum = ({ counts }: OutcomeSeries): number => counts.reduce((total, count) => total + count, 0);
  return [...series.values()].sort((one, other) => sum(other) - sum(one) || (one.outcome < other.outcome ? -1 : 1));
}

/** Entries and records that have not been counted yet; of all flows where none is named. */
export async function readUncounted(pool: Pool, tenant: string, flow: string | null): Promise<number> {
  const { rows } = await pool.query<{ behind: number }>(
    `select coalesce(sum(h.position - coalesce(c.position, 0)), 0)::int8 as behind from heads h
     left join tally_cursors c on c.tenant = h.tenant and c.log = h.log
     where h.tenant = $1 and ($2::text is null or h.log in ($2, $2 || '/cases'))`,
    [tenant, flow],
  );
  return rows[0]?.behind ?? 0;
}
