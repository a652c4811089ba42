/**
 * Looks at watches whose time has come, in one transaction under the head's lock: outside of it an answer would be a guess, which an event
 * that commits meanwhile makes wrong. What is not due yet is moved; what is becomes an event of the flow's own, folded like any other, and
 * its row goes in the same transaction. So it comes once, whoever is killed when and however many processes look.
 */
import { SignalboxError } from '../../domain/errors.ts';
import type { Flow } from '../../domain/flow.ts';
import { eventId } from '../../domain/ids.ts';
import { instantText } from '../../domain/instant.ts';
import { HOPS_MAX, ownId } from '../../domain/ownEvent.ts';
import { askWatch, keysOfWatch, watchOf } from '../../kit/askWatch.ts';
import { keysOf } from '../../kit/fold.ts';
import { watchKey } from '../../kit/watches.ts';
import type { AcceptedEvent, LogContext } from '../arrival.ts';
import { BatchWrite } from '../batchWrite.ts';
import type { Client, Pool } from '../db/database.ts';
import { underLock } from '../db/underLock.ts';
import { EntryFolds } from '../entryFolds.ts';
import { type Head, lockHead } from '../head.ts';
import { type Known, readKnown } from '../known.ts';
import { type MemoryUse, usingMemory } from '../memory/usingMemory.ts';
import type { KnownPolicy } from '../policies.ts';
import { chainOf } from './chain.ts';
import { type DueWatch, type Look, leaveLooks, nextLook, readDue } from './dueWatches.ts';
import { type OwnEvent, ownEvent } from './ownEvent.ts';

export interface SweepContext extends LogContext {
  readonly flow: Flow;
}

export interface Swept {
  readonly events: readonly AcceptedEvent[];
  /** How long until there is something to be looked at again; null: nothing is open. */
  readonly waitMs: number | null;
}

const DUE_MAX = 300;
/** A check that says "again" for what is past is not asked again at once. */
const AGAIN_MS = 1000;
/** A check that threw may do so again until another build or policy comes. */
const BROKEN_MS = 60_000;

/** Throws `other-code` where the log is folded by another build, `policy-unfit`, or `database-away` where trying again helps. */
export async function sweepNext(pool: Pool, context: SweepContext): Promise<Swept> {
  const { tenant, flow, policies } = context;
  const of = { tenant, flow: flow.name, names: Object.keys(flow.watches ?? {}) };
  // without the lock: mostly there is nothing to be done
  const waitMs = await nextLook(pool, of);
  if (waitMs === null || waitMs > 0) return { events: [], waitMs };
  return await usingMemory(context, (use) =>
    underLock(pool, async (client) => {
      const head = await lockHead(client, tenant, flow.name);
      if (head.code !== flow.code) throw new SignalboxError('other-code');
      const nowMs = Math.floor(head.nowMs);
      const rows = await readDue(client, of, nowMs, DUE_MAX);
      if (rows.length === 0) return { events: [], waitMs: AGAIN_MS };
      const policy = await policies.get(client, tenant, flow, head.policy ?? '');
      const looked = await look(client, context, { rows, policy, nowMs });
      await leaveLooks(client, of, looked.looks);
      const events = looked.due.length === 0 ? [] : await append(client, context, { ...looked, policy, head, nowMs, use });
      return { events, waitMs: 0 };
    }),
  );
}

interface Due {
  readonly row: DueWatch;
  readonly own: OwnEvent;
}

interface Looked {
  readonly due: readonly Due[];
  readonly looks: readonly Look[];
  readonly known: Known;
}

interface Looking {
  readonly rows: readonly DueWatch[];
  readonly policy: KnownPolicy;
  readonly nowMs: number;
}

async function look(client: Client, context: SweepContext, { rows, policy, nowMs }: Looking): Promise<Looked> {
  const { flow } = context;
  const subjects = new Set(rows.map(({ subject }) => subject));
  const read = rows.map((row) => ({ row, keys: keysOfWatch(flow, row) }));
  const keys = new Set(read.flatMap((one) => (one.keys instanceof Error ? [] : one.keys)));
  const known = await readKnown(client, context, { arrivals: [], keys, subjects });
  const due: Due[] = [];
  const looks: Look[] = [];
  for (const { row, keys } of read) {
    const states = keys instanceof Error ? [] : keys.map((key) => known.states.get(key) ?? null);
    const answer = keys instanceof Error ? keys : askWatch(flow, row, { states, policy: policy.policy, nowMs });
    if (answer instanceof Error) looks.push({ ...row, lookMs: nowMs + BROKEN_MS, trouble: `check: ${answer.name}: ${answer.message}` });
    else if ('againAtMs' in answer)
      looks.push({ ...row, dueMs: answer.againAtMs, lookMs: Math.max(answer.againAtMs, nowMs + AGAIN_MS), trouble: null });
    else if (row.hops > HOPS_MAX) looks.push({ ...row, lookMs: null, trouble: await refusal(client, context, row) });
    else due.push({ row, own: ownOf(context, row, { sinceMs: answer.dueSinceMs, nowMs }) });
  }
  return { due, looks, known };
}

/** It stays where it can be seen: whoever opened it may close it. */
async function refusal(client: Client, { tenant, log }: SweepContext, { opened, hops }: DueWatch): Promise<string> {
  return `refused: it would be own event number ${hops} in a row, at most ${HOPS_MAX} may be: ${await chainOf(client, { tenant, log, position: opened })}`;
}

function ownOf({ tenant, log, flow }: SweepContext, row: DueWatch, { sinceMs, nowMs }: { sinceMs: number; nowMs: number }): OwnEvent {
  const { subject, name, opened, correlation, hops } = row;
  const times = { since: instantText(sinceMs), due: row.due_at.toISOString(), opened: row.opened_at.toISOString() };
  return ownEvent({
    ...{ flow: flow.name, type: name, subject, correlation, hops, acceptedAtMs: nowMs },
    id: ownId(name, { log, position: opened }),
    data: { [watchOf(flow, name).subjectField]: subject, ...times },
    causation: eventId({ tenant, log, position: opened }),
  });
}

interface Appending extends Looked {
  readonly policy: KnownPolicy;
  readonly head: Head;
  readonly nowMs: number;
  readonly use: MemoryUse;
}

async function append(client: Client, context: SweepContext, appending: Appending): Promise<AcceptedEvent[]> {
  const { due, policy, head, nowMs, use } = appending;
  const keysOfEach = new Map(due.map(({ own }) => [own, keysOf(context.flow, own.flowEvent)]));
  const known = await withStates(client, context, appending, keysOfEach.values());
  const { states, stored, watches } = known;
  const write = new BatchWrite(context, nowMs, policy.version);
  const folds = new EntryFolds({ context, policy: policy.policy, known, memory: await use.at(client, head), atMs: nowMs });
  const events = due.flatMap(({ row: { name, subject, opened, due_at: dueAt }, own }) => {
    const { flowEvent, stored: event } = own;
    const key = watchKey(name, subject);
    // one before it in this very transaction has closed it
    if (watches.get(key) !== opened) return [];
    const position = head.position + write.count + 1;
    watches.set(key, null);
    folds.watch({ position }, event, [{ name, subject, kind: 'due', opened, dueMs: dueAt.getTime() }]);
    const folding = { event: { ...flowEvent, position }, keys: keysOfEach.get(own) ?? [], expired: false, history: false };
    return write.add({ event, history: false }, { position, timeMs: nowMs, subject }, folds.fold(folding, event));
  });
  if (events.length === 0) return [];
  const position = head.position + write.count;
  use.movesTo(position);
  await client.query(write.statement(position, { states, stored, changed: folds.changed }));
  await folds.write(client);
  return events;
}

/** The states that own events fold, beside those that their checks were shown. */
async function withStates(
  client: Client,
  context: SweepContext,
  { known }: Looked,
  keysOfEach: Iterable<readonly string[] | Error>,
): Promise<Known> {
  const missing = [...keysOfEach].flatMap((keys) => (keys instanceof Error ? [] : keys)).filter((key) => !known.stored.has(key));
  if (missing.length === 0) return known;
  const more = await readKnown(client, context, { arrivals: [], keys: new Set(missing), subjects: new Set() });
  for (const [key, state] of more.states) known.states.set(key, state);
  for (const key of more.stored) known.stored.add(key);
  return known;
}
