/** Events that went no further: by their ids, or those in quarantine that fit a filter. */
import type { Place } from '../domain/ids.ts';
import type { Client } from './db/database.ts';
import { ASIDE, type AsideRow } from './redriveFold.ts';

/** Of the bodies of a page, its last one excepted. */
const PAGE_BYTES = 16 * 1024 * 1024;
/** So many are counted; a quarantine that holds more has one cause or a few. */
const COUNTED_MAX = 10_000;
const GROUPS_MAX = 50;

export interface EventFilter {
  readonly tenant: string;
  /** Null: all that fit the rest, which only those in quarantine can. */
  readonly events: readonly Place[] | null;
  readonly flow: string | null;
  readonly type: string | null;
  /** Its whole text. */
  readonly reason: string | null;
  readonly after: Place | null;
  readonly limit: number;
}

/** By log and position. */
export interface AsidePlace extends AsideRow {
  log: string;
  position: number;
}

export interface ReasonGroup {
  readonly log: string;
  readonly type: string;
  readonly reason: string | null;
  readonly count: number;
}

const FITS = `e.tenant = $1 and e.ending = 'quarantined' and ($2::text is null or e.log = $2) and ($3::text is null or e.type = $3)
  and ($4::text is null or e.note = $4)`;
/** Page by page by index, each body by its key: see docs/decisions/0007. */
const pageOf = (found: string): string => `select log, position, source, id, type, subject, accepted_at, history, note, body, found from (
    select e.*, b.body, sum(octet_length(b.body)) over (order by e.log, e.position) - octet_length(b.body) as bytes_before,
      (count(*) over ())::int as found from (${found}) e
    cross join lateral (select body from bodies b where b.tenant = $1 and b.log = e.log and b.position = e.position limit 1) b) page
  where bytes_before < ${PAGE_BYTES} order by log, position`;
const BY_FILTER = pageOf(`select e.log, e.position, e.source, e.id, e.type, e.subject, e.accepted_at, e.history, e.note from entries e
    where ${FITS} and (e.log, e.position) > ($5, $6) order by e.log, e.position limit $7`);
const BY_ID = pageOf(`select e.log, e.position, e.source, e.id, e.type, e.subject, e.accepted_at, e.history, e.note
    from unnest($2::text[], $3::bigint[]) as q(log, position)
    cross join lateral (select * from entries e where e.tenant = $1 and e.log = q.log and e.position = q.position limit 1) e where ${ASIDE}`);

type Found = AsidePlace & { found: number };

export async function readAside(client: Client, asked: EventFilter): Promise<{ rows: AsidePlace[]; more: boolean }> {
  const { tenant, events, flow, type, reason, after, limit } = asked;
  const { rows } =
    events === null
      ? await client.query<Found>(BY_FILTER, [tenant, flow, type, reason, after?.log ?? '', after?.position ?? 0, limit + 1])
      : await client.query<Found>(BY_ID, [tenant, events.map(({ log }) => log), events.map(({ position }) => position)]);
  return { rows: rows.slice(0, limit), more: (rows[0]?.found ?? 0) > Math.min(rows.length, limit) };
}

/** How many fit, by flow, type and reason, the most first; of events by their ids: none. */
export async function readGroups(client: Client, { tenant, events, flow, type, reason }: EventFilter) {
  if (events !== null) return { groups: [], total: { count: events.length, more: false } };
  const { rows } = await client.query<ReasonGroup & { total: number }>(
    `select e.log, e.type, e.note as reason, count(*)::int as count, (sum(count(*)) over ())::int as total
     from (select e.log, e.type, e.note from entries e where ${FITS} limit ${COUNTED_MAX + 1}) e
     group by e.log, e.type, e.note order by count(*) desc, e.log, e.type, e.note limit ${GROUPS_MAX}`,
    [tenant, flow, type, reason],
  );
  const total = rows[0]?.total ?? 0;
  return {
    groups: rows.map(({ total: _, ...group }) => group),
    total: { count: Math.min(total, COUNTED_MAX), more: total > COUNTED_MAX },
  };
}
