/** What holds whatever comes: no order is negative, states and the memory stay small, and it does not matter when the memory was loaded. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { expectMemoryLaws } from '../../../../test/support/memoryLaws.ts';
import type { JsonObject } from '../../../domain/event.ts';
import { LogFold } from '../../../kit/foldAll.ts';
import { parsePolicy } from '../../../policy/policy.ts';
import { CONFIRMED, COUNTED, DELIVERED, DEMANDED, DISPATCHED, ORDER_DUE, OVERDUE, SCANNED, SOLD, UNSCANNED } from '../events.ts';
import { supply } from '../flow.ts';
import { type Lesson, supplyMemory } from '../memory.ts';
import type { SupplyPolicy } from '../policy.ts';
import { Lanes } from '../shipments/lanes.ts';
import { Baskets } from '../stock/baskets.ts';

const START_MS = Date.UTC(2026, 0, 5);
const HOUR_MS = 3_600_000;
/** A key's state has no limit of its own in the log: that of this flow. */
const STATE_BYTES_MAX = 4096;

const shipped: SupplyPolicy = parsePolicy(supply, supply.policyText);
const sku = fc.constantFrom('a', 'b', 'c');
const location = fc.constantFrom('x', 'y');
const shipmentId = fc.constantFrom('s', 't');
const amount = fc.oneof(fc.integer({ min: 0, max: 50 }), fc.double({ min: 0, max: 1e9, noNaN: true }));
const name = fc.string({ minLength: 1, maxLength: 100 });
const since = new Date(START_MS).toISOString();
const own = { since, due: since, opened: since };

const told = fc.oneof(
  fc.record({ type: fc.constant(COUNTED), data: fc.record({ sku, location, onHand: amount, onOrder: amount }) }),
  fc.record({ type: fc.constant(DEMANDED), data: fc.record({ sku, location, quantity: amount }) }),
  fc.record({ type: fc.constant(SOLD), data: fc.record({ sku, quantity: amount }) }),
  fc.record({ type: fc.constant(CONFIRMED), data: fc.record({ order: fc.constant('order-1'), of: fc.constantFrom('a@x', 's') }) }),
  fc.record({
    type: fc.constant(ORDER_DUE),
    data: fc.record({ stock: fc.constantFrom('a@x', 'b@y') }).map((data) => ({ ...data, ...own })),
  }),
  fc.record({
    type: fc.constant(DISPATCHED),
    data: fc.record({
      ...{ shipmentId, sku, quantity: amount, carrier: name, mode: name },
      promisedAt: fc.integer({ min: -1000, max: 5000 }).map((hours) => new Date(START_MS + hours * HOUR_MS).toISOString()),
    }),
  }),
  fc.record({ type: fc.constant(SCANNED), data: fc.record({ shipmentId, place: name }) }),
  fc.record({ type: fc.constant(DELIVERED), data: fc.record({ shipmentId }) }),
  fc.record({ type: fc.constantFrom(OVERDUE, UNSCANNED), data: fc.record({ shipmentId }).map((data) => ({ ...data, ...own })) }),
);

describe('whatever comes', () => {
  it('no order is negative or empty, each outcome is one of the flow, nothing is put into quarantine, and states stay small', () => {
    const sequence = fc.array(fc.tuple(told, fc.integer({ min: 0, max: 4000 })), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(sequence, fc.constantFrom(0, 3600), fc.constantFrom(0, 200), (events, windowSeconds, orderCost) => {
        const policy: SupplyPolicy = {
          ...shipped,
          orders: { ...shipped.orders, windowSeconds },
          stock: { ...shipped.stock, usual: { ...shipped.stock.usual, orderCost, pack: 3 } },
        };
        const log = new LogFold({ flow: supply, policy });
        for (const [{ type, data }, hour] of events) {
          const { ending, note, decision } = log.add({ type, data: data as JsonObject, timeMs: START_MS + hour * HOUR_MS });
          expect([ending === 'quarantined', note]).toEqual([false, note]);
          if (decision === null) continue;
          expect(supply.outcomes).toContain(decision.outcome);
          expect(decision.score === null || (decision.score >= 0 && decision.score <= 1)).toBe(true);
          const { quantity, order } = decision.result as { quantity?: number; order?: { lines: { quantity: number }[]; cost: number } };
          if (type !== DISPATCHED && decision.outcome === 'reorder' && quantity !== undefined) expect(quantity).toBeGreaterThanOrEqual(0);
          for (const line of order?.lines ?? []) expect(line.quantity).toBeGreaterThanOrEqual(0);
          expect(order?.cost ?? 0).toBeGreaterThanOrEqual(0);
        }
        for (const state of log.states.values()) expect(state?.length ?? 0).toBeLessThan(STATE_BYTES_MAX);
        const memory = supplyMemory.save(log.memory as Parameters<typeof supplyMemory.save>[0]);
        expect(memory.length).toBeLessThan(100_000);
      }),
      { numRuns: 200 },
    );
  });

  it('the memory says the same whenever it was saved and loaded', () => {
    const lesson: fc.Arbitrary<Lesson> = fc.oneof(
      fc.record({
        ...{ lesson: fc.constant('delivered' as const), carrier: name, mode: name, places: fc.array(name, { maxLength: 8 }) },
        ...{ delayDays: fc.double({ min: -1e4, max: 1e4, noNaN: true }), atMs: fc.integer({ min: 0, max: 1e13 }) },
        halfLifeDays: fc.constantFrom(1, 60),
      }),
      fc.record({
        ...{ lesson: fc.constant('proposed' as const), owner: name, supplier: name, dueMs: fc.integer({ min: 0, max: 1e13 }) },
        line: fc.record({ sku, location, quantity: amount, cost: amount }),
      }),
      fc.record({ lesson: fc.constant('ordered' as const), owner: name }),
    );
    expectMemoryLaws(supplyMemory, lesson);
  });

  it('lanes and orders that are gathered give way once there are too many, and stay below the limit of the memory', () => {
    const [lanes, baskets] = [new Lanes(), new Baskets()];
    const long = (nth: number): string => `${nth}-`.padEnd(100, '\u4e2d');
    for (let nth = 0; nth < 5000; nth += 1) {
      const when = { delayDays: 1, atMs: START_MS + nth, halfLifeDays: 60 };
      lanes.learn({ carrier: long(nth), mode: long(nth), places: [long(nth)], ...when });
    }
    expect(lanes.byKey.size).toBe(4000);
    // the lane of all shipments is heard of with each
    expect(lanes.byKey.has('[]')).toBe(true);
    for (let nth = 0; nth < 300; nth += 1)
      for (let line = 0; line < 50; line += 1) {
        const part = { sku: `${line}`.padEnd(200, '\u4e2d'), location: `${nth}`.padEnd(200, '\u4e2d'), quantity: 1, cost: 1 };
        baskets.learn({ lesson: 'proposed', owner: `o-${nth}`, supplier: 's', dueMs: START_MS, line: part });
      }
    expect(baskets.byOwner.size).toBe(200);
    expect(supplyMemory.save({ lanes, baskets }).length).toBeLessThan(supplyMemory.limitBytes);
  });
});
