/**
 * Pauses between tries at something that is away: each twice as long as the one before, up to a limit. Each is cut by chance to between half
 * and all of its length, so that processes that lost the same server do not come back to it in one moment.
 */
export interface Pauses {
  readonly firstMs: number;
  readonly maxMs: number;
}

export class BackOff {
  readonly #pauses: Pauses;
  #failures = 0;

  constructor(pauses: Pauses) {
    this.#pauses = pauses;
  }

  /** Whether the last try failed. */
  get failing(): boolean {
    return this.#failures > 0;
  }

  /** Milliseconds until the next try, after one more failure. */
  next(): number {
    const { firstMs, maxMs } = this.#pauses;
    const wholeMs = Math.min(maxMs, firstMs * 2 ** this.#failures);
    this.#failures += 1;
    return wholeMs * (0.5 + Math.random() / 2);
  }

  /** A try went well. */
  reset(): void {
    this.#failures = 0;
  }
}
