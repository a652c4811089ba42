/** What a transaction writes of watches: nothing where none is opened, closed or due. The caller holds the head's lock. */
import { HOPS_MAX, isOwnSource } from '../../domain/ownEvent.ts';
import { type WatchChange, watchKey } from '../../kit/watches.ts';
import type { LogContext } from '../arrival.ts';
import { packedIntegers, packedPositions, packedTexts, packedTimes } from '../db/packedArray.ts';
import type { Statement } from '../db/together.ts';

/** What an own event carries on from what caused it. */
export interface Carried {
  readonly correlation: string | null;
  readonly hops: number;
}

/** The event that changes watches, and the entry at which it does: its own, or that of its redrive. */
export interface Cause {
  readonly position: number;
  readonly source: string;
  /** As structured CloudEvents JSON. */
  readonly body: string;
  readonly entry?: number;
}

interface Mark extends WatchChange {
  readonly entry: number;
  readonly event: number;
}

type Opened = WatchChange & Carried;

/** Looked up by key, row by row: a plain join goes through all rows of the flow. */
const REMOVE = {
  name: 'signalbox-unwatch',
  text: `delete from watches w using unnest($3::text[], $4::text[]) as q(subject, name) cross join lateral (
      select ctid from watches t where t.tenant = $1 and t.flow = $2 and t.subject = q.subject and t.name = q.name limit 1) t where w.ctid = t.ctid`,
};
const ADD = {
  name: 'signalbox-watch',
  text: `with w as (
      insert into watches (tenant, flow, subject, name, opened, opened_at, due_at, look_at, correlation, hops)
      select $1, $2, q.subject, q.name, q.opened, $3::timestamptz, q.due_at, q.due_at, q.correlation, q.hops
      from unnest($4::text[], $5::text[], $6::bigint[], $7::timestamptz[], $8::text[], $9::int[]) as q(subject, name, opened, due_at, correlation, hops)
    )
    insert into watch_marks (tenant, log, position, name, kind, opened, event_position, subject, at, due_at)
    select $1, $2, q.position, q.name, q.kind, q.opened, q.event_position, q.subject, $3::timestamptz,
      case when q.kind <> 'closed' then q.due_at end
    from unnest($10::bigint[], $11::text[], $12::text[], $13::bigint[], $14::bigint[], $15::text[], $16::timestamptz[])
      as q(position, name, kind, opened, event_position, subject, due_at)`,
};

/** Counted only where the event is one of ours: what a stranger writes there counts for nothing. Rare enough to read the body for it. */
export function carriedFrom({ source, body }: Pick<Cause, 'source' | 'body'>): Carried {
  const { correlationid = null, signalboxhops = 0 } = JSON.parse(body) as { correlationid?: string; signalboxhops?: number };
  return { correlation: correlationid === null ? null : String(correlationid), hops: isOwnSource(source) ? signalboxhops : 0 };
}

export class WatchWrite {
  readonly #context: Pick<LogContext, 'tenant' | 'log'>;
  readonly #at: string;
  readonly #marks: Mark[] = [];
  /** By `watchKey`: as the transaction leaves them. */
  readonly #opened = new Map<string, Opened>();
  readonly #removed = new Map<string, WatchChange>();

  constructor(context: Pick<LogContext, 'tenant' | 'log'>, atMs: number) {
    this.#context = context;
    this.#at = new Date(atMs).toISOString();
  }

  add(cause: Cause, changes: readonly WatchChange[]): void {
    for (const change of changes) {
      const key = watchKey(change.name, change.subject);
      this.#marks.push({ entry: cause.entry ?? cause.position, event: cause.position, ...change });
      if (change.kind === 'opened') {
        const { correlation, hops } = carriedFrom(cause);
        this.#opened.set(key, { correlation, hops: Math.min(hops, HOPS_MAX) + 1, ...change });
      } else if (!this.#opened.delete(key)) this.#removed.set(key, change);
    }
  }

  /** In this order: one that ends and is opened again has the same key. */
  statements(): Statement[] {
    if (this.#marks.length === 0) return [];
    const { tenant, log } = this.#context;
    const [removed, opened, marks] = [[...this.#removed.values()], [...this.#opened.values()], this.#marks];
    const remove = [tenant, log, packedTexts(removed.map(({ subject }) => subject)), packedTexts(removed.map(({ name }) => name))];
    const add = [
      ...[tenant, log, this.#at],
      ...[packedTexts(opened.map(({ subject }) => subject)), packedTexts(opened.map(({ name }) => name))],
      ...[packedPositions(opened.map((one) => one.opened)), packedTimes(opened.map(({ dueMs }) => dueMs ?? 0))],
      ...[packedTexts(opened.map(({ correlation }) => correlation)), packedIntegers(opened.map(({ hops }) => hops))],
      ...[packedPositions(marks.map(({ entry }) => entry)), packedTexts(marks.map(({ name }) => name))],
      ...[packedTexts(marks.map(({ kind }) => kind)), packedPositions(marks.map((one) => one.opened))],
      ...[packedPositions(marks.map(({ event }) => event)), packedTexts(marks.map(({ subject }) => subject))],
      packedTimes(marks.map(({ dueMs }) => dueMs ?? 0)),
    ];
    const adding = { ...ADD, values: add };
    return removed.length === 0 ? [adding] : [{ ...REMOVE, values: remove }, adding];
  }
}
