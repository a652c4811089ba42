/**
 * A flow's memory as it learns: what it was at its last snapshot, and what it has learnt since. A lesson that fails may have changed it half
 * way: then it is loaded from the snapshot and learns again what went before.
 */
import type { Json } from '../domain/event.ts';
import type { Memory } from '../domain/flow/reflex.ts';

export class Remembered {
  readonly #memory: Memory;
  #value: unknown;
  #saved: Uint8Array | null;
  #since: string[] = [];

  /** `saved`: as `save` gave it; null: empty. */
  constructor(memory: Memory, saved: Uint8Array | null = null) {
    this.#memory = memory;
    this.#saved = saved;
    this.#value = this.#loaded();
  }

  /** For the reflex to read. */
  get value(): unknown {
    return this.#value;
  }

  /** Lessons since the snapshot. */
  get learnt(): number {
    return this.#since.length;
  }

  /** Of JSON text. Throws what `learn` throws, and is then as it was before. */
  learn(lesson: string): void {
    try {
      this.#memory.learn(this.#value, JSON.parse(lesson) as Json);
    } catch (error) {
      this.#value = this.#loaded();
      for (const before of this.#since) this.#memory.learn(this.#value, JSON.parse(before) as Json);
      throw error;
    }
    this.#since.push(lesson);
  }

  /** Its bytes now, from which it would be loaded from here on. */
  snapshot(): Uint8Array {
    const bytes = this.#memory.save(this.#value);
    if (this.#since.length > 0) [this.#saved, this.#since] = [bytes, []];
    return bytes;
  }

  #loaded(): unknown {
    return this.#saved === null ? this.#memory.empty() : this.#memory.load(this.#saved);
  }
}
