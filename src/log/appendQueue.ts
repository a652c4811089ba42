/** Requests that wait to be committed, within limits. */
import type { Answer, Arrival } from './arrival.ts';

export interface AppendLimits {
  /** Events waiting, over all requests. */
  readonly queueCountMax: number;
  readonly queueBytesMax: number;
  readonly batchCountMax: number;
  readonly batchBytesMax: number;
  /** How long one batch is tried while the database is away or its locks are held. */
  readonly retryMs: number;
  /** How long a request waits for its answer, whatever the database does. */
  readonly answerMs: number;
}

export const APPEND_LIMITS: AppendLimits = {
  queueCountMax: 20_000,
  queueBytesMax: 128 * 1024 * 1024,
  batchCountMax: 1000,
  batchBytesMax: 8 * 1024 * 1024,
  retryMs: 8000,
  answerMs: 8000,
};

/** One request. */
export interface Waiting {
  readonly arrivals: readonly Arrival[];
  readonly bytes: number;
  /** Of this process's count of milliseconds. */
  readonly sinceMs: number;
  readonly resolve: (answers: Answer[]) => void;
  readonly reject: (error: Error) => void;
}

export class AppendQueue {
  readonly #limits: AppendLimits;
  #requests: Waiting[] = [];
  #count = 0;
  #bytes = 0;

  constructor(limits: AppendLimits) {
    this.#limits = limits;
  }

  /** Requests. */
  get length(): number {
    return this.#requests.length;
  }

  /** Events, over all requests. */
  get count(): number {
    return this.#count;
  }

  /** Whether so much more may wait. One request always may: its size has limits of its own. */
  hasRoom(count: number, bytes: number): boolean {
    return this.#count === 0 || (this.#count + count <= this.#limits.queueCountMax && this.#bytes + bytes <= this.#limits.queueBytesMax);
  }

  add(waiting: Waiting): void {
    this.#requests.push(waiting);
    this.#count += waiting.arrivals.length;
    this.#bytes += waiting.bytes;
  }

  /** The oldest requests, as many as make a batch. */
  take(): Waiting[] {
    let [count, bytes, take] = [0, 0, 0];
    for (const waiting of this.#requests) {
      if (take > 0 && (count + waiting.arrivals.length > this.#limits.batchCountMax || bytes + waiting.bytes > this.#limits.batchBytesMax))
        break;
      count += waiting.arrivals.length;
      bytes += waiting.bytes;
      take += 1;
    }
    return this.#remove(take);
  }

  /** Those that came before then: the oldest stand first. */
  takeBefore(sinceMs: number): Waiting[] {
    const first = this.#requests.findIndex((waiting) => waiting.sinceMs >= sinceMs);
    return this.#remove(first === -1 ? this.#requests.length : first);
  }

  #remove(count: number): Waiting[] {
    const removed = this.#requests.splice(0, count);
    for (const { arrivals, bytes } of removed) {
      this.#count -= arrivals.length;
      this.#bytes -= bytes;
    }
    return removed;
  }
}
