/**
 * One batch of one log as one transaction, in two round trips: lock the head, dedupe and read states; write and commit.
 *
 * The head is locked in a statement of its own: a statement that waits for a lock still sees the snapshot from before the
 * wait, so locking and reading in one would miss what the last holder wrote. The statements of a round trip are sent together and run one after
 * the other, each with its own snapshot (pg's pipeline mode; four round trips took a third longer on one connection). Positions are
 * drawn under the lock, so their order is the order of folding and of committing.
 *
 * A batch that begins while the one before it commits folds at once, on what that one leaves behind. Under the lock this proves
 * right or is done again: right if that batch has committed and the head stands where it left it.
 */
import { SignalboxError } from '../domain/errors.ts';
import type { FlowEvent } from '../domain/event.ts';
import type { Flow } from '../domain/flow.ts';
import { readInstant } from '../domain/instant.ts';
import { effectiveTime, keysOf } from '../kit/fold.ts';
import type { Remembered } from '../kit/remembered.ts';
import type { Answer, Arrival, LogContext } from './arrival.ts';
import { BatchWrite } from './batchWrite.ts';
import { ClockMoved, type DatabaseClock } from './db/clock.ts';
import type { Client, Pool } from './db/database.ts';
import { BEGIN, COMMIT, type Statement, together } from './db/together.ts';
import { EntryFolds } from './entryFolds.ts';
import { type Head, headLock, type LockAnswer, lockedHead } from './head.ts';
import { identityKey, type Known, knownOf, type Left, overlay, reading, readKnown, type Wanted } from './known.ts';
import { type MemoryUse, usingMemory } from './memory/usingMemory.ts';

/** A batch whose rows are on their way to the database. */
export interface Ahead {
  /** As it leaves the head. */
  readonly head: Omit<Head, 'nowMs'>;
  readonly left: Left;
  /** Whether this very transaction committed. Never rejects. */
  readonly committed: Promise<boolean>;
}

interface Appending {
  readonly arrivals: readonly Arrival[];
  readonly clock: DatabaseClock;
  /** The batch of this process that commits meanwhile, and where to read while it does; null where there is none. */
  readonly behind: { readonly ahead: Ahead; readonly pool: Pool } | null;
  /** Called when this batch's rows are on their way. */
  readonly sent: (ahead: Ahead) => void;
}

/** Accepts a batch and commits it. The caller rolls back on a throw; `client` is in pipeline mode. Throws ClockMoved where it is to be done again. */
export async function appendBatch(client: Client, context: LogContext, { arrivals, clock, behind, sent }: Appending): Promise<Answer[]> {
  const batch = draftBatch(context, clock, arrivals);
  return await usingMemory(context, async (memory) => {
    const { head, folded } = behind === null ? await lockAndFold(client, batch, memory) : await lockAndGuess(client, batch, behind);
    memory.movesTo(folded.position);
    // where writing fails, the server skips the commit
    const committing = together(client, [...folded.writes, COMMIT]);
    const committed = committing.then(
      () => true,
      () => false,
    );
    sent({ head: { ...head, position: folded.position }, left: folded, committed });
    await committing;
    return folded.answers;
  });
}

interface Draft {
  readonly flowEvent: FlowEvent;
  readonly keys: readonly string[] | Error;
}

interface Batch {
  readonly context: LogContext;
  readonly clock: DatabaseClock;
  readonly acceptedAtMs: number;
  readonly drafts: readonly Draft[];
  readonly wanted: Omit<Wanted, 'arrivals'> & { readonly arrivals: readonly Arrival[] };
}

const NONE: ReadonlySet<string> = new Set();

function draftBatch(context: LogContext, clock: DatabaseClock, arrivals: readonly Arrival[]): Batch {
  const acceptedAtMs = clock.nowMs();
  const drafts = arrivals.map((arrival) => draftOf(context.flow, arrival, acceptedAtMs));
  const keys = new Set(drafts.flatMap((draft) => (draft.keys instanceof Error ? [] : draft.keys)));
  const subjects = context.flow?.watches === undefined ? NONE : new Set(drafts.map(({ flowEvent }) => flowEvent.subject));
  return { context, clock, acceptedAtMs, drafts, wanted: { arrivals, keys, subjects } };
}

/** The event as the reflex will see it, but for its position, which is drawn when it is known to be new. */
function draftOf(flow: Flow | null, { event, subject, data }: Arrival, acceptedAtMs: number): Draft {
  const flowEvent: FlowEvent = {
    position: 0,
    source: event.source,
    id: event.id,
    type: event.type,
    subject: subject ?? '',
    acceptedAtMs,
    data,
    ...effectiveTime(event.time === null ? null : readInstant(event.time), acceptedAtMs),
  };
  return { flowEvent, keys: keysOf(flow, flowEvent) };
}

interface Locked {
  readonly head: Head;
  readonly folded: Folded;
}

async function lockAndFold(client: Client, batch: Batch, use: MemoryUse): Promise<Locked> {
  const { context, wanted } = batch;
  const askedAt = performance.now();
  const [, locked, read] = await together(client, [BEGIN, headLock(context.tenant, context.log), reading(context, wanted)]);
  const head = headOf(batch, locked, askedAt);
  const memory = await use.at(client, head);
  return { head, folded: await fold(client, batch, { head, known: knownOf(read.rows), memory }) };
}

/** Never of a flow with a memory. */
async function lockAndGuess(client: Client, batch: Batch, { ahead, pool }: { ahead: Ahead; pool: Pool }): Promise<Locked> {
  // a guess that fails is no guess: what is wrong shows again under the lock
  const [head, guess] = await Promise.all([lock(client, batch), guessOn(ahead, pool, batch).catch(() => null)]);
  const right = guess !== null && head.position === ahead.head.position && head.policy === ahead.head.policy && (await ahead.committed);
  if (right) return { head, folded: guess };
  return { head, folded: await fold(client, batch, { head, known: await readKnown(client, batch.context, batch.wanted) }) };
}

/** Folds as if the batch ahead had committed and nobody else had written: what is read is then from before it or after it, and `left` is after it. */
async function guessOn({ head, left }: Ahead, pool: Pool, batch: Batch): Promise<Folded> {
  const known = await readKnown(pool, batch.context, batch.wanted);
  overlay(known, batch.wanted, left);
  return fold(pool, batch, { head, known });
}

async function lock(client: Client, batch: Batch): Promise<Head> {
  const { context } = batch;
  const askedAt = performance.now();
  const [, locked] = await together(client, [BEGIN, headLock(context.tenant, context.log)]);
  return headOf(batch, locked, askedAt);
}

function headOf({ context: { tenant, log, flow }, clock }: Batch, locked: LockAnswer, askedAt: number): Head {
  const head = lockedHead(locked, tenant, log);
  if (flow !== null && head.code !== flow.code)
    throw new SignalboxError(
      'other-code',
      `The flow ${flow.name} runs code ${head.code?.slice(0, 12) ?? 'unknown'}, this ingress has ${flow.code.slice(0, 12)}`,
    );
  if (!clock.agrees(head.nowMs, askedAt)) throw new ClockMoved();
  return head;
}

/** A batch as it will be written, and what it leaves behind. */
interface Folded extends Left {
  /** Where the head is then. */
  readonly position: number;
  /** None where all of it was known. Packed with the guess, while the lock is still another's. */
  readonly writes: readonly Statement[];
  readonly answers: Answer[];
}

interface FoldingFrom {
  readonly head: Omit<Head, 'nowMs'>;
  readonly known: Known;
  readonly memory?: Remembered | null;
}

/** Takes `known` over: its events and states are then those after the batch. */
async function fold(client: Client | Pool, batch: Batch, { head, known, memory = null }: FoldingFrom): Promise<Folded> {
  const { context, acceptedAtMs, drafts, wanted } = batch;
  const { tenant, log, flow, policies } = context;
  const { seen, states, stored, watches } = known;
  const policy = flow === null ? null : await policies.get(client, tenant, flow, head.policy ?? '');
  const write = new BatchWrite(context, acceptedAtMs, policy?.version ?? '');
  const folds = new EntryFolds({ context, policy: policy?.policy, known, memory, atMs: acceptedAtMs });
  const answers = wanted.arrivals.map((arrival, at): Answer => {
    const { event, subject, history } = arrival;
    const key = identityKey(event.source, event.id);
    const before = seen.get(key);
    if (before !== undefined) return { result: 'known', same: before.hash.equals(event.hash), log: before.log, position: before.position };
    const position = head.position + write.count + 1;
    seen.set(key, { hash: event.hash, log, position });
    const { flowEvent, keys } = drafts[at] as Draft;
    const folding = {
      event: { ...flowEvent, position },
      keys,
      expired: event.expiresAt !== null && (readInstant(event.expiresAt) ?? Number.POSITIVE_INFINITY) <= acceptedAtMs,
      history,
    };
    const folded = folds.fold(folding, event);
    const entry: typeof folded = event.unreadable === undefined ? folded : { ...folded, ending: 'quarantined', note: event.unreadable };
    return write.add(arrival, { position, timeMs: flowEvent.timeMs, subject }, entry);
  });
  const position = head.position + write.count;
  const rows = { states, stored, changed: folds.changed };
  const writes = write.count === 0 ? [] : [write.statement(position, rows), ...folds.statements()];
  return { position, writes, answers, seen, states, watches };
}
