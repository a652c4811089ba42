/**
 * What a stream tells of a tenant's logs, in the order in which it tells it: each log by position, over several logs by time. An event and what its
 * reflex decided stand at one position: the event goes first, half a position before.
 */
import type { Pool } from '../db/database.ts';
import { EVENT_BYTES } from './events.ts';
import type { LogPlace, Positions } from './feed.ts';
import { mergeByTime, type PageLimits } from './mergeByTime.ts';

export const TOLD = ['event', 'decision', 'approval'] as const;
export type Told = (typeof TOLD)[number];

export interface ToldPlace extends LogPlace {
  readonly kind: Told;
  /** Orders what is told of one log: its position, for an event half of one less. */
  readonly order: number;
  /** Of an event that the log took over from another one. */
  readonly adopted: boolean;
  readonly bytes: number;
}

export interface ToldPage {
  readonly places: readonly ToldPlace[];
  /** By log, the last order that was told or passed over. */
  readonly next: Positions;
  readonly more: boolean;
}

export interface Telling {
  readonly tenant: string;
  readonly kinds: ReadonlySet<Told>;
  /** The logs to read, and how far: heads that were read before. */
  readonly upTo: Positions;
  /** Orders, so half positions too. */
  readonly after: Positions;
  readonly limits: PageLimits;
}

interface ToldRow extends ToldPlace {
  readonly at: Date;
}

/** A change of an approval is a record of the flow's second log. What nobody asked for is not looked at: its condition is a constant. */
const READ = `select q.log, found.position, found.kind, found.adopted, found.at, found.bytes, found.position - found.before::float8 as "order"
  from unnest($2::text[], $3::bigint[], $4::bigint[]) as q(log, after, up_to)
  cross join lateral (
    select * from (
      (select t.position, 'event' as kind, t.kind = 'adopt' as adopted, t.accepted_at as at, (${EVENT_BYTES})::int8 as bytes, 0.5 as before from entries t
        where $6 and t.tenant = $1 and t.log = q.log collate "C" and t.position > q.after and t.position <= q.up_to and t.kind in ('event', 'adopt')
        order by t.position limit $5)
      union all
      (select t.position, 'decision', false, t.at, octet_length(t.body)::int8, 0 from decisions t
        where $7 and t.tenant = $1 and t.log = q.log collate "C" and t.position > q.after and t.position <= q.up_to order by t.position limit $5)
      union all
      (select t.position, 'approval', false, t.at, 8192, 0 from records t
        where $8 and t.tenant = $1 and t.log = q.log collate "C" and t.position > q.after and t.position <= q.up_to and t.kind in ('approval', 'verdict')
        order by t.position limit $5)
    ) told order by position, before desc limit $5
  ) found`;

/** Up to the limits; `more` where there is more up to the heads. */
export async function readTold(pool: Pool, { tenant, kinds, upTo, after, limits }: Telling): Promise<ToldPage> {
  const open = [...upTo].filter(([log, end]) => (after.get(log) ?? 0) < end);
  const next = new Map(after);
  if (open.length === 0) return { places: [], next, more: false };
  const { rows } = await pool.query<ToldRow>(READ, [
    ...[tenant, open.map(([log]) => log), open.map(([log]) => Math.floor(after.get(log) ?? 0)), open.map(([, end]) => end)],
    // one more than wanted tells whether the log has more; one more may be passed over
    limits.count + 2,
    ...TOLD.map((kind) => kinds.has(kind)),
  ]);
  const queues = open.map(([log]) => rows.filter((row) => row.log === log && row.order > (after.get(log) ?? 0)));
  const places = mergeByTime(queues, limits);
  for (const { log, order } of places) next.set(log, order);
  for (const [at, [log, end]] of open.entries()) if (queues[at]?.length === 0) next.set(log, end);
  return { places, next, more: queues.some((queue) => queue.length > 0) };
}

/** Decisions that two logs' positions hold between them, by flow and outcome. */
export interface OutcomeCount {
  readonly flow: string;
  readonly outcome: string;
  readonly provisional: boolean;
  readonly count: number;
}

export async function countDecisions(
  pool: Pool,
  tenant: string,
  { after, upTo }: Pick<Telling, 'after' | 'upTo'>,
): Promise<OutcomeCount[]> {
  const open = [...upTo].filter(([log, end]) => (after.get(log) ?? 0) < end);
  if (open.length === 0) return [];
  const { rows } = await pool.query<OutcomeCount>(
    `select d.flow, d.outcome, d.provisional, count(*)::int8 as count from unnest($2::text[], $3::bigint[], $4::bigint[]) as q(log, after, up_to)
     cross join lateral (select flow, outcome, provisional from decisions d
       where d.tenant = $1 and d.log = q.log collate "C" and d.position > q.after and d.position <= q.up_to) d
     group by d.flow, d.outcome, d.provisional order by d.flow, d.outcome, d.provisional`,
    [tenant, open.map(([log]) => log), open.map(([log]) => after.get(log) ?? 0), open.map(([, end]) => end)],
  );
  return rows;
}
