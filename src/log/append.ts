/**
 * Group commit: while one transaction of a log runs, its next requests gather. One appender per log, so that one flow never
 * waits for another. Safe with any number of processes: the head's lock orders them.
 *
 * An unanswered commit may have landed. Only a retry through the head's lock finds out, so that is the only kind of retry here.
 */
import { BackOff } from '../domain/backOff.ts';
import { SignalboxError } from '../domain/errors.ts';
import { APPEND_LIMITS, type AppendLimits, AppendQueue, type Waiting } from './appendQueue.ts';
import { type Answer, type Arrival, casesWithMail, type LogContext } from './arrival.ts';
import { type Ahead, appendBatch } from './batch.ts';
import { ClockMoved, DatabaseClock } from './db/clock.ts';
import { databaseAway, isDatabaseAway, type Pool } from './db/database.ts';
import { watchBlockers } from './db/watchdog.ts';

/** Where a batch stands among its neighbours. */
interface Turn {
  readonly ahead: Ahead | null;
  readonly sent: (ahead: Ahead) => void;
}

interface AppenderDeps {
  /** Opened for appending. */
  readonly pool: Pool;
  readonly context: LogContext;
  /** Of the process, where it has others that go by it. */
  readonly clock?: DatabaseClock;
  readonly limits?: AppendLimits;
  /** Called after each commit with the cases that got mail, as `<tenant> <flow> <case id>`. */
  readonly mailed: (cases: readonly string[]) => void;
  /** Called after each batch: how many events, how long. */
  readonly committed?: (count: number, ms: number) => void;
}

/** Serialization and deadlock, unique violations between logs, lock and statement timeouts: try again through the head. */
const AGAIN = new Set(['23505', '40P01', '40001', '55P03', '57014']);
const RETRY_PAUSES = { firstMs: 50, maxMs: 200 };
/** After a batch has failed its whole time, the next ones fail fast until one succeeds. */
const AWAY_RETRY_MS = 400;
/** How often is looked who has waited too long. */
const OVERDUE_LOOK_MS = 250;
/** A batch this small would cost the server more than the time it saves: it waits for the one under way, and grows. */
const EARLY_COUNT_MIN = 16;
/** Answers given before the event loop has another turn: some milliseconds. */
const ANSWERS_A_TURN = 64;

const isAgain = (error: unknown): boolean =>
  error instanceof ClockMoved || isDatabaseAway(error) || AGAIN.has((error as { code?: string }).code ?? '');

export class Appender {
  readonly #deps: AppenderDeps;
  readonly #limits: AppendLimits;
  readonly #queue: AppendQueue;
  readonly #clock: DatabaseClock;
  readonly #trying = new Set<readonly Waiting[]>();
  /** A guess may be thrown away, and nobody can take back what a memory learnt of it: such a log folds under the lock alone. */
  readonly #remembers: boolean;
  #running: Promise<void> | null = null;
  /** Batches between their first statement and their commit. */
  #underWay = 0;
  #answering: Promise<unknown> = Promise.resolve();
  #away = false;
  #stopping = false;

  constructor(deps: AppenderDeps) {
    this.#deps = deps;
    this.#limits = deps.limits ?? APPEND_LIMITS;
    this.#queue = new AppendQueue(this.#limits);
    this.#clock = deps.clock ?? new DatabaseClock();
    this.#remembers = deps.context.flow?.reflex?.memory !== undefined;
  }

  /** Events waiting to be committed. */
  get waiting(): number {
    return this.#queue.count;
  }

  /** Whether so much more may wait. */
  hasRoom(count: number, bytes: number): boolean {
    return this.#queue.hasRoom(count, bytes);
  }

  /** The arrivals' answers, in order, once they are committed. Rejects with `queue-full`, `database-away`, `other-code` or `stopping`. */
  append(arrivals: readonly Arrival[]): Promise<Answer[]> {
    const bytes = arrivals.reduce((sum, { event }) => sum + event.body.length, 0);
    if (this.#stopping) return Promise.reject(new SignalboxError('stopping'));
    if (!this.hasRoom(arrivals.length, bytes)) return Promise.reject(new SignalboxError('queue-full'));
    return new Promise((resolve, reject) => {
      this.#queue.add({ arrivals, bytes, sinceMs: performance.now(), resolve, reject });
      this.#running ??= this.#run();
    });
  }

  /** Refuses what comes now, and waits for what came before. */
  async close(): Promise<void> {
    this.#stopping = true;
    await this.#running;
    await this.#answering;
  }

  async #run(): Promise<void> {
    // a tick of the event loop lets the requests that arrived together share the first batch
    await new Promise(setImmediate);
    const looking = setInterval(() => this.#refuseOverdue(), OVERDUE_LOOK_MS);
    try {
      await this.#commitAll();
    } finally {
      clearInterval(looking);
      this.#running = null;
    }
  }

  async #commitAll(): Promise<void> {
    let under = Promise.resolve();
    let ahead: Ahead | null = null;
    while (this.#queue.length > 0) {
      const before = under;
      // the next batch begins when the rows of this one are on their way: it waits for the head's lock at the server, not here
      ahead = await new Promise<Ahead | null>((sent) => {
        under = this.#commit(this.#queue.take(), { ahead, sent }).finally(() => sent(null));
      });
      await before;
      if (this.#queue.count < EARLY_COUNT_MIN || this.#remembers) {
        await under;
        ahead = null;
      }
    }
  }

  /**
   * Nobody waits longer than the limit, whatever the database does: what is in the queue is not tried any more, and what is being tried may yet
   * be accepted, which the same sent again finds out.
   */
  #refuseOverdue(): void {
    const before = performance.now() - this.#limits.answerMs;
    const tried = [...this.#trying].flat().filter(({ sinceMs }) => sinceMs < before);
    for (const { reject } of [...tried, ...this.#queue.takeBefore(before)]) reject(new SignalboxError('database-away'));
  }

  async #commit(batch: readonly Waiting[], turn: Turn): Promise<void> {
    const startedMs = performance.now();
    this.#underWay += 1;
    const arrivals = batch.length === 1 ? (batch[0] as Waiting).arrivals : batch.flatMap((waiting) => waiting.arrivals);
    let answers: Answer[];
    this.#trying.add(batch);
    try {
      answers = await this.#tryUntil(arrivals, turn, startedMs + (this.#away ? AWAY_RETRY_MS : this.#limits.retryMs));
      this.#away = false;
    } catch (error) {
      for (const waiting of batch) waiting.reject(error as Error);
      return;
    } finally {
      this.#underWay -= 1;
      this.#trying.delete(batch);
    }
    this.#deps.committed?.(arrivals.length, performance.now() - startedMs);
    this.#answering = Promise.all([this.#answering, this.#answer(batch, answers)]);
  }

  /** In turns where another batch is under way: that one's lock may be had by now, and the server waits for its rows. */
  async #answer(batch: readonly Waiting[], answers: readonly Answer[]): Promise<void> {
    let from = 0;
    let turnFrom = -ANSWERS_A_TURN;
    for (const waiting of batch) {
      if (this.#underWay > 0 && from - turnFrom >= ANSWERS_A_TURN) {
        turnFrom = from;
        await new Promise(setImmediate);
      }
      waiting.resolve(answers.slice(from, from + waiting.arrivals.length));
      from += waiting.arrivals.length;
    }
    const cases = casesWithMail(this.#deps.context, answers);
    if (cases.length > 0) this.#deps.mailed(cases);
  }

  async #tryUntil(arrivals: readonly Arrival[], turn: Turn, untilMs: number): Promise<Answer[]> {
    const backOff = new BackOff(RETRY_PAUSES);
    for (let ahead = turn.ahead; ; ahead = null) {
      let pauseMs = 0;
      try {
        return await this.#transaction(arrivals, { ahead, sent: turn.sent });
      } catch (error) {
        if (!isAgain(error)) throw error;
        pauseMs = backOff.next();
        if (performance.now() + pauseMs > untilMs) {
          this.#away = true;
          throw databaseAway(error);
        }
      }
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }

  async #transaction(arrivals: readonly Arrival[], { ahead, sent }: Turn): Promise<Answer[]> {
    const { pool } = this.#deps;
    const client = await pool.connect();
    const unwatch = watchBlockers(pool, client);
    try {
      const answers = await appendBatch(client, this.#deps.context, {
        arrivals,
        clock: this.#clock,
        behind: ahead && { ahead, pool },
        sent,
      });
      client.release();
      return answers;
    } catch (error) {
      // a connection in doubt is closed, which rolls back; a refusal by the server is rolled back and the connection kept
      const kept =
        !isDatabaseAway(error) &&
        (await client.query('rollback').then(
          () => true,
          () => false,
        ));
      client.release(!kept);
      throw error;
    } finally {
      unwatch();
    }
  }
}
