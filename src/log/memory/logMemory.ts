/**
 * The memory of a flow in one process. It is used under the lock of its log's head alone, by all that fold: then it is brought up to where the
 * head is, and goes on from there. What it learnt of a transaction that may not have committed nobody can take back: then it is dropped,
 * and the next one loads a checkpoint and learns what is behind it.
 */
import type { Logger } from 'pino';
import { SignalboxError } from '../../domain/errors.ts';
import type { Memory } from '../../domain/flow/reflex.ts';
import type { Flow } from '../../domain/flow.ts';
import { Remembered } from '../../kit/remembered.ts';
import type { Client, Pool } from '../db/database.ts';
import type { Head } from '../head.ts';
import { keepNewer, noteTrouble, readCheckpoint, readMemory } from './checkpoints.ts';
import { type LogOf, lessonsBetween } from './lessons.ts';

export interface Keeping {
  readonly pool: Pool;
  readonly logger: Logger;
  /** A checkpoint is made after so many entries, or so long after the last where something was learnt. */
  readonly everyEntries?: number;
  readonly everyMs?: number;
}

const EVERY_ENTRIES = 10_000;
const EVERY_MS = 30_000;

export interface HeldMemory {
  readonly remembered: Remembered;
  /** The transaction has committed, and the head is there now. */
  keep(position: number): void;
  /** It has not, or nobody knows. */
  drop(): void;
}

export class LogMemory {
  readonly #of: LogOf;
  readonly #flow: Flow;
  readonly #memory: Memory;
  /** Null: it is not kept from here. */
  readonly #keeping: Keeping | null;
  #remembered: Remembered | null = null;
  #position = 0;
  #kept = { position: 0, atMs: 0 };
  /** Ends when whoever holds it lets go. */
  #turn: Promise<void> = Promise.resolve();
  #writing: Promise<void> | null = null;

  constructor({ tenant, flow, memory, keeping = null }: { tenant: string; flow: Flow; memory: Memory; keeping?: Keeping | null }) {
    this.#of = { tenant, log: flow.name };
    this.#flow = flow;
    this.#memory = memory;
    this.#keeping = keeping;
  }

  /**
   * As all entries up to the head's left it. `client` holds the head's lock: so the one before has committed or rolled back, and its
   * answer, which may not be here yet, is waited for.
   */
  async hold(client: Client, head: Pick<Head, 'position'>): Promise<HeldMemory> {
    const before = this.#turn;
    let release = (): void => undefined;
    this.#turn = new Promise((resolve) => {
      release = resolve;
    });
    await before;
    try {
      const remembered = await this.#caughtUp(client, head.position);
      return {
        remembered,
        keep: (position) => {
          this.#position = position;
          this.#checkpoint(remembered);
          release();
        },
        drop: () => {
          this.#remembered = null;
          release();
        },
      };
    } catch (error) {
      this.#remembered = null;
      release();
      throw error;
    }
  }

  /** Waits for the checkpoint that is being written. */
  async close(): Promise<void> {
    await this.#turn;
    await this.#writing;
  }

  async #caughtUp(client: Client, position: number): Promise<Remembered> {
    if (this.#remembered !== null && this.#position === position) return this.#remembered;
    const newest = await readCheckpoint(client, this.#of, 'newest');
    const lost = this.#remembered === null || this.#position > position || this.#position < (newest?.floor ?? 0);
    const remembered = lost ? await this.#load(client, newest?.code) : (this.#remembered as Remembered);
    for await (const { lesson } of lessonsBetween(client, this.#of, this.#position, position)) remembered.learn(lesson);
    this.#position = position;
    this.#remembered = remembered;
    return remembered;
  }

  async #load(client: Client, code: string | undefined): Promise<Remembered> {
    if (code !== undefined && code !== this.#flow.code) throw new SignalboxError('other-code');
    const { position, bytes } = await readMemory(client, this.#of, 'newest');
    this.#position = position;
    this.#kept = { position, atMs: performance.now() };
    return new Remembered(this.#memory, bytes);
  }

  #checkpoint(remembered: Remembered): void {
    const { everyEntries = EVERY_ENTRIES, everyMs = EVERY_MS } = this.#keeping ?? {};
    const late = remembered.learnt > 0 && performance.now() - this.#kept.atMs > everyMs;
    if (!late && this.#position - this.#kept.position < everyEntries) return;
    const position = this.#position;
    this.#kept = { position, atMs: performance.now() };
    const bytes = this.#snapshot(remembered);
    if (bytes === null || this.#keeping === null || this.#writing !== null) return;
    this.#writing = this.#write(this.#keeping, { position, bytes }).finally(() => {
      this.#writing = null;
    });
  }

  /** Made between two transactions: nobody else may change it. Null where the flow cannot save it: what was accepted stays accepted. */
  #snapshot(remembered: Remembered): Uint8Array | null {
    try {
      return remembered.snapshot();
    } catch (error) {
      this.#keeping?.logger.error(
        { err: error, flow: this.#flow.name },
        'the memory cannot be saved: a start has all to learn that came since',
      );
      return null;
    }
  }

  /** Never rejects: the next one comes. */
  async #write({ pool, logger }: Keeping, { position, bytes }: { position: number; bytes: Uint8Array }): Promise<void> {
    const { code, name: flow } = this.#flow;
    try {
      if (bytes.length <= this.#memory.limitBytes) await keepNewer(pool, this.#of, { position, code, bytes });
      else {
        const trouble = `it has ${bytes.length} bytes, and at most ${this.#memory.limitBytes} are kept`;
        await noteTrouble(pool, this.#of, { code, trouble });
        logger.error({ flow, position }, `the memory cannot be kept: ${trouble}; a start has all to learn that came since the last one`);
      }
    } catch (error) {
      logger.warn({ err: error, flow, position }, 'a checkpoint of the memory was not written, the next one has what is in it');
    }
  }
}
