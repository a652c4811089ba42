/** What a batch must know before it folds: which of its events were accepted before, and the states of its keys. */

import type { States } from '../kit/fold.ts';
import { type OpenWatches, watchedSubject, watchKey } from '../kit/watches.ts';
import type { Arrival, LogContext } from './arrival.ts';
import { type Columns, ONE_ROW, SOME_ROWS } from './db/columns.ts';
import type { Client, Pool } from './db/database.ts';
import { packedTexts } from './db/packedArray.ts';
import type { Statement } from './db/together.ts';

interface Seen {
  readonly hash: Buffer;
  readonly log: string;
  readonly position: number;
}

/** What a batch leaves behind: the events and states that it knew or made. */
export interface Left {
  /** By `identityKey`. */
  readonly seen: Map<string, Seen>;
  readonly states: States;
  /** Of a flow that has watches. */
  readonly watches: OpenWatches;
}

/** What is read for a batch, of one snapshot. */
export interface Known extends Left {
  /** The keys whose states the database holds. */
  readonly stored: Set<string>;
}

type ReadContext = Pick<LogContext, 'tenant' | 'log' | 'flow'>;

export interface Wanted {
  readonly arrivals: readonly { readonly event: Pick<Arrival['event'], 'source' | 'id'> }[];
  readonly keys: ReadonlySet<string>;
  /** Those whose watches are to be known; none for a flow without watches. */
  readonly subjects: ReadonlySet<string>;
}

/** `limit 1` forces a look into the index for each key: a plain join went through all of the log's rows, hashed or one by one (tried). */
const lookingUp = ({ table }: Columns): string => `select i.source, i.id, i.log, i.position, i.hash, null::text as key, null::bytea as value
    from ${table('$2::text', '$3::text')} as q(source, id) cross join lateral (
      select * from identities i where i.tenant = $1 and i.source = q.source and i.id = q.id limit 1) i
  union all
  select null, null, null, null, null, s.key, s.value
    from unnest($5::text[]) as q(key) cross join lateral (select * from states s where s.tenant = $1 and s.log = $4 and s.key = q.key limit 1) s`;
/** More than a flow has names, also with those of builds before. */
const ROWS_MAX = 100;
/** For a flow that has watches: an open one's subject stands as id, its name as log. */
const watchesToo = (columns: Columns): string => `${lookingUp(columns)}
  union all
  select null, w.subject, w.name, w.opened, null, null, null
    from unnest($6::text[]) as q(subject) cross join lateral (
      select subject, name, opened from watches w where w.tenant = $1 and w.flow = $4 and w.subject = q.subject limit ${ROWS_MAX}) w`;
const READ = { name: 'signalbox-read', text: lookingUp(SOME_ROWS) };
const READ_ONE = { name: 'signalbox-read-one', text: lookingUp(ONE_ROW) };
const READ_WATCHED = { name: 'signalbox-read-watched', text: watchesToo(SOME_ROWS) };
const READ_ONE_WATCHED = { name: 'signalbox-read-one-watched', text: watchesToo(ONE_ROW) };

export type ReadRow =
  | { readonly source: string; readonly id: string; readonly log: string; readonly position: number; readonly hash: Buffer }
  | { readonly source: null; readonly key: string; readonly value: Buffer }
  | { readonly source: null; readonly key: null; readonly id: string; readonly log: string; readonly position: number };

export const identityKey = (source: string, id: string): string => `${source.length} ${source}${id}`;

/** In one statement, so of one snapshot. */
export async function readKnown(client: Client | Pool, context: ReadContext, wanted: Wanted): Promise<Known> {
  const { rows } = await client.query<ReadRow>(reading(context, wanted));
  return knownOf(rows);
}

/** What `readKnown` sends. */
export function reading({ tenant, log, flow }: ReadContext, { arrivals, keys, subjects }: Wanted): Statement {
  const one = arrivals.length === 1;
  const { texts } = one ? ONE_ROW : SOME_ROWS;
  const identities = [texts(arrivals.map(({ event }) => event.source)), texts(arrivals.map(({ event }) => event.id))];
  const values = [tenant, ...identities, log, packedTexts([...keys])];
  if (flow?.watches === undefined) return { ...(one ? READ_ONE : READ), values };
  return { ...(one ? READ_ONE_WATCHED : READ_WATCHED), values: [...values, packedTexts([...subjects])] };
}

/** What is known by the answer to `reading`. */
export function knownOf(rows: readonly ReadRow[]): Known {
  const known = {
    seen: new Map<string, Seen>(),
    states: new Map() as States,
    stored: new Set<string>(),
    watches: new Map() as OpenWatches,
  };
  for (const row of rows) {
    if (row.source !== null) known.seen.set(identityKey(row.source, row.id), row);
    else if (row.key === null) known.watches.set(watchKey(row.log, row.id), row.position);
    else {
      known.states.set(row.key, row.value);
      known.stored.add(row.key);
    }
  }
  return known;
}

/** Adds to what was read while a batch was under way what that batch leaves behind. */
export function overlay(known: Known, { arrivals, keys, subjects }: Wanted, left: Left): void {
  for (const { event } of arrivals) {
    const identity = identityKey(event.source, event.id);
    const seen = left.seen.get(identity);
    if (seen !== undefined) known.seen.set(identity, seen);
  }
  for (const key of keys) {
    const state = left.states.get(key);
    if (state == null) continue;
    known.states.set(key, state);
    known.stored.add(key);
  }
  for (const [key, opened] of left.watches) if (subjects.has(watchedSubject(key))) known.watches.set(key, opened);
}
