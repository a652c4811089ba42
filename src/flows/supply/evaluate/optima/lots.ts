/** Lots for demand that is known: the economic order quantity and its kin, and lots that differ by period. */
import { at, numberOf, numberOr, type Policy, type Problem, perPeriod, type Solved } from './problem.ts';

/** F. W. Harris 1913; with a production rate, E. W. Taft 1918: what is made while it is sold is not held. */
export function economicLot(problem: Problem): Solved {
  const [setup, demand] = [numberOf(problem, 'fixed_cost'), numberOf(problem, 'demand_rate')];
  const production = numberOr(problem, Number.POSITIVE_INFINITY, 'production_rate');
  const holding = numberOf(problem, 'holding_cost') * (1 - demand / production);
  return {
    policy: { Q: Math.sqrt((2 * setup * demand) / holding) },
    cost: (policy) => (setup * demand) / at(policy, 'Q') + (holding * at(policy, 'Q')) / 2,
  };
}

/** With planned backorders, a share of demand. */
export function backorderedLot(problem: Problem): Solved {
  const [setup, demand] = [numberOf(problem, 'fixed_cost'), numberOf(problem, 'demand_rate')];
  const production = numberOr(problem, Number.POSITIVE_INFINITY, 'production_rate');
  const [holding, shortage] = [numberOf(problem, 'holding_cost'), numberOf(problem, 'stockout_cost')];
  const rho = 1 - demand / production;
  return {
    policy: {
      Q: Math.sqrt((2 * setup * demand * (holding + shortage)) / (holding * shortage * rho)),
      stockout_fraction: holding / (holding + shortage),
    },
    cost(policy) {
      const [lot, short] = [at(policy, 'Q'), at(policy, 'stockout_fraction')];
      return (setup * demand) / lot + (rho * lot * (holding * (1 - short) ** 2 + shortage * short ** 2)) / 2;
    },
  };
}

/**
 * A price that falls with the lot, for all of it (`all units`) or for what lies above each step (`incremental`). Within a region the lot
 * costs `unit * Q + extra`; holding is a share of what it is worth.
 */
export function discountedLot(problem: Problem, { incremental }: { readonly incremental: boolean }): Solved {
  const [setup, demand] = [numberOf(problem, 'fixed_cost'), numberOf(problem, 'demand_rate')];
  const rate = numberOf(problem, 'holding_cost_rate', 'holding_cost');
  const steps = (problem.params.breakpoints as number[]).map(Number);
  const units = (problem.params.unit_costs as number[]).map(Number);
  let paid = 0;
  const regions = steps.map((from, nth) => {
    const unit = units[nth] as number;
    if (nth > 0) paid += (units[nth - 1] as number) * (from - (steps[nth - 1] as number));
    return { from, to: steps[nth + 1] ?? Number.POSITIVE_INFINITY, unit, extra: incremental ? paid - unit * from : 0 };
  });
  const costIn = ({ unit, extra }: { unit: number; extra: number }, lot: number): number =>
    demand * unit + ((setup + extra) * demand) / lot + (rate * (unit * lot + extra)) / 2;
  const cost = (policy: Policy): number => {
    const lot = at(policy, 'Q');
    const region = regions.findLast(({ from }) => from <= lot) ?? (regions[0] as (typeof regions)[number]);
    return costIn(region, lot);
  };
  const lots = regions.map(({ from, to, unit, extra }) => {
    const free = Math.sqrt((2 * (setup + extra) * demand) / (rate * unit));
    return { Q: Math.min(Math.max(free, from, 1e-9), to) };
  });
  return { policy: lots.reduce((best, lot) => (cost(lot) < cost(best) ? lot : best)), cost };
}

/** H. M. Wagner and T. M. Whitin 1958: each order covers whole periods, the cheapest way through them by dynamic programming. */
export function lotsByPeriod(problem: Problem): Solved {
  const given = problem.params.demand;
  const periods = numberOr(problem, Array.isArray(given) ? given.length : 1, 'num_periods');
  const demand = perPeriod(problem, 'demand', periods);
  const count = demand.length;
  const [holding, setup, unit] = ['holding_cost', 'fixed_cost', 'purchase_cost'].map((key) => perPeriod(problem, key, count)) as [
    number[],
    number[],
    number[],
  ];
  const cost = ({ orders }: Policy): number => {
    let [stock, sum] = [numberOr(problem, 0, 'initial_inventory'), 0];
    (orders as number[]).forEach((order, period) => {
      if (order > 0) sum += (setup[period] as number) + (unit[period] as number) * order;
      stock += order - (demand[period] as number);
      sum += stock < -1e-9 ? Number.POSITIVE_INFINITY : (holding[period] as number) * stock;
    });
    return sum;
  };
  // of the periods from each on: the least cost, and up to where its first order reaches
  const best: { cost: number; to: number }[] = Array.from({ length: count + 1 }, () => ({ cost: 0, to: count }));
  for (let from = count - 1; from >= 0; from -= 1) {
    let found = { cost: Number.POSITIVE_INFINITY, to: from + 1 };
    for (let to = from + 1; to <= count; to += 1) {
      let held = 0;
      let spent = setup[from] as number;
      for (let period = from; period < to; period += 1) {
        if (period > from) held += holding[period - 1] as number;
        spent += (demand[period] as number) * (held + (unit[from] as number));
      }
      const whole = spent + (best[to] as { cost: number }).cost;
      if (whole < found.cost) found = { cost: whole, to };
    }
    best[from] = found;
  }
  const orders = demand.map(() => 0);
  for (let from = 0; from < count; ) {
    const { to } = best[from] as { to: number };
    orders[from] = demand.slice(from, to).reduce((sum, units) => sum + units, 0);
    from = to;
  }
  return { policy: { orders }, cost };
}
