/** Levels against published optima, distributions against their definitions. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { discreteCosts, normalCosts } from '../stock/costs.ts';
import { coverOf, moreThan, negativeBinomial, poisson } from '../stock/discrete.ts';
import { addDemand, deviationOf, meanOf, noDemand, rateOf, rollTo } from '../stock/forecast.ts';
import { bestLevels, costOf } from '../stock/levels.ts';
import { above, loss, quantile } from '../stock/normal.ts';
import { orderLevels, quantityTo, shortageChance } from '../stock/orderLevels.ts';
import { PERIODS, periodAt } from '../stock/periods.ts';

const terms = { supplier: 's', leadPeriods: 1, orderCost: 0, unitCost: 1, holding: 1, shortage: 9, pack: 1 };
const demandTerms = { forget: 0.9, priorQuantity: 0.2, priorPeriods: 0.5 };

describe('bestLevels()', () => {
  // Zheng and Federgruen 1991, table 1: h = 1, p = 9, K = 64, Poisson demand
  it.each([
    [10, 6, 40, 35.022],
    [20, 14, 62, 49.173],
    [23, 17, 52, 52.757],
    [63, 54, 73, 78.287],
  ])('bestLevels() finds what was published for a mean of %i', (mean, from, upTo, cost) => {
    const demand = poisson(mean);
    const ordering = { orderCost: 64, demand, costs: discreteCosts(demand, { holding: 1, shortage: 9 }) };
    expect(bestLevels(ordering)).toEqual({ from, upTo });
    expect(costOf(ordering, { from, upTo })).toBeCloseTo(cost, 3);
  });
});

describe('distributions', () => {
  it('the normal distribution is that of the tables, in its tails too', () => {
    expect(above(1.96)).toBeCloseTo(0.0249978951482204, 14);
    expect(above(6) / 9.865876450376946e-10).toBeCloseTo(1, 10);
    expect(above(-6)).toBeCloseTo(1, 8);
    expect(quantile(0.975)).toBeCloseTo(1.959963984540054, 12);
    expect(quantile(1e-9)).toBeCloseTo(-5.997807015007774, 9);
    expect(loss(0)).toBeCloseTo(1 / Math.sqrt(2 * Math.PI), 14);
  });

  it('the negative binomial has the mean and deviation that its rate says, and covers what it is asked to', () => {
    const rate = { shape: 12, periods: 3 };
    const demand = negativeBinomial(rate, 2);
    const sum = (of: (units: number) => number): number => demand.chances.reduce((total, chance, units) => total + chance * of(units), 0);
    expect(sum(() => 1)).toBeCloseTo(1, 10);
    expect(sum((units) => units)).toBeCloseTo(meanOf(rate, 2), 9);
    expect(Math.sqrt(sum((units) => (units - 8) ** 2))).toBeCloseTo(deviationOf(rate, 2), 8);
    const level = coverOf(demand, 0.9);
    expect(moreThan(demand, level)).toBeLessThanOrEqual(0.1);
    expect(moreThan(demand, level - 1)).toBeGreaterThan(0.1);
  });

  it('costs of whole levels come near those of normal demand where there is much of it', () => {
    const costs = { holding: 1, shortage: 4 };
    const [whole, smooth] = [discreteCosts(poisson(400), costs), normalCosts({ mean: 400, sd: 20 }, costs)];
    expect(whole.best / smooth.best).toBeCloseTo(1, 2);
    for (const level of [380, 410, 450]) expect(whole.at(level) / smooth.at(level)).toBeCloseTo(1, 1);
  });
});

describe('demand', () => {
  const events = fc.array(fc.record({ index: fc.integer({ min: 0, max: 30 }), quantity: fc.integer({ min: 0, max: 100 }) }), {
    maxLength: 40,
  });

  it('it does not matter in which order demand is told, and what is known stays finite and not below nothing', () => {
    fc.assert(
      fc.property(events, fc.constantFrom(0.5, 0.9, 1), (told, forget) => {
        const own = { ...demandTerms, forget };
        const known = (list: typeof told) => {
          const demand = noDemand();
          // it begins in its first period whatever comes first
          rollTo(demand, { index: 0, share: 0 }, own);
          for (const { index, quantity } of list) addDemand(demand, quantity, { at: { index, share: 0 }, terms: own });
          return rateOf(demand, own, { index: 30, share: 0 });
        };
        const [one, other] = [known(told), known(told.toSorted((a, b) => b.index - a.index))];
        expect(other.shape).toBeCloseTo(one.shape, 6);
        expect(other.periods).toBeCloseTo(one.periods, 6);
        expect(one.shape > 0 && one.periods > 0 && Number.isFinite(one.shape)).toBe(true);
      }),
    );
  });

  it('periods are counted one by one, whatever the year, and their shares grow from 0 to 1', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...PERIODS),
        fc.integer({ min: -2e12, max: 4e12 }),
        fc.integer({ min: 1, max: 86_400_000 }),
        (period, ms, more) => {
          const [before, after] = [periodAt(period, ms), periodAt(period, ms + more)];
          expect(before.share >= 0 && before.share < 1).toBe(true);
          expect(after.index - before.index).toBeLessThanOrEqual(1);
          expect(after.index + after.share).toBeGreaterThan(before.index + before.share - 1e-9);
        },
      ),
    );
    expect(periodAt('month', Date.UTC(2026, 1, 1))).toEqual({ index: 2026 * 12 + 1, share: 0 });
    expect(periodAt('week', Date.UTC(2026, 0, 5))).toMatchObject({ share: 0 });
  });
});

describe('orderLevels()', () => {
  const rates = fc.record({
    shape: fc.double({ min: 1e-3, max: 1e7, noNaN: true }),
    periods: fc.double({ min: 0.01, max: 100, noNaN: true }),
  });
  const costs = fc.record({
    leadPeriods: fc.integer({ min: 0, max: 20 }),
    orderCost: fc.constantFrom(0, 10, 1000),
    holding: fc.double({ min: 0.01, max: 100, noNaN: true }),
    shortage: fc.double({ min: 0.01, max: 1000, noNaN: true }),
    pack: fc.constantFrom(1, 0.1, 12),
  });

  it('levels are whole and in order, and no order is ever negative, whatever is known and costs', () => {
    fc.assert(
      fc.property(rates, costs, fc.double({ min: -1e6, max: 1e6, noNaN: true }), (rate, own, position) => {
        const levels = orderLevels(rate, { ...terms, ...own });
        expect(Number.isInteger(levels.from) && Number.isInteger(levels.upTo) && levels.from < levels.upTo).toBe(true);
        const quantity = quantityTo(levels, position, own);
        expect(quantity).toBeGreaterThanOrEqual(0);
        if (position < levels.upTo) expect(position + quantity).toBeGreaterThanOrEqual(levels.upTo - 1e-6);
        const chance = shortageChance(rate, { ...terms, ...own }, position);
        expect(chance >= 0 && chance <= 1).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it('an order that costs more comes less often: it is larger', () => {
    const rate = { shape: 50, periods: 10 };
    const spread = (orderCost: number): number => {
      const { from, upTo } = orderLevels(rate, { ...terms, orderCost });
      return upTo - from;
    };
    expect([spread(0), spread(20) > 3, spread(500) > spread(20)]).toEqual([1, true, true]);
  });
});
