/** The levels of one stock, from what is known of its demand, its lead time and its costs. */
import type { Terms } from '../policy.ts';
import { criticalRatio, discreteCosts, normalCosts } from './costs.ts';
import { coverOf, moreThan, negativeBinomial } from './discrete.ts';
import { deviationOf, meanOf, type Rate } from './forecast.ts';
import { bestLevels, type Levels, lotFrom } from './levels.ts';
import { above } from './normal.ts';

/** Above it demand is taken as normally distributed, and a lot as `economicLot` gives it: unit by unit would take longer than an event may. */
const WHOLE_MEAN_MAX = 300;

/** What is counted once a period is ordered for the lead time and the period after. */
export const coverPeriods = ({ leadPeriods }: Pick<Terms, 'leadPeriods'>): number => leadPeriods + 1;

/** Harris 1913, with backorders. */
function economicLot({ orderCost, holding, shortage }: Pick<Terms, 'orderCost' | 'holding' | 'shortage'>, demand: number): number {
  return Math.sqrt((2 * orderCost * demand * (holding + shortage)) / (holding * shortage));
}

export function orderLevels(rate: Rate, terms: Terms): Levels {
  const over = coverPeriods(terms);
  const [mean, sd] = [meanOf(rate, over), deviationOf(rate, over)];
  const lot = economicLot(terms, meanOf(rate, 1));
  if (Math.max(mean, lot) > WHOLE_MEAN_MAX) {
    const costs = normalCosts({ mean, sd }, terms);
    if (terms.orderCost === 0) return { from: Math.ceil(costs.best) - 1, upTo: Math.ceil(costs.best) };
    const from = Math.round(lotFrom(costs, lot));
    return { from, upTo: from + Math.max(1, Math.round(lot)) };
  }
  const cover = negativeBinomial(rate, over);
  if (terms.orderCost === 0) {
    const upTo = coverOf(cover, criticalRatio(terms));
    return { from: upTo - 1, upTo };
  }
  return bestLevels({ orderCost: terms.orderCost, demand: negativeBinomial(rate, 1), costs: discreteCosts(cover, terms) });
}

/** The chance that demand until an order of now has come is more than the position. */
export function shortageChance(rate: Rate, terms: Terms, position: number): number {
  const over = coverPeriods(terms);
  const [mean, sd] = [meanOf(rate, over), deviationOf(rate, over)];
  if (mean > WHOLE_MEAN_MAX) return above((position - mean) / sd);
  return moreThan(negativeBinomial(rate, over), Math.floor(position));
}

/** Whole packs from a position up to the level: never less than nothing. */
export function quantityTo({ upTo }: Levels, position: number, { pack }: Pick<Terms, 'pack'>): number {
  // what a quotient lies above a whole number by rounding alone is no further pack
  return Math.max(0, Math.ceil((upTo - position) / pack - 1e-9) * pack);
}
