/** Finding by a fragment, the newest first; by the beginning of a subject where the database has no pg_trgm. */
import { approvalId, decisionId, eventId, parseId } from '../../domain/ids.ts';
import type { Pool } from '../db/database.ts';

export interface Found {
  readonly kind: 'event' | 'decision' | 'approval';
  readonly id: string;
  readonly event: string;
  readonly flow: string | null;
  readonly subject: string | null;
  readonly at: string;
  readonly title: string;
  readonly matched: string;
}

/** Behind the last one that was read. */
export interface SearchPlace {
  readonly at: string;
  readonly log: string;
  readonly position: number;
  readonly kind: string;
}

export interface Search {
  readonly tenant: string;
  readonly text: string;
  readonly kind?: string | undefined;
  readonly flow?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly after: SearchPlace | null;
  readonly limit: number;
}

interface Row {
  kind: Found['kind'];
  log: string;
  position: number;
  at: Date;
  exact: string;
  event_position: number;
  revision: number | null;
  subject: string;
  title: string;
  text: string;
}

/** Characters around what was found. */
const AROUND = 40;
const CASES = '/cases';

const like = (text: string): string => text.replace(/[\\%_]/g, '\\$&');

export async function hasFragments(pool: Pool): Promise<boolean> {
  const { rows } = await pool.query<{ is: boolean }>("select to_regclass('search_text') is not null as is");
  return rows[0]?.is === true;
}

const COLUMNS = `s.kind, s.log, s.position, s.at, s.at::text as exact, s.event_position, s.revision, s.subject, s.title, s.text`;
const NARROWED = `s.tenant = $1 and ($3::text is null or s.kind = $3) and ($4::text is null or s.log in ($4, $4 || '/cases'))
    and ($5::timestamptz is null or s.at >= $5) and ($6::timestamptz is null or s.at < $6)
    and ($7::timestamptz is null or (s.at, s.log, s.position, s.kind) < ($7, $8::text collate "C", $9::bigint, $10::text))`;
const NEWEST = 'order by s.tenant, s.at desc, s.log desc, s.position desc, s.kind desc limit $11';

/** One more than `limit` is looked for: `next` is null where there is none. */
export async function readSearch(pool: Pool, search: Search): Promise<{ items: Found[]; next: SearchPlace | null; more: boolean }> {
  const { tenant, text, kind = null, flow = null, from = null, to = null, after, limit } = search;
  const fragments = await hasFragments(pool);
  const values = [
    ...[tenant, fragments ? `%${like(text)}%` : `${like(text)}%`, kind, flow, from, to],
    ...[after?.at ?? null, after?.log ?? null, after?.position ?? null, after?.kind ?? null, limit + 1],
  ];
  const { rows } = fragments
    ? await pool.query<Row>(`select ${COLUMNS} from search s where ${NARROWED} and s.text like lower($2) ${NEWEST}`, values)
    : await pool.query<Row>(
        `select ${COLUMNS} from search s where ${NARROWED} and lower(left(s.subject, 200)) like lower($2) ${NEWEST}`,
        values,
      );
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  const next = last === undefined ? after : { at: last.exact, log: last.log, position: last.position, kind: last.kind };
  return { items: page.map((row) => found(tenant, row, text.toLowerCase())), next, more: rows.length > limit };
}

function found(tenant: string, row: Row, text: string): Found {
  const flow = row.log.endsWith(CASES) ? row.log.slice(0, -CASES.length) : row.log === 'unrouted' ? null : row.log;
  const place = { tenant, log: flow ?? row.log, position: row.event_position };
  const at = row.text.indexOf(text);
  const id = idOf(row, place);
  return {
    ...{ kind: row.kind, id, event: eventId(place), flow, subject: row.subject === '' ? null : row.subject, at: row.at.toISOString() },
    ...{ title: row.title, matched: row.text.slice(Math.max(0, at - AROUND), Math.max(0, at) + text.length + AROUND) },
  };
}

function idOf({ kind, revision, text }: Row, place: { tenant: string; log: string; position: number }): string {
  if (kind === 'decision') return decisionId(place, revision ?? 0);
  if (kind === 'event') return eventId(place);
  const [first = ''] = text.split(' ', 1);
  return parseId('apr', first) === null ? approvalId(place, 0) : first;
}
