/** Gathers what comes while a batch is being taken: one batch at a time, in order; whoever adds waits where too much is waiting. */
import { BATCH_MAX, WINDOW } from './source.ts';

export class Batches<Raw> {
  readonly #take: (batch: readonly Raw[]) => Promise<void>;
  #waiting: Raw[] = [];
  #running = false;
  #failure: { readonly error: unknown } | null = null;
  #wake: (() => void)[] = [];

  constructor(take: (batch: readonly Raw[]) => Promise<void>) {
    this.#take = take;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** Resolves when there is room for more. Throws what a batch failed with. */
  async add(raw: Raw): Promise<void> {
    this.#assertWell();
    this.#waiting.push(raw);
    void this.#pump();
    while (this.#waiting.length >= WINDOW) {
      await new Promise<void>((resolve) => this.#wake.push(resolve));
      this.#assertWell();
    }
  }

  /** When all that was added is taken. Throws what a batch failed with. */
  async settled(): Promise<void> {
    while (this.#running) await new Promise<void>((resolve) => this.#wake.push(resolve));
    this.#assertWell();
  }

  #assertWell(): void {
    if (this.#failure !== null) throw this.#failure.error;
  }

  async #pump(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    // what has come in the same turn goes together
    await new Promise(setImmediate);
    while (this.#waiting.length > 0 && this.#failure === null) {
      const batch = this.#waiting.splice(0, BATCH_MAX);
      try {
        await this.#take(batch);
      } catch (error) {
        this.#failure = { error };
      }
      this.#wakeAll();
    }
    this.#running = false;
    this.#wakeAll();
  }

  #wakeAll(): void {
    for (const wake of this.#wake.splice(0)) wake();
  }
}
