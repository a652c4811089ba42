/** Hunts for a figure that promises what prices did not bring. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { expectMemoryLaws } from '../../../../test/support/memoryLaws.ts';
import type { FlowFigure } from '../../../domain/flow.ts';
import { mulberry32 } from '../../../evaluate/bootstrap.ts';
import { LogFold } from '../../../kit/foldAll.ts';
import { parsePolicy } from '../../../policy/policy.ts';
import { COSTED, SOLD } from '../facts.ts';
import { pricing } from '../flow.ts';
import { type Holdout, holdoutFigures, holdoutMemory, type PeriodLesson } from '../model/holdout.ts';
import type { PricingPolicy } from '../policy.ts';

const DAY_MS = 86_400_000;
const lesson = fc.tuple(
  fc.nat(30),
  fc.constantFrom(0, 1),
  fc.constantFrom(0, 1),
  fc.double({ noNaN: true, min: -1e12, max: 1e12 }),
) as fc.Arbitrary<PeriodLesson>;

/** Products of very different sizes, of which a tenth is held out; prices bring so much more to the others. */
function shop(seed: number, brings: number): Holdout {
  const random = mulberry32(seed);
  const noise = (sd: number): number => Math.exp(sd * Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()));
  const products = holdoutMemory.empty();
  for (let product = 0; product < 200; product += 1) {
    const size = 100 * noise(1);
    const held = product % 10 === 0;
    // all of them sell more now, which no price has done
    const trend = 1.3 * noise(0.15);
    for (let period = 0; period < 12; period += 1) {
      const since = period >= 6;
      const earned = size * noise(0.2) * (since ? trend * (held ? 1 : 1 + brings) : 1);
      holdoutMemory.learn(products, [product, held ? 1 : 0, since ? 1 : 0, earned]);
    }
  }
  return products;
}
const figureOf = (products: Holdout): FlowFigure => holdoutFigures(products)[0] as FlowFigure;

describe('holdoutMemory', () => {
  it('keeps the laws of memories', () => expectMemoryLaws(holdoutMemory, lesson));

  it('is bounded: of more than 20,000 products those give way that were not heard of', () => {
    const products = holdoutMemory.empty();
    for (let product = 0; product < 25_000; product += 1) {
      holdoutMemory.learn(products, [product, 0, 0, 1e9 / 3]);
      holdoutMemory.learn(products, [7, 0, 1, 2]);
    }
    expect(products.size).toBe(20_000);
    expect(products.has(7)).toBe(true);
    expect(holdoutMemory.save(products).length).toBeLessThanOrEqual(holdoutMemory.limitBytes);
  });

  it('begins a product anew that has changed its side', () => {
    const products = holdoutMemory.empty();
    for (const held of [0, 1] as const) holdoutMemory.learn(products, [1, held, 0, 5]);
    expect(products.get(1)).toEqual({ held: true, before: { count: 1, mean: 5 }, since: { count: 0, mean: 0 } });
  });
});

describe('holdoutFigures()', () => {
  it.each([0, 0.1])('the interval holds the truth, whatever all products do: %p', (brings) => {
    const figures = Array.from({ length: 300 }, (_, seed) => figureOf(shop(seed + 1, brings)));
    const holds = figures.filter(({ low, high }) => low !== null && high !== null && low <= brings && brings <= high).length;
    // 95 % of 300, less three deviations of that count
    expect(holds).toBeGreaterThanOrEqual(273);
    expect(figures[0]?.of).toEqual({ moved: 180, held: 20 });
    const mean = figures.reduce((sum, { value }) => sum + (value ?? Number.NaN), 0) / figures.length;
    expect(Math.abs(mean - brings)).toBeLessThan(0.02);
  });

  it('says nothing of a few products', () => {
    expect(figureOf(holdoutMemory.empty())).toMatchObject({ value: null, low: null, high: null, of: { moved: 0, held: 0 } });
  });
});

describe('pricing', () => {
  const policy = parsePolicy(pricing, pricing.policyText) as PricingPolicy;
  const told = (at: number) => [
    ...Array.from({ length: 8 }, (_, week) => ({
      type: SOLD,
      timeMs: at + week * 7 * DAY_MS,
      data: { sku: 'k', quantity: 10, price: 9.99 },
    })),
  ];

  it('fold() teaches what a period earned, before its price could move and since, and what came late as before', () => {
    const log = new LogFold({ flow: pricing, policy });
    const startMs = Date.UTC(2026, 0, 5);
    log.add({ type: COSTED, timeMs: startMs, data: { sku: 'k', cost: 9 } });
    for (const sale of told(startMs)) log.add(sale);
    const [product] = (log.memory as Holdout).values();
    expect([product?.before.count, product?.since.count]).toEqual([policy.demand.learnPeriods, 7 - policy.demand.learnPeriods]);
    expect(product?.before.mean).toBeCloseTo(9.9);
    const late = new LogFold({ flow: pricing, policy });
    late.add({ type: COSTED, timeMs: startMs, data: { sku: 'k', cost: 9 } });
    for (const sale of told(startMs)) late.add({ ...sale, acceptedAtMs: startMs + 365 * DAY_MS });
    expect([...(late.memory as Holdout).values()]).toMatchObject([{ before: { count: 7 }, since: { count: 0 } }]);
  });
});
