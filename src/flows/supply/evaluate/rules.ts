/** Trivial and usual ways to set levels, on the same data: what the flow is held against. */
import { deviationOf } from '../stock/forecast.ts';
import { quantile } from '../stock/normal.ts';
import type { Costs } from './simulate.ts';

/** A level for each month from `past` on, by the months before each. */
export type Rule = (demand: readonly number[], past: number, costs: Costs) => number[];

const SMOOTHING = 0.1;

const monthly =
  (level: (before: readonly number[], costs: Costs) => number): Rule =>
  (demand, past, costs) =>
    demand.slice(past).map((_, at) => Math.max(0, Math.round(level(demand.slice(0, past + at), costs))));

const safety = ({ holding, shortage }: Costs): number => quantile(shortage / (shortage + holding));

/** Simple exponential smoothing, and the deviation of its errors. */
function smoothed(before: readonly number[]): { mean: number; sd: number } {
  let mean = before[0] ?? 0;
  let squares = 0;
  for (const units of before.slice(1)) {
    squares += (units - mean) ** 2;
    mean += SMOOTHING * (units - mean);
  }
  return { mean, sd: Math.sqrt(squares / Math.max(1, before.length - 1)) };
}

/** A. A. Syntetos and J. E. Boylan 2005: sizes and gaps are smoothed apart (J. D. Croston 1972), less the bias of their quotient. */
function syntetosBoylan(before: readonly number[]): number {
  let [size, gap, since] = [0, 0, 0];
  for (const units of before) {
    since += 1;
    if (units === 0) continue;
    size = size === 0 ? units : size + SMOOTHING * (units - size);
    gap = gap === 0 ? since : gap + SMOOTHING * (since - gap);
    since = 0;
  }
  return gap === 0 ? 0 : (1 - SMOOTHING / 2) * (size / gap);
}

export const LEVELS_OF: Readonly<Record<string, Rule>> = {
  zero: monthly(() => 0),
  // what the last month needed, for the lead time and the month after
  naive: monthly((before, { lead }) => (before.at(-1) ?? 0) * (lead + 1)),
  'SES, normal quantile': monthly((before, costs) => {
    const { mean, sd } = smoothed(before);
    return (costs.lead + 1) * mean + safety(costs) * sd * Math.sqrt(costs.lead + 1);
  }),
  'SBA, Poisson deviation': monthly((before, costs) => {
    const mean = syntetosBoylan(before);
    return (costs.lead + 1) * mean + safety(costs) * deviationOf({ shape: 1e9 * mean, periods: 1e9 }, costs.lead + 1);
  }),
};
