/**
 * When to order, and up to where: (s, S). Exact by Y.-S. Zheng and A. Federgruen, "Finding optimal (s, S) policies is about as simple as
 * evaluating a single policy" (Operations Research 39, 1991).
 */

import type { LevelCosts } from './costs.ts';
import type { Discrete } from './discrete.ts';

export interface Levels {
  /** Ordered at this position or below. */
  readonly from: number;
  readonly upTo: number;
}

/** How often, in a cycle, the position lies j units below where it began: m(j) and M(j) of the paper. */
class Renewals {
  readonly #chances: Float64Array;
  readonly #m: number[];
  readonly #sums: number[] = [0];

  constructor({ chances }: Discrete) {
    this.#chances = chances;
    this.#m = [1 / (1 - (chances[0] as number))];
  }

  m(below: number): number {
    const [chances, m] = [this.#chances, this.#m];
    for (let at = m.length; at <= below; at += 1) {
      let sum = 0;
      for (let units = 1; units <= at && units < chances.length; units += 1) sum += (chances[units] as number) * (m[at - units] as number);
      m.push(sum * (m[0] as number));
    }
    return m[below] as number;
  }

  /** The periods of a cycle that is over once so much was sold. */
  periods(units: number): number {
    const sums = this.#sums;
    for (let at = sums.length; at <= units; at += 1) sums.push((sums[at - 1] as number) + this.m(at - 1));
    return sums[units] as number;
  }
}

export interface Ordering {
  readonly orderCost: number;
  /** Of one period. */
  readonly demand: Discrete;
  /** Of a position, by demand of the lead time and one period. */
  readonly costs: LevelCosts;
}

/** The long-run cost of a period. */
export function costOf({ orderCost, demand, costs }: Ordering, { from, upTo }: Levels): number {
  return cycleCost({ orderCost, costs, renewals: new Renewals(demand) }, { from, upTo });
}

function cycleCost(
  { orderCost, costs, renewals }: Pick<Ordering, 'orderCost' | 'costs'> & { readonly renewals: Renewals },
  { from, upTo }: Levels,
): number {
  let sum = orderCost;
  for (let below = 0; below < upTo - from; below += 1) sum += renewals.m(below) * costs.at(upTo - below);
  return sum / renewals.periods(upTo - from);
}

/** The levels that cost least. */
export function bestLevels({ orderCost, demand, costs }: Ordering): Levels {
  const renewals = new Renewals(demand);
  const cost = (from: number, upTo: number): number => cycleCost({ orderCost, costs, renewals }, { from, upTo });
  let upTo = costs.best;
  let from = upTo - 1;
  while (cost(from, upTo) > costs.at(from)) from -= 1;
  let least = cost(from, upTo);
  for (let higher = upTo + 1; costs.at(higher) <= least; higher += 1) {
    if (cost(from, higher) >= least) continue;
    upTo = higher;
    while (cost(from, upTo) <= costs.at(from + 1)) from += 1;
    least = cost(from, upTo);
  }
  return { from, upTo };
}

/**
 * For a lot of a given size, the position at which it is ordered: where both ends of what the position goes through cost the same
 * (A. Federgruen and Y.-S. Zheng, 1992).
 */
export function lotFrom(costs: LevelCosts, lot: number): number {
  let [low, high] = [costs.best - lot, costs.best];
  for (let step = 0; step < 60; step += 1) {
    const middle = (low + high) / 2;
    if (costs.at(middle) > costs.at(middle + lot)) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
