/** The memory as the log folds to it: from what the code that runs began with, held against the newest checkpoint and the lessons behind it. */

import type { Memory } from '../../domain/flow/reflex.ts';
import type { Flow } from '../../domain/flow.ts';
import { Remembered } from '../../kit/remembered.ts';
import type { Client } from '../db/database.ts';
import { beginMemory, readCheckpoint, readMemory } from './checkpoints.ts';
import { type Lesson, type LogOf, lessonsBetween } from './lessons.ts';

interface Kept {
  readonly position: number;
  readonly bytes: Uint8Array;
}

type Differ = (text: string) => void;

export class RefoldedMemory {
  readonly #memory: Memory;
  readonly #code: string;
  #remembered: Remembered;
  readonly #lessons: Lesson[] = [];
  /** Null where nothing is kept that this build could be held against. */
  #base: Kept | null = null;
  #newest: Kept | null = null;
  #floor = 0;

  constructor(flow: Flow, memory: Memory) {
    this.#memory = memory;
    this.#code = flow.code;
    this.#remembered = new Remembered(memory);
  }

  get remembered(): Remembered {
    return this.#remembered;
  }

  /** What is kept, before the log is folded. */
  async read(client: Client, of: LogOf, differ: Differ): Promise<void> {
    const newest = await readCheckpoint(client, of, 'newest');
    if (newest === null) return differ('the memory was never kept');
    if (newest.code !== this.#code || newest.format !== this.#memory.format) return;
    [this.#base, this.#newest, this.#floor] = [await readMemory(client, of, 'base'), await readMemory(client, of, 'newest'), newest.floor];
  }

  learnt(lesson: Lesson): void {
    if (this.#newest !== null && lesson.position > this.#floor) this.#lessons.push(lesson);
  }

  /** The entry at this position has been folded. */
  passed(position: number, differ: Differ): void {
    if (position === this.#base?.position) this.#remembered = new Remembered(this.#memory, this.#base.bytes);
    if (position !== this.#newest?.position || position === this.#base?.position) return;
    const bytes = this.#remembered.snapshot();
    if (Buffer.compare(bytes, this.#newest.bytes) !== 0) differ(`the memory at ${position} is not what its events fold to`);
  }

  async compare(client: Client, of: LogOf, differ: Differ): Promise<void> {
    if (this.#newest === null) return;
    const missing = new Map(this.#lessons.map(({ position, lesson }) => [position, lesson]));
    for await (const { position, lesson } of lessonsBetween(client, of, this.#floor, Number.MAX_SAFE_INTEGER)) {
      if (missing.get(position) !== lesson) differ(`the lesson at ${position} is not what its event folds to`);
      missing.delete(position);
    }
    for (const position of missing.keys()) differ(`the lesson at ${position} is missing`);
  }

  /** The caller holds the head's lock, and leaves an entry of its code at `position`. */
  replace(client: Client, of: LogOf, position: number): Promise<void> {
    return beginMemory(client, of, { position, code: this.#code, memory: this.#memory, bytes: this.#remembered.snapshot() });
  }
}
