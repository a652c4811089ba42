/**
 * Waiting for an event's end (`Prefer: wait`). Listens before it looks, and looks again at every reconnect: a notification may
 * be missed, a row may not.
 */
import { type Listener, openListener } from '../../log/db/notify.ts';

const WAITS_MAX = 10_000;
/** Should a notification be lost with its sender, the row is found by this look. */
const LOOK_AGAIN_MS = 5000;

/** After the deadline: a database that does not answer meanwhile has nothing new to say. */
const LAST_LOOK_MS = 60;

export interface Seen<T> {
  readonly value: T;
  /** Nothing is to be waited for any more. */
  readonly done: boolean;
}

/** Null where it takes longer or fails: the row is looked at again, or is told of by whoever asks next. */
async function within<T>(looking: Promise<T>, timeoutMs: number): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), timeoutMs);
  });
  try {
    return await Promise.race([looking.catch(() => null), late]);
  } finally {
    clearTimeout(timer);
  }
}

export class FinalDecisions {
  readonly #waits = new Map<string, Set<() => void>>();
  readonly #listener: Listener;
  #count = 0;

  constructor(url: string) {
    this.#listener = openListener(url, {
      channels: ['signalbox_decided'],
      heard: (_channel, payload) => this.#wake(payload),
      connected: () => {
        for (const key of this.#waits.keys()) this.#wake(key);
      },
    });
  }

  /**
   * Calls `look` until it is done or the time is over, and gives what it saw last: null where it saw nothing. A look that fails or hangs
   * holds nobody up: whoever waits is answered at the deadline with what is known. `key` is `<tenant> <flow> <position>`.
   * With 10,000 waits at once a further one does not wait: it looks once.
   */
  async wait<T>(key: string, timeoutMs: number, look: () => Promise<Seen<T>>): Promise<T | null> {
    const untilMs = performance.now() + timeoutMs;
    let latest: T | null = null;
    for (;;) {
      const leftMs = untilMs - performance.now();
      const heard = leftMs > 0 && this.#count < WAITS_MAX ? this.#listen(key, Math.min(leftMs, LOOK_AGAIN_MS)) : null;
      try {
        const seen = await within(look(), Math.max(0, leftMs) + LAST_LOOK_MS);
        if (seen !== null) latest = seen.value;
        if (heard === null || seen?.done === true) return latest;
        await heard.promise;
      } finally {
        heard?.cancel();
      }
    }
  }

  #listen(key: string, timeoutMs: number): { promise: Promise<void>; cancel: () => void } {
    let cancel = (): void => undefined;
    const promise = new Promise<void>((resolve) => {
      const waiters = this.#waits.get(key) ?? new Set();
      const timer = setTimeout(() => cancel(), timeoutMs);
      let live = true;
      cancel = () => {
        if (!live) return;
        live = false;
        clearTimeout(timer);
        waiters.delete(cancel);
        if (waiters.size === 0 && this.#waits.get(key) === waiters) this.#waits.delete(key);
        this.#count -= 1;
        resolve();
      };
      waiters.add(cancel);
      this.#waits.set(key, waiters);
      this.#count += 1;
    });
    return { promise, cancel: () => cancel() };
  }

  #wake(key: string): void {
    for (const wake of [...(this.#waits.get(key) ?? [])]) wake();
  }

  async close(): Promise<void> {
    for (const key of [...this.#waits.keys()]) this.#wake(key);
    await this.#listener.close();
  }
}
