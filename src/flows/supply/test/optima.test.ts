/** Formulas of stock: what each chooses costs no more than what lies near it, and what books and papers state. */
import { describe, expect, it } from '@jest/globals';
import type { Policy, Problem } from '../evaluate/optima/problem.ts';
import { solve } from '../evaluate/optima/solve.ts';

type Stated = readonly [kind: string, params: Problem['params'], cost: number | null];

const costs = { holding_cost: 1, stockout_cost: 9 };
const lot = { fixed_cost: 64, demand_rate: 1000, holding_cost: 2 };
const prices = { fixed_cost: 64, demand_rate: 1000, holding_cost_rate: 0.25, breakpoints: [0, 300, 900], unit_costs: [5, 4.8, 4.7] };
const faulty = { fixed_cost: 64, demand_rate: 1000, holding_cost: 2, stockout_cost: 20, disruption_rate: 1, recovery_rate: 12 };

const problems: readonly Stated[] = [
  ['EOQ', lot, Math.sqrt(2 * 64 * 1000 * 2)],
  ['EPQ', { ...lot, production_rate: 4000 }, Math.sqrt(2 * 64 * 1000 * 1.5)],
  ['EOQ backorders', { ...lot, stockout_cost: 6 }, Math.sqrt((2 * 64 * 1000 * 2 * 6) / 8)],
  ['EOQ all-units discount', prices, null],
  ['EOQ incremental discount', prices, null],
  ['newsvendor normal', { ...costs, demand_mean: 100, demand_sd: 20 }, 10 * 20 * 0.17549833],
  ['newsvendor normal, prices', { selling_revenue: 10, purchase_cost: 4, salvage_value: 1, demand_mean: 100, demand_sd: 20 }, null],
  ['newsvendor uniform', { ...costs, demand_lo: 0, demand_hi: 100 }, 45],
  ['newsvendor exponential', { ...costs, demand_mean: 100 }, 100 * Math.log(10)],
  ['newsvendor Poisson', { ...costs, demand_mean: 12 }, null],
  ['newsvendor discrete', { ...costs, demand_pmf: { 1: 0.25, 4: 0.5, 9: 0.25 } }, 1.25 * 0 + 8 * 0.25 + 5 * 0.5],
  ['base-stock normal, lead time', { ...costs, demand_mean: 100, demand_sd: 20, lead_time: 3 }, 10 * 40 * 0.17549833],
  ['(s,S) Poisson exact', { ...costs, fixed_cost: 64, demand_mean: 30 }, 57.819],
  ['(s,S) Poisson exact, lead time', { ...costs, fixed_cost: 64, demand_mean: 10, lead_time: 2 }, null],
  ['(s,S) discrete', { ...costs, fixed_cost: 5, demand_pmf: [0.5, 0.25, 0.25] }, null],
  ['(r,Q) Poisson exact', { ...costs, fixed_cost: 64, demand_mean: 10, lead_time: 2 }, null],
  ['(r,Q) normal', { ...costs, fixed_cost: 64, demand_mean: 50, demand_sd: 9, lead_time: 2 }, null],
  ['EOQ with disruptions exact', faulty, null],
  ['EOQ with disruptions approximate', faulty, null],
  ['base-stock with disruptions', { ...costs, demand: 50, disruption_prob: 0.1, recovery_prob: 0.3 }, null],
  ['EOQ additive yield', { ...lot, yield_mean: -10, yield_sd: 5 }, null],
  ['EOQ multiplicative yield', { ...lot, yield_mean: 0.9, yield_sd: 0.2 }, null],
  ['newsvendor additive yield uniform', { ...costs, demand: 50, yield_lo: -4, yield_hi: 2 }, (10 * 6 * 0.9 * 0.1) / 2],
  ['newsvendor additive yield normal', { ...costs, demand: 50, yield_mean: -1, yield_sd: 3 }, 10 * 3 * 0.17549833],
];

const WHOLE = /Poisson|discrete/;

/** Each number of a policy a little lower and higher. */
function near(policy: Policy, whole: boolean): Policy[] {
  return Object.entries(policy).flatMap(([name, value]) =>
    [-2, -1, 1, 2].map((step) => ({ ...policy, [name]: (value as number) + step * (whole ? 1 : 0.01 * Math.abs(value as number)) })),
  );
}

const solved = (kind: string, params: Problem['params']) => {
  const found = solve({ name: kind, kind, params });
  if (found === null) throw new Error(`no formula for ${kind}`);
  return found;
};

describe('solve()', () => {
  it.each(problems)('solve() chooses for %s what costs least', (kind, params, stated) => {
    const { policy, cost } = solved(kind, params);
    const least = cost(policy);
    expect(least).toBeGreaterThan(0);
    if (stated !== null) expect(least / stated).toBeCloseTo(1, 4);
    const likely = near(policy, WHOLE.test(kind)).filter(({ s, S }) => s === undefined || S === undefined || s < S);
    for (const other of likely) expect(cost(other)).toBeGreaterThanOrEqual(least * (1 - 1e-9));
  });

  it('solve() takes a discount where it pays, and stays below it where it does not', () => {
    const of = (kind: string, more: object): number => Number(solved(kind, { ...prices, ...more }).policy.Q);
    expect(of('EOQ all-units discount', { unit_costs: [5, 4.8, 4.5] })).toBe(900);
    expect(of('EOQ all-units discount', {})).toBeCloseTo(326.6, 1);
    expect(of('EOQ all-units discount', { breakpoints: [0, 500, 900], unit_costs: [5, 4.999, 4.998] })).toBe(320);
    expect(of('EOQ incremental discount', { unit_costs: [5, 4.8, 3] })).toBeGreaterThan(900);
    expect(of('EOQ incremental discount', { unit_costs: [5, 4.999, 4.998] })).toBeLessThan(330);
  });

  it('solve() finds the lots that no other way through the periods beats', () => {
    const demand = [20, 50, 10, 50, 50, 10, 20, 40];
    const { policy, cost } = solved('Wagner-Whitin', { holding_cost: [1, 1, 1, 2, 2, 1, 1, 1], fixed_cost: 60, demand });
    const ways = Array.from({ length: 2 ** (demand.length - 1) }, (_, bits) => {
      const orders = demand.map(() => 0);
      let from = 0;
      demand.forEach((units, period) => {
        if (period > 0 && ((bits >> (period - 1)) & 1) === 1) from = period;
        orders[from] = (orders[from] as number) + units;
      });
      return cost({ orders });
    });
    expect(cost(policy)).toBe(Math.min(...ways));
    // what is not there cannot be sold
    expect(cost({ orders: [0, 250, 0, 0, 0, 0, 0, 0] })).toBe(Number.POSITIVE_INFINITY);
  });

  it('solve() knows no formula for a kind that it does not know, and says what a problem lacks', () => {
    expect(solve({ name: 'x', kind: 'travelling salesman', params: {} })).toBeNull();
    expect(() => solved('EOQ', { fixed_cost: 1 })).toThrow('Cannot solve EOQ as it has no demand_rate');
  });
});
