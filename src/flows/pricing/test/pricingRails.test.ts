/** Hunts for a price that passes a rail: any events, in any order, with any numbers. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { brokenRail, sequences } from '../../../../test/support/prices.ts';
import { earningsAt } from '../choosePrice.ts';
import { isPoint, pointsBetween } from '../model/points.ts';
import type { PricingPolicy } from '../policy.ts';

/** `npm run trial:prices` tries 100,000. */
const RUNS = 3000;

describe('rails', () => {
  it('no sequence of events has the flow pass one by itself', () => {
    fc.assert(
      fc.property(sequences, (sequence) => {
        expect(brokenRail(sequence)).toBeNull();
      }),
      { numRuns: RUNS },
    );
  });

  it('brokenRail() tells of a rail that is broken', () => {
    const sold = { type: 'sale.recorded', data: { quantity: 3, price: 9.99 }, afterMs: 0 };
    const costed = { type: 'cost.changed', data: { cost: 9.2 }, afterMs: 0 };
    const strict =
      (rails: Partial<PricingPolicy['rails']>) =>
      (told: PricingPolicy): PricingPolicy => ({ ...told, rails: { ...told.rails, ...rails } });
    expect(brokenRail({ events: [sold, costed] })).toBeNull();
    expect(brokenRail({ events: [sold, costed] }, strict({ stepAlone: 0.01 }))).toContain('a step of');
    expect(brokenRail({ events: [sold, costed] }, strict({ marginMin: 0.5 }))).toContain('margin');
    expect(brokenRail({ events: [sold, costed] }, strict({ changesPerWeekMax: 0 }))).toContain('within a week');
    expect(brokenRail({ events: [sold, costed] }, strict({ points: { step: 1, ending: 0.99 } }))).toContain('no price');
  });
});

describe('pointsBetween()', () => {
  const points = fc.record({ step: fc.integer({ min: 1, max: 500 }), ending: fc.nat(499) }).filter(({ step, ending }) => ending < step);
  it('gives points alone, rising, within both ends, and none is missing where they are few', () => {
    fc.assert(
      fc.property(points, fc.integer({ min: 1, max: 100_000 }), fc.nat(20_000), ({ step, ending }, low, width) => {
        const of = { step: step / 100, ending: ending / 100 };
        const [from, to] = [low / 100, (low + width) / 100];
        const given = pointsBetween(from, to, of);
        expect(given.every((point) => point >= from && point <= to && point > 0 && isPoint(point, of))).toBe(true);
        expect(given.every((point, at) => at === 0 || point > (given[at - 1] as number))).toBe(true);
        let count = 0;
        for (let cents = low; cents <= low + width; cents += 1) if ((cents - ending) % step === 0) count += 1;
        expect(given.length).toBe(Math.min(200, count));
      }),
      { numRuns: 300 },
    );
  });
});

describe('earningsAt()', () => {
  const market = { price: 10, cost: 6, units: 100, elasticity: -2, supply: null };
  it('weighs what is sold against what is left', () => {
    expect(earningsAt(10, market, 0)).toEqual({ price: 10, units: 100, earns: 400 });
    expect(earningsAt(10, { ...market, supply: 50 }, 0).earns).toBe(200);
    expect(earningsAt(10, { ...market, supply: 150 }, 0.1).earns).toBeCloseTo(370);
    expect(earningsAt(5, market, 0).units).toBeCloseTo(400);
  });
});
