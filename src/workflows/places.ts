/**
 * Stories that work are told some at a time; those that only wait hold no place. An action that is tried again holds up no other event of its
 * subject: after some seconds it gives its place up. Rules without Temporal.
 */
import type { Rest } from './parked.ts';

/** A receiver that answers has done so. */
const ACTING_MS = 10_000;
/** Calls under way that hold no place: Temporal fails the task of a run with 2,000 of them. */
const SLOW_MAX = 500;

export class Places {
  /** Stories that wait, or wait to begin it. */
  idle = 0;
  /** By position: stories that wait for nothing but what is said here. */
  readonly resting = new Map<number, Rest>();
  /** By position: since when its action is under way. */
  readonly #acting = new Map<number, number>();

  beginAct(position: number, nowMs: number): void {
    this.#acting.set(position, nowMs);
  }

  endAct(position: number): void {
    this.#acting.delete(position);
  }

  /** Of the stories that are told, so many hold no place. */
  free(nowMs: number): number {
    let slow = 0;
    for (const sinceMs of this.#acting.values()) if (nowMs - sinceMs >= ACTING_MS) slow += 1;
    return this.idle + Math.min(slow, SLOW_MAX);
  }

  /** Until the next of them gives its place up; null where none will. */
  nextFreeMs(nowMs: number): number | null {
    let leftMs = Number.POSITIVE_INFINITY;
    let slow = 0;
    for (const sinceMs of this.#acting.values()) {
      if (nowMs - sinceMs >= ACTING_MS) slow += 1;
      else leftMs = Math.min(leftMs, sinceMs + ACTING_MS - nowMs);
    }
    return slow >= SLOW_MAX || leftMs === Number.POSITIVE_INFINITY ? null : leftMs;
  }
}
