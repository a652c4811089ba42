/** Prices as customers know them: 9.49, 9.99. In the currency's major unit, to the hundredth. */

export interface Points {
  readonly step: number;
  readonly ending: number;
}

const POINTS_MAX = 200;

const cents = (value: number): number => Math.round(value * 100);
const pointAt = (nth: number, { step, ending }: Points): number => (cents(step) * nth + cents(ending)) / 100;

export const isPoint = (price: number, points: Points): boolean =>
  Math.abs(price * 100 - cents(price)) < 1e-6 && (cents(price) - cents(points.ending)) % cents(points.step) === 0;

/** Rising, from `low` to `high`, above 0; where they are too many, some of them, evenly, with the first and the last. */
export function pointsBetween(low: number, high: number, points: Points): number[] {
  if (!(low <= high)) return [];
  const step = cents(points.step) / 100;
  let first = Math.max(0, Math.floor((low - points.ending) / step));
  while (pointAt(first, points) < low || pointAt(first, points) <= 0) first += 1;
  let last = Math.ceil((high - points.ending) / step);
  while (last >= first && pointAt(last, points) > high) last -= 1;
  const count = last - first + 1;
  if (count <= 0) return [];
  if (count <= POINTS_MAX) return Array.from({ length: count }, (_, at) => pointAt(first + at, points));
  return Array.from({ length: POINTS_MAX }, (_, at) => pointAt(first + Math.round((at * (count - 1)) / (POINTS_MAX - 1)), points));
}
