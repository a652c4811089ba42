/** A day's reviews that are too few. The bug this hunts: a budget that is passed. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { FoldedEvent } from '../../../kit/foldAll.ts';
import { DAY_MS } from '../horizon.ts';
import { ATTEMPTED } from '../payment.ts';
import type { FraudPolicy } from '../policy.ts';
import { codes, policy, START_MS, Till } from './till.ts';

describe('the budget of reviews', () => {
  /** The model is unsure of all. */
  const unsure = (perDayMax: number): FraudPolicy => ({ ...policy, bands: { reviewFrom: 0, declineFrom: 1 }, reviews: { perDayMax } });
  const gaveWay = (event: FoldedEvent): boolean => codes(event)[0] === 'review-gave-way';

  it('fold() asks about no more than the day has, the most valuable ones, and says so of the others', () => {
    const till = new Till(unsure(50));
    let seed = 1;
    const random = (): number => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed / 2_147_483_647;
    };
    const days = [0, 1, 2].map((day) => {
      const events = Array.from({ length: 500 }, (_, at) => {
        const amount = Math.exp(4 * random());
        return { amount, event: till.pay(day * DAY_MS + at * 170_000, { terminalId: `t${at % 50}`, amount }) };
      });
      const reviewed = events.filter(({ event }) => event.ending === 'waiting');
      const others = events.filter(({ event }) => gaveWay(event));
      expect(reviewed.length + others.length).toBe(500);
      expect(reviewed.length).toBeLessThanOrEqual(50);
      return { reviewed, others };
    });
    const mean = (some: readonly { amount: number }[]): number => some.reduce((sum, { amount }) => sum + amount, 0) / some.length;
    for (const { reviewed, others } of days.slice(1)) {
      expect(reviewed.length).toBeGreaterThan(40);
      expect(mean(reviewed)).toBeGreaterThan(2 * mean(others));
    }
    const [, second] = days as [unknown, { others: { event: FoldedEvent }[] }, unknown];
    const event = second.others[0]?.event as FoldedEvent;
    expect(event).toMatchObject({ ending: 'reflex', decision: { outcome: 'decline', rung: 'default', provisional: false } });
    expect(event.decision?.reasons[0]?.text).toMatch(/Without one the default holds: decline$/);
    expect(event.decision?.rungs.at(-1)).toMatchObject({ rung: 'default', outcome: 'decline' });
  });

  it('fold() passes no budget, whatever comes when', () => {
    const payment = fc.record({ afterMs: fc.integer({ min: 0, max: DAY_MS / 4 }), amount: fc.double({ min: 0, max: 1000, noNaN: true }) });
    fc.assert(
      fc.property(fc.nat(5), fc.array(payment, { maxLength: 40 }), (perDayMax, payments) => {
        const till = new Till(unsure(perDayMax));
        const byDay = new Map<number, number>();
        let nowMs = 0;
        for (const { afterMs, amount } of payments) {
          nowMs += afterMs;
          const day = Math.floor((START_MS + nowMs) / DAY_MS);
          if (till.pay(nowMs, { amount }).ending === 'waiting') byDay.set(day, (byDay.get(day) ?? 0) + 1);
        }
        return [...byDay.values()].every((count) => count <= perDayMax);
      }),
      { numRuns: 200 },
    );
  });

  it('fold() reviews what is told of the past without a budget, and all where the policy has none', () => {
    const till = new Till(unsure(0));
    expect(gaveWay(till.pay(0))).toBe(true);
    expect(till.tell(ATTEMPTED, 0, {}, START_MS + 3 * DAY_MS).ending).toBe('waiting');
    const { reviews: _, ...none } = unsure(0);
    expect(new Till(none).pay(0).ending).toBe('waiting');
  });
});
