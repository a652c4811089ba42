/**
 * Takes a stretch of another log's events over into a flow's own, in one transaction with the cursor: each once, in their order there,
 * folded like events that were sent to the flow, after all that came before. What such an entry holds it holds itself, so a case, a
 * rebuild and a reviewer read the flow's log alone.
 */
import { SignalboxError } from '../../domain/errors.ts';
import type { FlowEvent, Json } from '../../domain/event.ts';
import { subjectOf } from '../../domain/eventType.ts';
import type { Flow } from '../../domain/flow.ts';
import { keysOf } from '../../kit/fold.ts';
import type { Remembered } from '../../kit/remembered.ts';
import type { AcceptedEvent, LogContext } from '../arrival.ts';
import { BatchWrite } from '../batchWrite.ts';
import type { Client, Pool } from '../db/database.ts';
import { underLock } from '../db/underLock.ts';
import { EntryFolds } from '../entryFolds.ts';
import { type Head, lockHead } from '../head.ts';
import { readKnown } from '../known.ts';
import { usingMemory } from '../memory/usingMemory.ts';
import { storedEvent } from '../storedEvent.ts';
import { AdoptWrite } from './adoptWrite.ts';
import { type Following, moveCursors } from './cursors.ts';
import { nextStretch, type Origin, type Stretch } from './stretch.ts';

/** `all`: everything up to now was gone through; `more`: a stretch was, there may be another; `busy`: another process took it. */
export interface Adopted {
  readonly state: 'all' | 'more' | 'busy';
  readonly events: readonly AcceptedEvent[];
}

export interface AdoptContext extends LogContext {
  readonly flow: Flow;
  readonly source: Following['source'];
}

const nothing = (state: Adopted['state']): Adopted => ({ state, events: [] });

/** Throws `other-code` where the log is folded by another build, `policy-unfit`, or `database-away` where trying again helps. */
export async function adoptNext(pool: Pool, context: AdoptContext): Promise<Adopted> {
  const { tenant, flow, source } = context;
  const following = { tenant, flow: flow.name, source };
  const stretch = await nextStretch(pool, following);
  if (stretch === null) return nothing('all');
  if (stretch.events.length === 0) return nothing((await moveCursors(pool, following, stretch)) ? 'more' : 'busy');
  // read before the lock: whoever accepts for the flow waits for the same one
  const origins = stretch.events.map(readOrigin);
  return await usingMemory(context, (use) =>
    underLock(pool, async (client) => {
      const head = await lockHead(client, tenant, flow.name);
      if (head.code !== flow.code) throw new SignalboxError('other-code');
      // behind the head's lock, so that whoever waited for it sees where the other has come to
      if (!(await moveCursors(client, following, stretch))) return nothing('busy');
      const memory = await use.at(client, head);
      const events = await take(client, context, { head, origins, historyTo: stretch.historyTo, memory });
      use.movesTo(head.position + events.length);
      return { state: 'more', events };
    }),
  );
}

interface ReadOrigin extends Pick<ReturnType<typeof storedEvent>, 'event' | 'data' | 'expiresAtMs'> {
  readonly origin: Origin;
}

/** An event as the flow sees it, but for its position. */
interface Adoptee extends Pick<ReadOrigin, 'origin' | 'expiresAtMs'> {
  readonly flowEvent: FlowEvent;
  /** Null where its data does not fit: then nobody knows whom it is about. */
  readonly subject: string | null;
  readonly keys: readonly string[] | Error;
}

interface Taking extends Pick<Stretch, 'historyTo'> {
  readonly head: Head;
  readonly origins: readonly ReadOrigin[];
  readonly memory: Remembered | null;
}

async function take(client: Client, context: AdoptContext, { head, origins, historyTo, memory }: Taking): Promise<AcceptedEvent[]> {
  const { tenant, flow, source, policies } = context;
  const { nowMs } = head;
  const { policy, version } = await policies.get(client, tenant, flow, head.policy ?? '');
  const adoptees = origins.map((read) => adopteeOf(flow, read, policy));
  const keys = new Set(adoptees.flatMap((adoptee) => (adoptee.keys instanceof Error ? [] : adoptee.keys)));
  const subjects = new Set(adoptees.flatMap(({ subject }) => subject ?? []));
  const known = await readKnown(client, context, { arrivals: [], keys, subjects });
  const batch = new BatchWrite(context, nowMs, version);
  const write = new AdoptWrite(source);
  const folds = new EntryFolds({ context, policy, known, memory, atMs: nowMs });
  const events = adoptees.map(({ origin, expiresAtMs, flowEvent, subject, keys: read }) => {
    const position = head.position + batch.count + 1;
    const history = origin.history || origin.position <= (historyTo.get(origin.type) ?? 0);
    const expired = expiresAtMs !== null && expiresAtMs <= nowMs;
    const entry = folds.fold({ event: { ...flowEvent, position }, keys: read, expired, history }, origin);
    write.add(origin);
    return batch.add({ event: origin, history, actor: origin.actor }, { position, timeMs: flowEvent.timeMs, subject }, entry);
  });
  const { states, stored } = known;
  await write.write(client, batch, head.position + batch.count, { states, stored, changed: folds.changed });
  await folds.write(client);
  return events;
}

function readOrigin(origin: Origin): ReadOrigin {
  const { event, data, expiresAtMs } = storedEvent({ ...origin, subject: '' });
  return { origin, event, data, expiresAtMs };
}

function adopteeOf(flow: Flow, { origin, event, data, expiresAtMs }: ReadOrigin, policy: unknown): Adoptee {
  return { origin, expiresAtMs, ...adoptedKeys(flow, { event, data }, policy) };
}

/** Nobody held the data against the flow's schema before: what does not fit, or makes the flow throw, goes into quarantine like what a reflex cannot read. */
function adoptedKeys(
  flow: Flow,
  { event, data }: { readonly event: FlowEvent; readonly data: Json | undefined },
  policy: unknown,
): Pick<Adoptee, 'flowEvent' | 'subject' | 'keys'> {
  try {
    const subject = subjectOf(flow, { type: event.type, data }, policy);
    const flowEvent = { ...event, subject };
    return { flowEvent, subject, keys: keysOf(flow, flowEvent) };
  } catch (error) {
    const wrong = error instanceof SignalboxError ? error.errors.map(({ pointer, detail }) => `${pointer} ${detail}`) : [];
    return { flowEvent: event, subject: null, keys: new Error([(error as Error).message, ...wrong].join('; '), { cause: error }) };
  }
}
