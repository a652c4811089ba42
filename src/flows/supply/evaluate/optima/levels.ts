/** Levels for demand that is not known: the flow's own formulas, put to problems of which the optimum is published. */
import { criticalRatio, discreteCosts, type LevelCosts, normalCosts } from '../../stock/costs.ts';
import { type Discrete, poisson } from '../../stock/discrete.ts';
import { bestLevels, costOf, lotFrom } from '../../stock/levels.ts';
import { above } from '../../stock/normal.ts';
import { at, least, numberOf, numberOr, type Problem, type Solved } from './problem.ts';

/** Deviations of a normal demand that are told apart where levels are whole. */
const SPREAD = 8;
const SIMPSON_PARTS = 200;

const isNormal = ({ params }: Problem): boolean => typeof params.demand_sd === 'number';

/** What one unit too many and one too few cost: given as such, or by prices. */
function unitCosts(problem: Problem): { holding: number; shortage: number; profit: number } {
  const { params } = problem;
  const price = ['selling_revenue', 'selling_price', 'revenue'].find((key) => typeof params[key] === 'number');
  const paid = numberOr(problem, 0, 'purchase_cost', 'unit_cost');
  const [holding, shortage] = [numberOr(problem, 0, 'holding_cost'), numberOr(problem, 0, 'stockout_cost')];
  if (price === undefined) return { holding, shortage, profit: 0 };
  const margin = (params[price] as number) - paid;
  return { holding: holding + paid - numberOr(problem, 0, 'salvage_value'), shortage: shortage + margin, profit: margin };
}

/** Demand over so many periods. */
function costsOver(problem: Problem, periods: number): LevelCosts {
  const costs = unitCosts(problem);
  if (isNormal(problem)) {
    const [mean, sd] = [numberOf(problem, 'demand_mean'), numberOf(problem, 'demand_sd')];
    return normalCosts({ mean: mean * periods, sd: sd * Math.sqrt(periods) }, costs);
  }
  return discreteCosts(wholeDemand(problem, periods), costs);
}

function wholeDemand(problem: Problem, periods: number): Discrete {
  const { demand_pmf: given } = problem.params;
  if (given !== undefined && given !== null) return over(tableOf(given as Record<string, number> | number[]), periods);
  if (isNormal(problem))
    return wholeNormal(numberOf(problem, 'demand_mean') * periods, numberOf(problem, 'demand_sd') * Math.sqrt(periods));
  return poisson(numberOf(problem, 'demand_mean', 'demand_rate') * periods);
}

/** Chances by demand, or those of 0, 1, 2 ... */
function tableOf(given: Record<string, number> | number[]): Discrete {
  const entries = Object.entries(given).map(([units, chance]) => [Number(units), Number(chance)] as const);
  const chances = new Float64Array(Math.max(...entries.map(([units]) => units)) + 1);
  for (const [units, chance] of entries) chances[units] = chance;
  return { mean: entries.reduce((sum, [units, chance]) => sum + units * chance, 0), chances };
}

function over(one: Discrete, periods: number): Discrete {
  let all: Discrete = one;
  for (let left = periods - 1; left > 0; left -= 1) {
    const chances = new Float64Array(all.chances.length + one.chances.length - 1);
    all.chances.forEach((chance, units) => {
      one.chances.forEach((more, further) => {
        chances[units + further] = (chances[units + further] as number) + chance * more;
      });
    });
    all = { mean: all.mean + one.mean, chances };
  }
  return all;
}

function wholeNormal(mean: number, sd: number): Discrete {
  const chances = Float64Array.from({ length: Math.ceil(mean + SPREAD * sd) + 1 }, (_, units) => {
    const below = (level: number): number => 1 - above((level - mean) / sd);
    return units === 0 ? below(0.5) : below(units + 0.5) - below(units - 0.5);
  });
  return { mean: chances.reduce((sum, chance, units) => sum + chance * units, 0), chances };
}

/** Base stock: demand of the lead time and one period more; the newsvendor is the one without a lead time. */
export function baseStock(problem: Problem): Solved {
  const costs = costsOver(problem, numberOr(problem, 0, 'lead_time') + 1);
  return { policy: { S: costs.best }, cost: (policy) => costs.at(at(policy, 'S')) };
}

/** Demand that is as likely anywhere between two ends, or exponential. */
export function newsvendorOf(problem: Problem, kind: 'uniform' | 'exponential'): Solved {
  const { holding, shortage } = unitCosts(problem);
  const ratio = criticalRatio({ holding, shortage });
  if (kind === 'uniform') {
    const [low, high] = [numberOf(problem, 'demand_lo', 'demand_min'), numberOf(problem, 'demand_hi', 'demand_max')];
    return {
      policy: { S: low + ratio * (high - low) },
      cost: (policy) => uniformCost({ low, high, level: at(policy, 'S') }, { over: holding, under: shortage }),
    };
  }
  const mean = numberOf(problem, 'demand_mean');
  return {
    policy: { S: -mean * Math.log(1 - ratio) },
    cost: (policy) => holding * (at(policy, 'S') - mean) + (holding + shortage) * mean * Math.exp(-at(policy, 'S') / mean),
  };
}

/** Of what lies as likely anywhere between low and high: what the level is above it, and below it. */
export function uniformCost(
  { low, high, level }: { readonly low: number; readonly high: number; readonly level: number },
  { over: h, under: p }: { readonly over: number; readonly under: number },
): number {
  const inside = Math.min(high, Math.max(low, level));
  const width = 2 * (high - low);
  const above = Math.max(0, level - inside) + ((inside - low) * (inside - low)) / width;
  const below = Math.max(0, inside - level) + ((high - inside) * (high - inside)) / width;
  return h * above + p * below;
}

/** Counted once a period, ordered at s or below up to S. */
export function periodicLevels(problem: Problem): Solved {
  const cover = wholeDemand(problem, numberOr(problem, 0, 'lead_time') + 1);
  const ordering = {
    orderCost: numberOf(problem, 'fixed_cost'),
    demand: wholeDemand(problem, 1),
    costs: discreteCosts(cover, unitCosts(problem)),
  };
  const { from, upTo } = bestLevels(ordering);
  return { policy: { s: from, S: upTo }, cost: (policy) => costOf(ordering, { from: at(policy, 's'), upTo: at(policy, 'S') }) };
}

/** Watched all the time, a lot Q ordered at r: A. Federgruen and Y.-S. Zheng 1992; of normal demand, Y.-S. Zheng 1992. */
export function lotAtLevel(problem: Problem): Solved {
  const lead = numberOf(problem, 'lead_time');
  const setup = numberOf(problem, 'fixed_cost') * numberOf(problem, 'demand_mean', 'demand_rate');
  const costs = costsOver(problem, lead);
  if (isNormal(problem)) {
    const cost = (from: number, lot: number): number => (setup + simpson((level) => costs.at(level), from, from + lot)) / lot;
    const scale = Math.sqrt(
      (2 * setup * (unitCosts(problem).holding + unitCosts(problem).shortage)) / (unitCosts(problem).holding * unitCosts(problem).shortage),
    );
    const lot = least((size) => cost(lotFrom(costs, size), size), scale / 100, 100 * scale + 1);
    return { policy: { r: lotFrom(costs, lot), Q: lot }, cost: (policy) => cost(at(policy, 'r'), at(policy, 'Q')) };
  }
  const cost = (from: number, lot: number): number => {
    let sum = setup;
    for (let level = from + 1; level <= from + lot; level += 1) sum += costs.at(level);
    return sum / lot;
  };
  // the lot takes in the cheaper of its neighbours as long as that costs less than the mean
  let [from, lot] = [costs.best - 1, 1];
  for (;;) {
    const [below, higher] = [costs.at(from), costs.at(from + lot + 1)];
    if (Math.min(below, higher) >= cost(from, lot)) break;
    if (below <= higher) from -= 1;
    lot += 1;
  }
  return { policy: { r: from, Q: lot }, cost: (policy) => cost(at(policy, 'r'), at(policy, 'Q')) };
}

function simpson(of: (x: number) => number, from: number, to: number): number {
  const step = (to - from) / SIMPSON_PARTS;
  let sum = of(from) + of(to);
  for (let part = 1; part < SIMPSON_PARTS; part += 1) sum += (part % 2 === 0 ? 2 : 4) * of(from + part * step);
  return (sum * step) / 3;
}
