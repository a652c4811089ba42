/** A problem of stock with a known optimum, as a data set gives it. */
import type { JsonObject } from '../../../../domain/event.ts';

export interface Problem {
  readonly name: string;
  /** A family and its variant, in words. */
  readonly kind: string;
  readonly params: JsonObject;
}

/** What was chosen, and what policies cost. */
export interface Solved {
  readonly policy: Policy;
  /** The long-run cost of a policy. */
  cost(policy: Policy): number;
}

/** By name of its numbers: `{ s, S }`, `{ Q }`, `{ orders }`. */
export type Policy = Readonly<Record<string, number | readonly number[]>>;

/** Throws RangeError where there is no such number. */
export function numberOf({ name, params }: Problem, ...keys: readonly string[]): number {
  const key = keys.find((one) => typeof params[one] === 'number');
  if (key === undefined) throw new RangeError(`Cannot solve ${name} as it has no ${keys.join(' or ')}`);
  return params[key] as number;
}

export function numberOr({ params }: Problem, other: number, ...keys: readonly string[]): number {
  const key = keys.find((one) => typeof params[one] === 'number');
  return key === undefined ? other : (params[key] as number);
}

/** A number a period: one for each, or the same for all. */
export function perPeriod({ params }: Problem, key: string, count: number): number[] {
  const given = params[key];
  if (Array.isArray(given)) return given.slice(-count).map(Number);
  return Array.from({ length: count }, () => (typeof given === 'number' ? given : 0));
}

export const at = (policy: Policy, key: string): number => Number(policy[key]);

/** The least of a convex function between two ends, by golden section. */
export function least(of: (x: number) => number, from: number, to: number): number {
  const ratio = (Math.sqrt(5) - 1) / 2;
  let [low, high] = [from, to];
  for (let step = 0; step < 80; step += 1) {
    const [left, right] = [high - ratio * (high - low), low + ratio * (high - low)];
    if (of(left) < of(right)) high = right;
    else low = left;
  }
  return (low + high) / 2;
}
