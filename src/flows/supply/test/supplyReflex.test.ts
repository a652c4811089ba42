/** Counts, demand and sales, folded as the service does. */
import { describe, expect, it } from '@jest/globals';
import { CONFIRMED, COUNTED, ORDER_DUE, SOLD } from '../events.ts';
import { supply } from '../flow.ts';
import type { SupplyPolicy } from '../policy.ts';
import { instant, logUnder, START_MS, shipped } from './supplyLog.ts';

const atOnce: SupplyPolicy = { ...shipped, orders: { ...shipped.orders, windowSeconds: 0 } };

describe('a stock', () => {
  it('the reflex orders nothing where enough is there, and says how much is expected to be needed', () => {
    const { demand, count } = logUnder(atOnce);
    for (let week = 0; week < 8; week += 1) demand(7 * week, 10);
    expect(count(56, 60)).toMatchObject({
      ending: 'reflex',
      decision: { outcome: 'none', provisional: false, result: { quantity: 0, position: 60 }, reasons: [{ code: 'position' }] },
    });
  });

  it('the reflex proposes an order up to what lead time, costs and demand ask for, and hands it to the case', () => {
    const { demand, count } = logUnder(atOnce);
    for (let week = 0; week < 8; week += 1) demand(7 * week, 10);
    const { ending, decision } = count(56, 12, 3);
    expect([ending, decision?.outcome, decision?.provisional]).toEqual(['waiting', 'reorder', true]);
    const { orderUpTo, quantity, order, demandAPeriod } = (decision?.result ?? {}) as { [name: string]: number };
    expect(demandAPeriod).toBeCloseTo(9.2, 0);
    // two weeks of it, and what nine of ten weeks ask for above that
    expect(orderUpTo).toBeGreaterThan(20);
    expect(orderUpTo).toBeLessThan(30);
    expect(quantity).toBe((orderUpTo as number) - 15);
    expect(order).toMatchObject({
      id: 'order-9',
      of: 'a@x',
      supplier: 'usual',
      cost: (quantity as number) * 10,
      lines: [{ sku: 'a', quantity }],
    });
  });

  it('the reflex lets a rule ask for a person where an order costs more than the limit', () => {
    const { count } = logUnder({ ...atOnce, orders: { ...atOnce.orders, costMax: 1 } });
    expect(count(0, 0).decision).toMatchObject({ rung: 'rules', provisional: true, reasons: [{ code: 'above-limit' }, {}] });
  });

  it('the reflex counts what it has proposed until it is confirmed, counted as on order, or was too long ago', () => {
    const { count, add } = logUnder(atOnce);
    const needed = count(0, 0).decision?.result.quantity as number;
    expect(needed).toBeGreaterThan(0);
    expect(count(0.1, 0).decision).toMatchObject({ outcome: 'none', result: { position: needed } });
    expect(add(CONFIRMED, 0.2, { order: 'order-1', of: 'a@x' })).toMatchObject({ ending: 'waiting', decision: null });
    expect(count(0.3, 0, needed).decision).toMatchObject({ outcome: 'none', result: { position: needed } });
    // nobody has it on order any more
    expect(count(3, 0).decision).toMatchObject({ outcome: 'reorder', result: { position: 0 } });
  });

  it('the reflex takes what was sold from what was counted, and orders with the sale that is the one too many', () => {
    const { demand, count } = logUnder(atOnce);
    for (let week = 0; week < 8; week += 1) demand(7 * week, 10);
    expect(count(56, 40).decision?.outcome).toBe('none');
    expect(demand(57, 5)).toMatchObject({ ending: 'recorded', decision: null });
    expect(demand(57.5, 25)).toMatchObject({ ending: 'waiting', decision: { outcome: 'reorder', result: { position: 10 } } });
  });

  it('the reflex takes a sale without a store as demand of the default location', () => {
    const { add, log } = logUnder({ ...atOnce, defaultLocation: 'north' });
    const sale = { sku: 'a', quantity: 7, price: 3 };
    expect(add(SOLD, 0, sale).event.subject).toBe('a@north');
    expect(add(SOLD, 0, { ...sale, store: 's' }).event.subject).toBe('a@s');
    const state = log.states.get('stock:a@north');
    expect(state && supply.reflex?.show('stock:a@north', state)).toMatchObject({ thisPeriod: 7 });
    expect(supply.reflex?.subjectKey('a@north')).toBe('stock:a@north');
    expect(supply.reflex?.subjectKey('s-1')).toBe('shipment:s-1');
  });

  it('the reflex orders nothing for a count of long ago, and says so', () => {
    const { add, log } = logUnder(shipped);
    const old = add(COUNTED, 0, { sku: 'a', location: 'x', onHand: 0, onOrder: 0 }, 10);
    expect(old).toMatchObject({ ending: 'reflex', watches: null, lesson: null, decision: { outcome: 'reorder' } });
    expect(old.decision?.reasons.map(({ code }) => code)).toContain('old');
    expect((log.memory as { baskets: { byOwner: Map<string, unknown> } }).baskets.byOwner.size).toBe(0);
  });
});

describe('an order of several stocks', () => {
  it('the reflex gathers what stocks of one supplier need within a window, and orders it as one when the window has passed', () => {
    const two: SupplyPolicy = { ...shipped, stock: { ...shipped.stock, bySku: { c: { supplier: 'northern' } } } };
    const { count, own } = logUnder(two);
    const first = count(0, 0);
    expect(first).toMatchObject({
      ending: 'reflex',
      decision: { outcome: 'reorder', provisional: false },
      watches: { [ORDER_DUE]: START_MS + 3_600_000 },
    });
    const second = count(0.01, 0, 0, 'b');
    expect(second.watches).toBeNull();
    expect(second.decision?.result).toMatchObject({ with: 'a@x', orderDue: instant(START_MS + 3_600_000) });
    expect(count(0.02, 0, 0, 'c').decision?.result).toMatchObject({ with: 'c@x', supplier: 'northern' });
    const due = own(ORDER_DUE, 0.05, { stock: 'a@x' });
    expect(due).toMatchObject({ ending: 'waiting', decision: { outcome: 'reorder', provisional: true } });
    expect(due.decision?.result.order).toMatchObject({ supplier: 'usual', lines: [{ sku: 'a' }, { sku: 'b' }] });
    // it is out: nobody orders it a second time
    expect(own(ORDER_DUE, 0.06, { stock: 'a@x' }).decision).toMatchObject({ outcome: 'none', reasons: [{ code: 'nothing' }] });
    expect(own(ORDER_DUE, 0.07, { stock: 'c@x' }).decision?.result.order).toMatchObject({ supplier: 'northern', lines: [{ sku: 'c' }] });
  });

  it('the watch says that the window has passed when it has, not before', () => {
    const { count, log } = logUnder(shipped);
    count(0, 0);
    const watch = supply.watches?.[ORDER_DUE];
    const states = [log.states.get('stock:a@x') ?? null];
    const dueMs = START_MS + 3_600_000;
    expect(watch?.check(states, shipped, dueMs - 1)).toEqual({ againAtMs: dueMs });
    expect(watch?.check(states, shipped, dueMs)).toEqual({ dueSinceMs: dueMs });
  });
});
