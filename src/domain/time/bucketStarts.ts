/** A window of time in equal steps, as a reader's clock has them. Pure. */
import { DAY_MS, instantOf, wallMs } from './wallClock.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

export type Step = 'minute' | 'hour' | 'day';

/** Steps of one window: a day of minutes, a month of hours, a bit more than a year of days. */
export const BUCKETS_MAX: Readonly<Record<Step, number>> = { minute: 1440, hour: 744, day: 400 };
export const STEP_MS: Readonly<Record<Step, number>> = { minute: MINUTE_MS, hour: HOUR_MS, day: DAY_MS };

/** Where each bucket begins, then where the last one ends: milliseconds since the epoch. */
export interface Buckets {
  readonly startsMs: readonly number[];
  readonly endMs: number;
}

/** Midnights of the zone, so a day may have 23 or 25 hours. Hours begin as the zone's do at the begin of the window. */
function beginOf(step: Step, atMs: number, zone: string): (nth: number) => number {
  const wall = Math.floor(wallMs(atMs, zone) / STEP_MS[step]) * STEP_MS[step];
  if (step === 'day') return (nth) => instantOf(wall + nth * DAY_MS, zone);
  const first = atMs - (wallMs(atMs, zone) - wall) - (atMs % 1000);
  return (nth) => first + nth * STEP_MS[step];
}

/** The buckets that hold `toMs` and the instants before it back to `fromMs`. */
export function bucketsFrom(step: Step, { fromMs, toMs, zone }: { fromMs: number; toMs: number; zone: string }): Buckets {
  const begin = beginOf(step, fromMs, zone);
  const startsMs: number[] = [];
  for (let nth = 0; begin(nth) < toMs || nth === 0; nth += 1) startsMs.push(begin(nth));
  return { startsMs, endMs: begin(startsMs.length) };
}

/** So many buckets, the last of which holds `toMs`. */
export function lastBuckets(step: Step, { count, toMs, zone }: { count: number; toMs: number; zone: string }): Buckets {
  const begin = beginOf(step, toMs, zone);
  return { startsMs: Array.from({ length: count }, (_, at) => begin(at - count + 1)), endMs: begin(1) };
}
