/**
 * How many events a second a key may send, each process for itself: the generic cell rate algorithm (virtual scheduling, ITU-T I.371). Each
 * key has one instant, at which what it sent will have been paid for; it may be a second ahead of now. A batch that begins in time
 * is taken whole, and what follows waits for it.
 */
import { SignalboxError } from '../../domain/errors.ts';

/** Whose rate it is; null: none. */
export interface Rated {
  readonly tenant: string;
  readonly actor: string;
  readonly rate: number | null;
}

/** What may come at once: a second's worth. */
const AHEAD_MS = 1000;
/** One key, one entry; those that owe nothing go when there are more. */
const KEYS_MAX = 10_000;

export class Rates {
  readonly #paidAtMs = new Map<string, number>();
  readonly #nowMs: () => number;

  constructor(nowMs: () => number = () => performance.now()) {
    this.#nowMs = nowMs;
  }

  /** Counts so many events of the key. Throws `too-many-requests`, with nothing counted, where it has sent too many before. */
  admit({ tenant, actor, rate }: Rated, events: number): void {
    if (rate === null) return;
    const key = `${tenant} ${actor}`;
    const nowMs = this.#nowMs();
    const paidAtMs = Math.max(nowMs, this.#paidAtMs.get(key) ?? 0);
    const waitMs = paidAtMs - nowMs - AHEAD_MS;
    if (waitMs > 0)
      throw new SignalboxError('too-many-requests', `The key ${actor} may send ${rate} events a second`, {
        retryAfterSeconds: Math.ceil(waitMs / 1000),
      });
    if (this.#paidAtMs.size >= KEYS_MAX) for (const [other, atMs] of this.#paidAtMs) if (atMs <= nowMs) this.#paidAtMs.delete(other);
    this.#paidAtMs.set(key, paidAtMs + (events * 1000) / rate);
  }
}
