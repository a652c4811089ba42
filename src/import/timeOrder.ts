/**
 * Puts delayed events where their time says, in one pass: the rows come in time order, so a delayed event is due as soon as a row
 * of its time or later arrives. At the same instant it goes first: a label that arrives at t is known to what is decided at t.
 */
import { CannotRun } from '../domain/errors.ts';
import type { MadeEvent, MadeRow, RejectedRow } from './eventMaker.ts';

/** About 500 bytes each: half a gigabyte. A week of labels of a busy business is a hundredth of it. */
const HELD_MAX = 1_000_000;

export class TimeOrder {
  /** A binary heap by (time, order of arrival). */
  readonly #heap: { event: MadeEvent; order: number }[] = [];
  readonly #sort: boolean;
  #arrived = 0;

  /** `sort`: the rows come in any order, so all of them are held. */
  constructor(sort: boolean) {
    this.#sort = sort;
  }

  get held(): number {
    return this.#heap.length;
  }

  /** What is to be sent now that this row has come. */
  take(row: MadeRow): (MadeEvent | RejectedRow)[] {
    if (this.#sort) {
      for (const item of [...row.later, ...row.now]) if (item.kind === 'event') this.#hold(item);
      return row.now.filter(({ kind }) => kind === 'rejected');
    }
    const due: (MadeEvent | RejectedRow)[] = row.timeMs === null ? [] : this.#due(row.timeMs);
    due.push(...row.now);
    for (const event of row.later) this.#hold(event);
    return due;
  }

  /** What is left when the last row has come. */
  rest(): MadeEvent[] {
    return this.#due(Number.POSITIVE_INFINITY);
  }

  #before(a: number, b: number): boolean {
    const [x, y] = [this.#heap[a], this.#heap[b]];
    if (x === undefined || y === undefined) return x !== undefined;
    return x.event.timeMs === y.event.timeMs ? x.order < y.order : x.event.timeMs < y.event.timeMs;
  }

  #swap(a: number, b: number): void {
    const [x, y] = [this.#heap[a], this.#heap[b]];
    if (x === undefined || y === undefined) return;
    this.#heap[a] = y;
    this.#heap[b] = x;
  }

  #hold(event: MadeEvent): void {
    if (this.#heap.length >= HELD_MAX) {
      throw new CannotRun(
        `Cannot hold more than ${HELD_MAX} events: sort the file itself, or give the map a shorter delaySeconds or a narrower where`,
      );
    }
    let at = this.#heap.push({ event, order: this.#arrived }) - 1;
    this.#arrived += 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#before(at, parent)) break;
      this.#swap(at, parent);
      at = parent;
    }
  }

  #due(untilMs: number): MadeEvent[] {
    const due: MadeEvent[] = [];
    for (let first = this.#heap[0]; first !== undefined && first.event.timeMs <= untilMs; first = this.#heap[0]) {
      due.push(first.event);
      this.#swap(0, this.#heap.length - 1);
      this.#heap.pop();
      this.#sink();
    }
    return due;
  }

  #sink(): void {
    for (let at = 0; ; ) {
      const [left, right] = [2 * at + 1, 2 * at + 2];
      const least = this.#before(right, left) ? right : left;
      if (!this.#before(least, at) || this.#heap[least] === undefined) return;
      this.#swap(at, least);
      at = least;
    }
  }
}
