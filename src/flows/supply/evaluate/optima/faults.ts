/** Suppliers that fail for a while, and deliveries of which another quantity comes than was ordered (L. V. Snyder and Z.-J. M. Shen, chapter 9). */
import { criticalRatio, normalCosts } from '../../stock/costs.ts';
import { uniformCost } from './levels.ts';
import { at, least, numberOf, numberOr, type Problem, type Solved } from './problem.ts';

const PERIODS_MAX = 100_000;

/** Demand goes on while the supplier is away: disruptions and recoveries come at rates. `approx`: as if each cycle ended in its share of them. */
export function disruptedLot(problem: Problem, { approx }: { readonly approx: boolean }): Solved {
  const [setup, demand] = [numberOf(problem, 'fixed_cost'), numberOf(problem, 'demand_rate')];
  const [holding, shortage] = [numberOf(problem, 'holding_cost'), numberOf(problem, 'stockout_cost')];
  const [away, back] = [numberOf(problem, 'disruption_rate'), numberOf(problem, 'recovery_rate')];
  const share = away / (away + back);
  const cost = (lot: number): number => {
    const psi = approx ? share : share * (1 - Math.exp((-(away + back) * lot) / demand));
    return (setup + (holding * lot * lot) / (2 * demand) + (shortage * demand * psi) / back) / (lot / demand + psi / back);
  };
  const scale = Math.sqrt((2 * setup * demand) / holding) + (demand / back) * (1 + shortage / holding);
  return { policy: { Q: least(cost, 1e-9 * scale, 10 * scale) }, cost: (policy) => cost(at(policy, 'Q')) };
}

/** Known demand a period, and a supplier that fails and recovers with a chance a period. */
export function disruptedBase(problem: Problem): Solved {
  const [holding, shortage] = [numberOf(problem, 'holding_cost'), numberOf(problem, 'stockout_cost')];
  const demand = numberOf(problem, 'demand', 'demand_mean');
  const [fails, recovers] = [numberOf(problem, 'disruption_prob'), numberOf(problem, 'recovery_prob')];
  const downShare = fails / (fails + recovers);
  const ratio = criticalRatio({ holding, shortage });
  let periods = 0;
  while (1 - downShare * (1 - recovers) ** periods < ratio - 1e-12 && periods < PERIODS_MAX) periods += 1;
  return {
    policy: { S: demand * (1 + periods) },
    cost(policy) {
      const level = at(policy, 'S');
      const ofNeed = (need: number): number => holding * Math.max(0, level - need) + shortage * Math.max(0, need - level);
      let sum = (1 - downShare) * ofNeed(demand);
      let chance = downShare * recovers;
      for (let down = 1; down < PERIODS_MAX && chance > 1e-18; down += 1) {
        sum += chance * ofNeed((down + 1) * demand);
        chance *= 1 - recovers;
      }
      return sum;
    },
  };
}

/** What comes differs from the lot by a random quantity (`additive`), or is a random share of it. */
export function yieldLot(problem: Problem, { additive }: { readonly additive: boolean }): Solved {
  const [setup, demand] = [numberOf(problem, 'fixed_cost'), numberOf(problem, 'demand_rate')];
  const holding = numberOf(problem, 'holding_cost');
  const [mean, sd] = [numberOf(problem, 'yield_mean'), numberOf(problem, 'yield_sd')];
  const comes = (lot: number): number => (additive ? lot + mean : lot * mean);
  const spread = (lot: number): number => (additive ? sd : lot * sd);
  return {
    policy: {
      Q: additive
        ? Math.sqrt((2 * setup * demand) / holding + sd * sd) - mean
        : Math.sqrt((2 * setup * demand) / (holding * (mean * mean + sd * sd))),
    },
    cost(policy) {
      const lot = at(policy, 'Q');
      return (2 * setup * demand + holding * (comes(lot) ** 2 + spread(lot) ** 2)) / (2 * comes(lot));
    },
  };
}

/** One period of known demand: to order S is to get S and a random quantity. */
export function yieldBase(problem: Problem): Solved {
  const [holding, shortage] = [numberOf(problem, 'holding_cost'), numberOf(problem, 'stockout_cost')];
  const demand = numberOf(problem, 'demand', 'demand_mean');
  if (typeof problem.params.yield_lo === 'number') {
    const [low, high] = [numberOf(problem, 'yield_lo'), numberOf(problem, 'yield_hi')];
    return {
      policy: { S: demand - low - (high - low) * (holding / (holding + shortage)) },
      // what is too much comes where the yield is above what is needed
      cost: (policy) => uniformCost({ low, high, level: demand - at(policy, 'S') }, { over: shortage, under: holding }),
    };
  }
  const [mean, sd] = [numberOf(problem, 'yield_mean'), numberOr(problem, 0, 'yield_sd')];
  const costs = normalCosts({ mean: demand - mean, sd }, { holding, shortage });
  return { policy: { S: costs.best }, cost: (policy) => costs.at(at(policy, 'S')) };
}
