/**
 * Watches as the log folds to them: opened and closed by the reflex, ended by the flow's own events, which are entries. The check is never
 * asked again. When one is due is not compared: looks move it.
 */
import type { FlowEvent } from '../../domain/event.ts';
import type { Watching } from '../../domain/flow/reflex.ts';
import type { Flow } from '../../domain/flow.ts';
import { ownId } from '../../domain/ownEvent.ts';
import { changeWatches, type OpenWatches, type WatchChange, watchKey } from '../../kit/watches.ts';
import type { Client } from '../db/database.ts';
import { type Carried, type Cause, carriedFrom } from './watchWrite.ts';

interface Mark extends WatchChange {
  readonly position: number;
  readonly event: number;
  readonly atMs: number;
}

/** At which entry something happened. */
export interface Entry {
  readonly position: number;
  readonly acceptedAtMs: number;
}

interface Place {
  readonly tenant: string;
  readonly flow: Flow;
}

const PAGE = 5000;
const markText = ({ position, name, kind, opened }: Pick<Mark, 'position' | 'name' | 'kind' | 'opened'>): string =>
  `${position} ${name} ${kind} ${opened}`;

export class RefoldedWatches {
  readonly #flow: Flow;
  readonly #open: OpenWatches = new Map();
  readonly #carried = new Map<string, Carried>();
  readonly #marks: Mark[] = [];

  constructor(flow: Flow) {
    this.#flow = flow;
  }

  /** The watch that an event of the flow's own ended; says what is wrong where it can have ended none. */
  end({ id, type, subject, position, data, acceptedAtMs }: FlowEvent): string | null {
    const { name: log, watches = {} } = this.#flow;
    if (!Object.hasOwn(watches, type)) return null;
    const opened = this.#open.get(watchKey(type, subject)) ?? null;
    if (opened === null || ownId(type, { log, position: opened }) !== id) return `the own event at ${position} ends no watch that was open`;
    this.#open.set(watchKey(type, subject), null);
    const due: WatchChange = { name: type, subject, kind: 'due', opened, dueMs: Date.parse(String(data.due)) };
    this.#marks.push({ ...due, position, event: position, atMs: acceptedAtMs });
    return null;
  }

  change(event: FlowEvent, body: string | null, { asked, at }: { readonly asked: Watching; readonly at: Entry }): void {
    for (const change of changeWatches(this.#open, event, asked)) {
      this.#marks.push({ ...change, position: at.position, event: event.position, atMs: at.acceptedAtMs });
      const cause: Pick<Cause, 'source' | 'body'> = { source: event.source, body: body ?? '{}' };
      if (change.kind === 'opened') this.#carried.set(watchKey(change.name, change.subject), carriedFrom(cause));
    }
  }

  async compare(client: Client, { tenant, flow }: Place, differ: (text: string) => void): Promise<void> {
    const missing = new Map([...this.#open].filter(([, opened]) => opened !== null));
    const open = await client.query<{ subject: string; name: string; opened: number }>(
      'select subject, name, opened from watches where tenant = $1 and flow = $2',
      [tenant, flow.name],
    );
    for (const { subject, name, opened } of open.rows) {
      const key = watchKey(name, subject);
      if (missing.get(key) !== opened) differ(`the watch ${name} that ${opened} opened is kept, and nothing folds to it`);
      missing.delete(key);
    }
    for (const [key, opened] of missing) differ(`the watch ${key.slice(0, key.indexOf(' '))} that ${opened} opened is missing`);
    await this.#compareMarks(client, { tenant, flow }, differ);
  }

  async #compareMarks(client: Client, { tenant, flow }: Place, differ: (text: string) => void): Promise<void> {
    const missing = new Set(this.#marks.map(markText));
    for (let after = 0; ; ) {
      const { rows } = await client.query<Pick<Mark, 'position' | 'name' | 'kind' | 'opened'>>(
        `select position, name, kind, opened from watch_marks where tenant = $1 and log = $2 and position > $3
         order by position fetch first ${PAGE} rows with ties`,
        [tenant, flow.name, after],
      );
      for (const row of rows)
        if (!missing.delete(markText(row)))
          differ(`that the watch ${row.name} was ${row.kind} at ${row.position} is kept, and nothing folds to it`);
      const last = rows.at(-1);
      if (last === undefined) break;
      after = last.position;
    }
    for (const text of missing) {
      const [position, name, kind] = text.split(' ');
      differ(`that the watch ${name} was ${kind} at ${position} is missing`);
    }
  }

  /** Rows that are right stay as they are: looks have moved when they are due. The caller holds the head's lock. */
  async replace(client: Client, { tenant, flow }: Place): Promise<void> {
    const open = [...this.#open].filter(([, opened]) => opened !== null).map(([key]) => key);
    const openings = new Map(this.#marks.filter(({ kind }) => kind === 'opened').map((mark) => [watchKey(mark.name, mark.subject), mark]));
    const rows = open.map((key) => ({ ...(openings.get(key) as Mark), ...(this.#carried.get(key) as Carried) }));
    const of = [tenant, flow.name];
    const keys = [rows.map(({ subject }) => subject), rows.map(({ name }) => name), rows.map(({ opened }) => opened)];
    await client.query(
      `delete from watches where tenant = $1 and flow = $2 and (subject, name, opened) not in (select * from unnest($3::text[], $4::text[], $5::bigint[]))`,
      [...of, ...keys],
    );
    await client.query(
      `insert into watches (tenant, flow, subject, name, opened, opened_at, due_at, look_at, correlation, hops)
       select $1, $2, q.subject, q.name, q.opened, q.at, q.due_at, q.due_at, q.correlation, q.hops + 1
       from unnest($3::text[], $4::text[], $5::bigint[], $6::timestamptz[], $7::timestamptz[], $8::text[], $9::int[]) as q(subject, name, opened, at, due_at, correlation, hops)
       on conflict do nothing`,
      [
        ...[...of, ...keys, rows.map(({ atMs }) => new Date(atMs)), rows.map(({ dueMs }) => new Date(dueMs ?? 0))],
        ...[rows.map(({ correlation }) => correlation), rows.map(({ hops }) => hops)],
      ],
    );
    await client.query('delete from watch_marks where tenant = $1 and log = $2', of);
    for (let from = 0; from < this.#marks.length; from += PAGE) await this.#insertMarks(client, of, this.#marks.slice(from, from + PAGE));
  }

  async #insertMarks(client: Client, of: readonly string[], marks: readonly Mark[]): Promise<void> {
    await client.query(
      `insert into watch_marks (tenant, log, position, name, kind, opened, event_position, subject, at, due_at)
       select $1, $2, * from unnest($3::bigint[], $4::text[], $5::text[], $6::bigint[], $7::bigint[], $8::text[], $9::timestamptz[], $10::timestamptz[])`,
      [
        ...[...of, marks.map(({ position }) => position), marks.map(({ name }) => name), marks.map(({ kind }) => kind)],
        ...[marks.map(({ opened }) => opened), marks.map(({ event }) => event), marks.map(({ subject }) => subject)],
        ...[marks.map(({ atMs }) => new Date(atMs)), marks.map(({ dueMs }) => (dueMs === null ? null : new Date(dueMs)))],
      ],
    );
  }
}
