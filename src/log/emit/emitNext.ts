/**
 * Appends what a flow's cases and followers asked to be told, in one transaction under the head's lock: the event and the end of its row
 * go together, so it comes once, whoever is killed when and however many processes do it. A circle of flows that cause one another's events is
 * ended by their count.
 */
import { SignalboxError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/event.ts';
import { shownText } from '../../domain/exposure.ts';
import type { Flow } from '../../domain/flow.ts';
import { eventId } from '../../domain/ids.ts';
import { HOPS_MAX, ownId } from '../../domain/ownEvent.ts';
import { keysOf } from '../../kit/fold.ts';
import type { AcceptedEvent, LogContext } from '../arrival.ts';
import { BatchWrite } from '../batchWrite.ts';
import type { Client, Pool } from '../db/database.ts';
import { underLock } from '../db/underLock.ts';
import { EntryFolds } from '../entryFolds.ts';
import { type Head, lockHead } from '../head.ts';
import { identityKey, readKnown } from '../known.ts';
import { type MemoryUse, usingMemory } from '../memory/usingMemory.ts';
import { chainOf } from '../watch/chain.ts';
import { type OwnEvent, ownEvent } from '../watch/ownEvent.ts';

/** `log` and `flow`: where they go, which is the emitting flow's own or nobody's. */
export interface EmitContext extends LogContext {
  readonly emitter: Flow;
  /** The types that go there. */
  readonly types: readonly string[];
}

export interface Emitted {
  readonly events: readonly AcceptedEvent[];
  /** There may be another at once. */
  readonly more: boolean;
}

interface Row {
  readonly name: string;
  readonly position: number;
  readonly subject: string;
  readonly data: string;
  readonly cause: number;
  readonly correlation: string | null;
  readonly hops: number;
}

/** Up to 16 kB of data each. */
const ROWS_MAX = 300;
const TROUBLE_CHARS_MAX = 1000;

const OPEN = `select name, position, subject, data, cause, correlation, hops from emissions
  where tenant = $1 and flow = $2 and trouble is null and name = any($3::text[]) order by nth limit ${ROWS_MAX}`;
const ANY = 'select nth from emissions where tenant = $1 and flow = $2 and trouble is null and name = any($3::text[]) limit 1';

/** Throws `other-code` where the log is folded by another build, `policy-unfit`, or `database-away` where trying again helps. */
export async function emitNext(pool: Pool, context: EmitContext): Promise<Emitted> {
  const { tenant, log, flow, emitter, types } = context;
  const of = [tenant, emitter.name, types];
  // without the lock: mostly there is nothing to be done
  if ((await pool.query<{ nth: number }>(ANY, of)).rows.length === 0) return { events: [], more: false };
  return await usingMemory(context, (use) =>
    underLock(pool, async (client) => {
      const head = await lockHead(client, tenant, log);
      if (flow !== null && head.code !== flow.code) throw new SignalboxError('other-code');
      // behind the lock: whoever waited for it sees what the other has done
      const { rows } = await client.query<Row>(OPEN, of);
      const going = rows.filter(({ hops }) => hops <= HOPS_MAX);
      for (const row of rows) if (row.hops > HOPS_MAX) await refuse(client, context, row);
      const events = going.length === 0 ? [] : await append(client, context, { rows: going, head, use });
      await remove(client, context, going);
      return { events, more: rows.length === ROWS_MAX };
    }),
  );
}

/** It stays where it can be seen. */
async function refuse(client: Client, { tenant, emitter }: EmitContext, { name, position, cause, hops }: Row): Promise<void> {
  const chain = await chainOf(client, { tenant, log: emitter.name, position: cause });
  const trouble = `refused: it would be own event number ${hops} in a row, at most ${HOPS_MAX} may be: ${chain}`;
  await client.query('update emissions set trouble = $5 where tenant = $1 and flow = $2 and name = $3 and position = $4', [
    ...[tenant, emitter.name, name, position],
    shownText(trouble, TROUBLE_CHARS_MAX),
  ]);
}

async function remove(client: Client, { tenant, emitter }: EmitContext, rows: readonly Row[]): Promise<void> {
  if (rows.length === 0) return;
  await client.query(
    'delete from emissions where tenant = $1 and flow = $2 and (name, position) in (select * from unnest($3::text[], $4::bigint[]))',
    [tenant, emitter.name, rows.map(({ name }) => name), rows.map(({ position }) => position)],
  );
}

function eventOf({ tenant, emitter }: EmitContext, row: Row, acceptedAtMs: number): OwnEvent {
  const { name, position, subject, data, cause, correlation, hops } = row;
  return ownEvent({
    ...{ flow: emitter.name, type: name, subject, correlation, hops, acceptedAtMs },
    id: ownId(name, { log: emitter.name, position }),
    data: JSON.parse(data) as JsonObject,
    causation: eventId({ tenant, log: emitter.name, position: cause }),
  });
}

interface Appending {
  readonly rows: readonly Row[];
  readonly head: Head;
  readonly use: MemoryUse;
}

async function append(client: Client, context: EmitContext, { rows, head, use }: Appending): Promise<AcceptedEvent[]> {
  const { tenant, flow, policies } = context;
  const nowMs = Math.floor(head.nowMs);
  const drafts = rows.map((row) => {
    const { flowEvent, stored } = eventOf(context, row, nowMs);
    return { flowEvent, stored, keys: keysOf(flow, flowEvent), subject: flow === null ? null : row.subject };
  });
  const known = await readKnown(client, context, {
    arrivals: drafts.map(({ stored }) => ({ event: stored })),
    keys: new Set(drafts.flatMap(({ keys }) => (keys instanceof Error ? [] : keys))),
    subjects: new Set(rows.map(({ subject }) => subject)),
  });
  const policy = flow === null ? null : await policies.get(client, tenant, flow, head.policy ?? '');
  const write = new BatchWrite(context, nowMs, policy?.version ?? '');
  const folds = new EntryFolds({ context, policy: policy?.policy, known, memory: await use.at(client, head), atMs: nowMs });
  const events = drafts.flatMap(({ flowEvent, stored, keys, subject }) => {
    if (known.seen.has(identityKey(stored.source, stored.id))) return [];
    const position = head.position + write.count + 1;
    const folding = { event: { ...flowEvent, position }, keys, expired: false, history: false };
    return write.add({ event: stored, history: false }, { position, timeMs: nowMs, subject }, folds.fold(folding, stored));
  });
  if (events.length === 0) return [];
  const position = head.position + write.count;
  use.movesTo(position);
  await client.query(write.statement(position, { states: known.states, stored: known.stored, changed: folds.changed }));
  await folds.write(client);
  return events;
}
