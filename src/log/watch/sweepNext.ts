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
import { foldEntry, keysOf } from '../../kit/fold.ts';
import { changeWatches, watchKey } from '../../kit/watches.ts';
import type { AcceptedEvent, LogContext } from '../arrival.ts';
import { BatchWrite } from '../batchWrite.ts';
import type { Client, Pool } from '../db/database.ts';
import { underLock } from '../db/underLock.ts';
import { lockHead } from '../head.ts';
import { type Known, readKnown } from '../known.ts';
import type { KnownPolicy } from '../policies.ts';
import { chainOf } from './chain.ts';
import { type DueWatch, type Look, leaveLooks, nextLook, readDue } from './dueWatches.ts';
import { type OwnEvent, ownEvent } from './ownEvent.ts';
import { WatchWrite } from './watchWrite.ts';

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
  return await underLock(pool, async (client) => {
    const head = await lockHead(client, tenant, flow.name);
    if (head.code !== flow.code) throw new SignalboxError('other-code');
    const nowMs = Math.floor(head.nowMs);
    const rows = await readDue(client, of, nowMs, DUE_MAX);
    if (rows.length === 0) return { events: [], waitMs: AGAIN_MS };
    const policy = await policies.get(client, tenant, flow, head.policy ?? '');
    const looked = await look(client, context, { rows, policy, nowMs });
    await leaveLooks(client, of, looked.looks);
    const events = await append(client, context, { ...looked, policy, position: head.position, nowMs });
    return { events, waitMs: 0 };
  });
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
  readonly position: number;
  readonly nowMs: number;
}

async function append(client: Client, context: SweepContext, appending: Appending): Promise<AcceptedEvent[]> {
  const { due, policy, position: head, nowMs } = appending;
  if (due.length === 0) return [];
  const { flow } = context;
  const keysOfEach = new Map(due.map(({ own }) => [own, keysOf(flow, own.flowEvent)]));
  const { states, stored, watches } = await withStates(client, context, appending, keysOfEach.values());
  const write = new BatchWrite(context, nowMs, policy.version);
  const watching = new WatchWrite(context, nowMs);
  const changed = new Set<string>();
  const events = due.flatMap(({ row: { name, subject, opened, due_at: dueAt }, own }) => {
    const { flowEvent, stored: event } = own;
    const key = watchKey(name, subject);
    // one before it in this very transaction has closed it
    if (watches.get(key) !== opened) return [];
    const position = head + write.count + 1;
    watches.set(key, null);
    watching.add({ ...event, position }, [{ name, subject, kind: 'due', opened, dueMs: dueAt.getTime() }]);
    const folding = { event: { ...flowEvent, position }, keys: keysOfEach.get(own) ?? [], expired: false, history: false };
    const entry = foldEntry({ flow, policy: policy.policy, states }, folding);
    for (const changedKey of entry.changed) changed.add(changedKey);
    if (entry.watches !== null) watching.add({ ...event, position }, changeWatches(watches, folding.event, entry.watches));
    return write.add({ event, history: false }, { position, timeMs: nowMs, subject }, entry);
  });
  if (events.length === 0) return [];
  await client.query(write.statement(head + write.count, { states, stored, changed }));
  await watching.write(client);
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
