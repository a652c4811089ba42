/**
 * Reading logs in pages. Positions are drawn under a log's head lock and committed in that order, so that
 * `position > after order by position` misses nothing; over several logs the pages are merged by time, each log in its own order.
 */
import type { Pool } from '../db/database.ts';
import { mergeByTime } from './mergeByTime.ts';

/** The last position read, by log. */
export type Positions = ReadonlyMap<string, number>;

export interface Reading {
  readonly tenant: string;
  /** The logs to read and how far: their heads, read before. What is committed after that is for the next page. */
  readonly upTo: Positions;
  readonly after: Positions;
  readonly limit: number;
}

/** Names and conditions from our own code only; values go by `values`, from $6 on. */
export interface FeedSource {
  readonly table: 'entries' | 'decisions' | 'approvals' | 'actions';
  readonly logColumn: 'log' | 'flow';
  readonly timeColumn: 'accepted_at' | 'at' | 'opened_at' | 'planned_at';
  readonly where: string;
  readonly values: readonly unknown[];
  /** No index answers `where`: a request reads a bounded stretch of each log, and the cursor goes on behind it. */
  readonly scan: boolean;
}

export interface LogPlace {
  readonly log: string;
  readonly position: number;
}

export interface FeedPage {
  readonly places: readonly LogPlace[];
  readonly next: Positions;
  readonly more: boolean;
}

const STRETCH = 50_000;
const SCAN_MS_MAX = 1500;

/** The logs of a tenant and their last positions. */
export async function readHeads(pool: Pool, tenant: string): Promise<Map<string, number>> {
  const { rows } = await pool.query<LogPlace>('select log, position from heads where tenant = $1 order by log', [tenant]);
  return new Map(rows.map(({ log, position }) => [log, position]));
}

interface FoundRow extends LogPlace {
  at: Date;
}

export async function readFeed(pool: Pool, source: FeedSource, reading: Reading): Promise<FeedPage> {
  const endMs = performance.now() + SCAN_MS_MAX;
  const next = new Map(reading.after);
  const places: LogPlace[] = [];
  for (;;) {
    const open = [...reading.upTo].filter(([log, upTo]) => (next.get(log) ?? 0) < upTo);
    if (open.length === 0 || places.length >= reading.limit) break;
    const stretches = open.map(([log, upTo]) => {
      const after = next.get(log) ?? 0;
      return { log, after, upTo: source.scan ? Math.min(upTo, after + STRETCH) : upTo };
    });
    const wanted = reading.limit - places.length;
    const rows = await readStretches(pool, source, { tenant: reading.tenant, stretches, wanted });
    places.push(...takeMerged(rows, { stretches, wanted, next }));
    if (performance.now() > endMs) break;
  }
  return { places, next, more: [...reading.upTo].some(([log, upTo]) => (next.get(log) ?? 0) < upTo) };
}

interface Stretch {
  readonly log: string;
  readonly after: number;
  readonly upTo: number;
}

async function readStretches(
  pool: Pool,
  { table, logColumn, timeColumn, where, values }: FeedSource,
  { tenant, stretches, wanted }: { tenant: string; stretches: readonly Stretch[]; wanted: number },
): Promise<FoundRow[]> {
  const { rows } = await pool.query<FoundRow>(
    `select q.log, found.position, found.at from unnest($2::text[], $3::bigint[], $4::bigint[]) as q(log, after, up_to)
     cross join lateral (
       select t.position, t.${timeColumn} as at from ${table} t
       where t.tenant = $1 and t.${logColumn} = q.log collate "C" and t.position > q.after and t.position <= q.up_to and ${where}
       order by t.position limit $5
     ) found`,
    [
      tenant,
      stretches.map(({ log }) => log),
      stretches.map(({ after }) => after),
      stretches.map(({ upTo }) => upTo),
      // one more than wanted tells whether the log has more
      wanted + 1,
      ...values,
    ],
  );
  return rows;
}

/** The oldest rows of all logs, each log in order. Moves `next`: to a log's last row taken, or behind a stretch that was taken whole. */
function takeMerged(
  rows: readonly FoundRow[],
  { stretches, wanted, next }: { stretches: readonly Stretch[]; wanted: number; next: Map<string, number> },
): LogPlace[] {
  const queues = stretches.map(({ log }) => rows.filter((row) => row.log === log));
  const taken = mergeByTime(queues, wanted).map(({ log, position }) => ({ log, position }));
  for (const { log, position } of taken) next.set(log, position);
  for (const [at, { log, upTo }] of stretches.entries()) if (queues[at]?.length === 0) next.set(log, upTo);
  return taken;
}
