import { describe, expect, it } from '@jest/globals';
import type { DecisionDraft } from '../../../domain/decision.ts';
import type { JsonObject } from '../../../domain/event.ts';
import { type FoldedEvent, LogFold } from '../../../kit/foldAll.ts';
import { parsePolicy } from '../../../policy/policy.ts';
import { COMPETED, CONSIDERED, COSTED, SET, SOLD, STOCKED } from '../facts.ts';
import { pricing } from '../flow.ts';
import type { PricingPolicy } from '../policy.ts';
import { inHoldout } from '../takeFact.ts';

const START_MS = Date.UTC(2026, 0, 5);
const DAY_MS = 86_400_000;
const shipped = parsePolicy(pricing, pricing.policyText) as PricingPolicy;
const policy: PricingPolicy = { ...shipped, holdout: { share: 0, salt: 'a' } };

class Shop {
  readonly log: LogFold<PricingPolicy>;
  #days = 0;
  constructor(under: PricingPolicy = policy) {
    this.log = new LogFold({ flow: pricing, policy: under }) as LogFold<PricingPolicy>;
  }
  tell(type: string, data: JsonObject, afterDays = 0): FoldedEvent {
    this.#days += afterDays;
    return this.log.add({ type, timeMs: START_MS + this.#days * DAY_MS, data: { sku: 'k', ...data } });
  }
  /** Weeks of sales whose demand follows price by the power of `elasticity`. */
  sell(weeks: number, { elasticity = -3, prices = [9.99, 9.49] }: { elasticity?: number; prices?: readonly number[] } = {}): FoldedEvent[] {
    return Array.from({ length: weeks }, (_, week) => {
      const price = prices[week % prices.length] as number;
      return this.tell(SOLD, { quantity: 100 * (price / 9.99) ** elasticity, price }, 7);
    });
  }
}
const codes = ({ decision }: FoldedEvent): string[] => (decision?.reasons ?? []).map(({ code }) => code);

describe('pricingReflex', () => {
  it('fold() holds, and says what it does not know yet', () => {
    const shop = new Shop();
    const first = shop.tell(STOCKED, { onHand: 20 });
    expect(first).toMatchObject({
      ending: 'reflex',
      decision: { outcome: 'hold', rung: 'rules', result: { price: null, previous: null } },
    });
    expect(codes(first)).toEqual(['no-price']);
    expect(codes(shop.tell(SOLD, { quantity: 3, price: 9.99 }))).toEqual(['no-cost']);
    const known = shop.tell(COSTED, { cost: 5 });
    expect(known.decision).toMatchObject({ outcome: 'hold', rung: 'model', result: { price: 9.99, previous: 9.99 } });
  });

  it('fold() learns how price moves demand, and lowers a price where that earns more, with numbers', () => {
    const shop = new Shop({ ...policy, gainMin: 0 });
    shop.sell(40);
    const { decision, ending } = shop.tell(COSTED, { cost: 5.15 });
    expect(ending).toBe('reflex');
    expect(decision).toMatchObject({ outcome: 'reprice', rung: 'model', provisional: false, result: { previous: 9.49 } });
    expect(decision?.result.price).toBeLessThan(9.49);
    expect(decision?.reasons.map(({ code }) => code)).toEqual(['earns-more', 'elasticity']);
    expect(decision?.reasons[0]?.text).toMatch(/^At 9\.\d9 some \d+.* units a period in place of \d+.* at 9\.49: .* earned in place of/);
  });

  it('fold() asks a person about a larger step, hands it on with both prices, and asks once', () => {
    const shop = new Shop();
    shop.sell(40, { elasticity: -6, prices: [9.99, 9.89] });
    const asked = shop.tell(COSTED, { cost: 3 });
    expect(asked).toMatchObject({ ending: 'waiting', decision: { outcome: 'reprice', provisional: true, rung: 'rules' } });
    expect(codes(asked)).toContain('large-step');
    expect(JSON.parse(asked.found ?? '').found).toMatchObject({ previous: 9.89 });
    expect(codes(shop.tell(STOCKED, { onHand: 1000 }))).toEqual(['asked']);
  });

  it('fold() raises a price that cost has overtaken, and asks a person as long as it is below cost', () => {
    const shop = new Shop();
    shop.tell(SOLD, { quantity: 3, price: 9.99 });
    const raised = shop.tell(COSTED, { cost: 9.2 });
    expect(raised.decision).toMatchObject({ outcome: 'reprice', provisional: false, result: { price: 10.29, previous: 9.99 } });
    expect(codes(raised)).toContain('below-floor');
    const below = shop.tell(COSTED, { cost: 20 }, 1);
    expect(below.decision).toMatchObject({ outcome: 'reprice', provisional: true, result: { previous: 10.29, price: 11.79 } });
    expect(codes(below)).toEqual(expect.arrayContaining(['below-cost', 'below-floor']));
  });

  it('fold() follows the cheapest competitor as far as the rails go, and forgets what is stale', () => {
    const shop = new Shop();
    shop.tell(COSTED, { cost: 4 });
    shop.tell(SOLD, { quantity: 3, price: 9.99 });
    const followed = shop.tell(COMPETED, { competitor: 'c', price: 8.9 });
    expect(followed.decision).toMatchObject({ outcome: 'reprice', provisional: false, result: { price: 9.79, previous: 9.99 } });
    expect(codes(followed)).toContain('above-competitors');
    expect(codes(shop.tell(STOCKED, { onHand: 5 }, 30))).not.toContain('competitors');
  });

  it('fold() asks more where stock is scarce, and less where there is too much', () => {
    const flat: PricingPolicy = { ...policy, rails: { ...policy.rails, stepAlone: 0.15 }, gainMin: 0 };
    const price = (onHand: number): number => {
      const shop = new Shop(flat);
      shop.sell(40, { elasticity: -2 });
      shop.tell(COSTED, { cost: 4.6 });
      return shop.tell(STOCKED, { onHand }, 7).decision?.result.price as number;
    };
    expect(price(80)).toBeGreaterThan(price(100_000));
  });

  it('fold() changes no price more often than a week allows, and none that somebody has set', () => {
    const shop = new Shop({ ...policy, rails: { ...policy.rails, changesPerWeekMax: 1 } });
    shop.tell(SOLD, { quantity: 3, price: 9.99 });
    expect(shop.tell(COSTED, { cost: 9.2 }).decision?.outcome).toBe('reprice');
    expect(codes(shop.tell(COSTED, { cost: 9.6 }, 6))).toEqual(['changes-used']);
    expect(shop.tell(COSTED, { cost: 9.6 }, 1).decision?.outcome).toBe('reprice');
    expect(shop.tell(SET, { price: 9.99 }, 1)).toMatchObject({ ending: 'recorded', decision: null });
    expect(codes(shop.tell(STOCKED, { onHand: 5 }, 6))).toEqual(['set-by-hand']);
    expect(shop.tell(STOCKED, { onHand: 5 }, 2).decision).toMatchObject({ outcome: 'reprice', result: { previous: 9.99 } });
  });

  it('fold() keeps its price until sales at another one can no longer be from before it', () => {
    const shop = new Shop();
    shop.tell(SOLD, { quantity: 3, price: 9.99 });
    const price = shop.tell(COSTED, { cost: 9.2 }).decision?.result.price;
    expect(shop.tell(SOLD, { quantity: 1, price: 9.99 }, 0.5).decision?.result.previous).toBe(price);
    expect(shop.tell(SOLD, { quantity: 1, price: 9.99 }, 1).decision?.result.previous).toBe(9.99);
    // a deal is no price
    expect(shop.tell(SOLD, { quantity: 9, price: 5, deal: 1 }, 1).decision?.result.previous).not.toBe(5);
  });

  it('fold() never moves the price of a product that is held out', () => {
    const under = { ...policy, holdout: { share: 1, salt: 'a' } };
    const shop = new Shop(under);
    shop.tell(SOLD, { quantity: 3, price: 9.99 });
    expect(codes(shop.tell(COSTED, { cost: 20 }))).toEqual(['holdout']);
    const skus = Array.from({ length: 2000 }, (_, at) => `sku-${at}`);
    const share = skus.filter((sku) => inHoldout(sku, shipped)).length / skus.length;
    expect(share).toBeGreaterThan(0.08);
    expect(share).toBeLessThan(0.12);
  });

  it('fold() tells what would be sold at a price that is considered, by store too, and learns nothing of it', () => {
    const shop = new Shop();
    expect(codes(shop.tell(CONSIDERED, { price: 9 }))).toEqual(['unknown']);
    for (let week = 0; week < 30; week += 1) {
      shop.tell(SOLD, { quantity: week % 2 === 0 ? 100 : 150, price: week % 2 === 0 ? 10 : 9, store: 'a' }, 7);
      shop.tell(SOLD, { quantity: 10, price: 10, store: 'b' });
    }
    const before = [...shop.log.states.values()].join();
    const units = (data: JsonObject): number => {
      const { result } = shop.tell(CONSIDERED, data).decision as DecisionDraft;
      return (result as { expected: { median: number } }).expected.median;
    };
    expect(units({ price: 10, store: 'a' })).toBeLessThan(units({ price: 9, store: 'a' }));
    expect(units({ price: 10, store: 'b' })).toBeCloseTo(10, 0);
    expect([...shop.log.states.values()].join()).toBe(before);
  });

  it('show() shows price, cost, stock and what demand does', () => {
    const shop = new Shop();
    shop.sell(40);
    shop.tell(COMPETED, { competitor: 'c', price: 10 });
    const shown = pricing.reflex?.show('product:k', shop.log.states.get('product:k') as Uint8Array);
    expect(shown).toMatchObject({ price: expect.any(Number), cost: null, periods: 39, rivals: [{ name: 'c', price: 10 }] });
    expect(shown?.elasticity).toBeLessThan(-1.5);
  });
});
