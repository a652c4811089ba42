/** The next stretch of a log that a flow has not gone through, and the events in it that it takes. */
import type { Pool } from '../db/database.ts';
import { type Following, readCursors } from './cursors.ts';

/** Looked through at once; events of other types cost little. */
const ENTRIES_MAX = 20_000;
/** As many as one transaction of accepting takes. */
const EVENTS_MAX = 1000;
const BODY_BYTES_MAX = 8 * 1024 * 1024;

/** An event as another log holds it. */
export interface Origin {
  readonly position: number;
  readonly accepted_at: Date;
  readonly source: string;
  readonly id: string;
  readonly type: string;
  readonly hash: Buffer;
  readonly history: boolean;
  readonly actor: string | null;
  readonly body: string;
}

export interface Stretch {
  /** The types whose cursors stand at `after`: those that are taken here. */
  readonly types: readonly string[];
  readonly after: number;
  readonly upTo: number;
  readonly events: readonly Origin[];
  /** By type. */
  readonly historyTo: ReadonlyMap<string, number>;
}

/** By key: while tables have no statistics, a plain join reads all bodies. One that is gone cannot be folded any more. */
const EVENTS = `select * from (
    select e.*, b.body, sum(octet_length(b.body)) over (order by e.position) - octet_length(b.body) as bytes_before, count(*) over () as found from (
      select position, accepted_at, source, id, type, hash, history, actor from entries
      where tenant = $1 and log = $2 and position > $3 and position <= $4 and kind = 'event' and type = any($5) order by position limit ${EVENTS_MAX}) e
    cross join lateral (select body from bodies b where b.tenant = $1 and b.log = $2 and b.position = e.position limit 1) b
  ) sized where bytes_before < ${BODY_BYTES_MAX} order by position`;

/** Null where everything up to now was gone through. */
export async function nextStretch(pool: Pool, following: Following): Promise<Stretch | null> {
  const cursors = await readCursors(pool, following);
  const after = cursors.reduce((least, { position }) => Math.min(least, position), Number.POSITIVE_INFINITY);
  const head = cursors[0]?.head ?? 0;
  if (after >= head) return null;
  const here = cursors.filter(({ position }) => position === after);
  const types = here.map(({ type }) => type);
  // up to the next type's cursor: from there on they go together
  const others = cursors.map(({ position }) => position).filter((position) => position > after);
  const end = Math.min(head, after + ENTRIES_MAX, ...others);
  const { rows: events } = await pool.query<Origin & { found: number }>(EVENTS, [
    following.tenant,
    following.source.log,
    after,
    end,
    types,
  ]);
  const last = events.at(-1);
  // too many, or too much: the stretch ends with the last one that is taken
  const cut = last !== undefined && (last.found === EVENTS_MAX || events.length < last.found);
  return { types, after, upTo: cut ? last.position : end, events, historyTo: new Map(here.map((row) => [row.type, row.history_to])) };
}
