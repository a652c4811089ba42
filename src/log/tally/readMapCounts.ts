/** What came, was decided and was done in a window, of all time together. */
import type { Pool } from '../db/database.ts';

export interface MapCount {
  readonly flow: string;
  readonly kind: 'event' | 'own' | 'outcome' | 'action';
  /** A type, an outcome, the name of an action. */
  readonly name: string;
  /** The outcome that an action followed. */
  readonly by: string;
  /** How an action ended. */
  readonly state: string;
  readonly count: number;
}

const MINUTE_MS = 60_000;
/** Longer windows are read by quarters of an hour. */
const BY_MINUTE_MAX_MS = 86_400_000;

/** Begins with a whole minute, of a long window with a whole quarter of an hour: as is said by `fromMs`. */
export async function readMapCounts(
  pool: Pool,
  { tenant, flows, minutes, nowMs }: { tenant: string; flows: readonly string[]; minutes: number; nowMs: number },
): Promise<{ fromMs: number; counts: MapCount[] }> {
  const lengthMs = minutes * MINUTE_MS;
  const step = lengthMs > BY_MINUTE_MAX_MS ? 15 : 1;
  const fromMs = Math.floor((nowMs - lengthMs) / (step * MINUTE_MS)) * step * MINUTE_MS;
  const { rows } = await pool.query<MapCount>(
    `select f.flow, k.kind, c.name, c.by, c.state, c.count from unnest($2::text[]) as f(flow)
     cross join (values ('event'), ('own'), ('outcome'), ('action')) as k(kind)
     cross join lateral (
       select t.name, case when k.kind = 'action' then t.by else '' end as by, t.state, sum(t.count)::int8 as count from tallies t
       where t.tenant = $1 and t.flow = f.flow collate "C" and t.kind = k.kind collate "C" and t.step = $3 and t.at >= $4 group by 1, 2, 3
     ) c order by f.flow, k.kind, c.name, c.by, c.state`,
    [tenant, flows, step, new Date(fromMs).toISOString()],
  );
  return { fromMs, counts: rows };
}

/** The version of the policy that holds, by flow. */
export async function readHeldPolicies(pool: Pool, tenant: string): Promise<Map<string, string>> {
  const { rows } = await pool.query<{ log: string; policy: string }>(
    'select log, policy from heads where tenant = $1 and policy is not null',
    [tenant],
  );
  return new Map(rows.map(({ log, policy }) => [log, policy]));
}
