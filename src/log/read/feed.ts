/**
 * Reading logs in pages. Positions are drawn under a log's head lock and committed in that order, so that
 * `position > after order by position` misses nothing; over several logs the pages are merged by time, each log in its own order.
 */
import type { Pool } from '../db/database.ts';
import { mergeByTime, PAGE_BYTES_MAX, type PageLimits } from './mergeByTime.ts';

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
  /** What is read of a row `t` where that may be much, in bytes; absent: each row is small. */
  readonly bytes?: string;
}

export interface LogPlace {
  readonly log: string;
  readonly position: number;
}

export interface FeedPlace extends LogPlace {
  /** What is read of it, where that may be much. */
  readonly bytes?: number;
}

export interface FeedPage {
  /** Of `PAGE_BYTES_MAX` together; one alone may have more. */
  readonly places: readonly FeedPlace[];
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

interface FoundRow extends FeedPlace {
  at: Date;
}

export async function readFeed(pool: Pool, source: FeedSource, reading: Reading): Promise<FeedPage> {
  const endMs = performance.now() + SCAN_MS_MAX;
  const next = new Map(reading.after);
  const places: FeedPlace[] = [];
  for (let full = false; !full; ) {
    const open = [...reading.upTo].filter(([log, upTo]) => (next.get(log) ?? 0) < upTo);
    if (open.length === 0) break;
    const stretches = open.map(([log, upTo]) => {
      const after = next.get(log) ?? 0;
      return { log, after, upTo: source.scan ? Math.min(upTo, after + STRETCH) : upTo };
    });
    const left = { count: reading.limit - places.length, bytes: PAGE_BYTES_MAX - bytesOf(places) };
    const rows = await readStretches(pool, source, { tenant: reading.tenant, stretches, wanted: left.count });
    const { taken, rest } = takeMerged(rows, { stretches, left, next });
    places.push(...taken);
    full = rest || places.length >= reading.limit || bytesOf(places) >= PAGE_BYTES_MAX || performance.now() > endMs;
  }
  return { places, next, more: [...reading.upTo].some(([log, upTo]) => (next.get(log) ?? 0) < upTo) };
}

/** The newest of all logs together, oldest first; `next` is behind all there is. Without an index it looks at the end of each log alone. */
export async function readNewest(pool: Pool, source: FeedSource, { tenant, upTo, limit }: Omit<Reading, 'after'>): Promise<FeedPage> {
  const { table, logColumn, timeColumn, where, values, bytes = '0' } = source;
  const { rows } = await pool.query<FoundRow>(
    `select q.log, found.position, found.at, found.bytes from unnest($2::text[], $3::bigint[], $4::bigint[]) as q(log, after, up_to)
     cross join lateral (
       select t.position, t.${timeColumn} as at, (${bytes})::bigint as bytes from ${table} t
       where t.tenant = $1 and t.${logColumn} = q.log collate "C" and t.position > q.after and t.position <= q.up_to and ${where}
       order by t.position desc limit $5
     ) found`,
    [
      ...[tenant, [...upTo.keys()], [...upTo.values()].map((end) => (source.scan ? Math.max(0, end - STRETCH) : 0)), [...upTo.values()]],
      ...[limit, ...values],
    ],
  );
  const newest = rows.sort((one, other) => other.at.getTime() - one.at.getTime() || other.position - one.position);
  const taken: FoundRow[] = [];
  for (const row of newest.slice(0, limit)) {
    if (taken.length > 0 && bytesOf(taken) + (row.bytes ?? 0) > PAGE_BYTES_MAX) break;
    taken.push(row);
  }
  return { places: taken.reverse(), next: upTo, more: false };
}

const bytesOf = (places: readonly FeedPlace[]): number => places.reduce((sum, { bytes = 0 }) => sum + bytes, 0);

interface Stretch {
  readonly log: string;
  readonly after: number;
  readonly upTo: number;
}

async function readStretches(
  pool: Pool,
  { table, logColumn, timeColumn, where, values, bytes = '0' }: FeedSource,
  { tenant, stretches, wanted }: { tenant: string; stretches: readonly Stretch[]; wanted: number },
): Promise<FoundRow[]> {
  const { rows } = await pool.query<FoundRow>(
    `select q.log, found.position, found.at, found.bytes from unnest($2::text[], $3::bigint[], $4::bigint[]) as q(log, after, up_to)
     cross join lateral (
       select t.position, t.${timeColumn} as at, (${bytes})::bigint as bytes from ${table} t
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

/**
 * The oldest rows of all logs, each log in order, and whether a limit left some. Moves `next`: to a log's last row taken, or behind a stretch
 * that was taken whole.
 */
function takeMerged(
  rows: readonly FoundRow[],
  { stretches, left, next }: { stretches: readonly Stretch[]; left: PageLimits; next: Map<string, number> },
): { taken: FeedPlace[]; rest: boolean } {
  const queues = stretches.map(({ log }) => rows.filter((row) => row.log === log));
  const taken = mergeByTime(queues, left).map(({ log, position, bytes = 0 }) => ({ log, position, bytes }));
  for (const { log, position } of taken) next.set(log, position);
  for (const [at, { log, upTo }] of stretches.entries()) if (queues[at]?.length === 0) next.set(log, upTo);
  return { taken, rest: queues.some((queue) => queue.length > 0) };
}
