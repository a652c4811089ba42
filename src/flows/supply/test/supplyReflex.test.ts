/** Counts, demand, sales and shipments, folded as the service does. */
import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../../domain/event.ts';
import { type FoldedEvent, LogFold } from '../../../kit/foldAll.ts';
import { parsePolicy } from '../../../policy/policy.ts';
import { CONFIRMED, COUNTED, DELIVERED, DEMANDED, DISPATCHED, ORDER_DUE, OVERDUE, SCANNED, SOLD, UNSCANNED } from '../events.ts';
import { supply } from '../flow.ts';
import type { SupplyPolicy } from '../policy.ts';

const DAY_MS = 86_400_000;
/** A Monday. */
const START_MS = Date.UTC(2026, 0, 5);
const shipped: SupplyPolicy = parsePolicy(supply, supply.policyText);
const atOnce: SupplyPolicy = { ...shipped, orders: { ...shipped.orders, windowSeconds: 0 } };

const instant = (ms: number): string => new Date(ms).toISOString();

function logUnder(policy: SupplyPolicy) {
  const log = new LogFold({ flow: supply, policy });
  const add = (type: string, day: number, data: JsonObject, acceptedDay = day): FoldedEvent =>
    log.add({ type, timeMs: START_MS + day * DAY_MS, acceptedAtMs: START_MS + acceptedDay * DAY_MS, data });
  return {
    log,
    add,
    count: (day: number, onHand: number, onOrder = 0, sku = 'a') => add(COUNTED, day, { sku, location: 'x', onHand, onOrder }),
    demand: (day: number, quantity: number, sku = 'a') => add(DEMANDED, day, { sku, location: 'x', quantity }),
    own: (type: string, day: number, data: JsonObject) =>
      add(type, day, { since: instant(START_MS), due: instant(START_MS + day * DAY_MS), opened: instant(START_MS), ...data }),
    dispatch: (id: string, day: number, promisedDay: number, more: JsonObject = {}) =>
      add(DISPATCHED, day, {
        ...{ shipmentId: id, sku: 'a', quantity: 100, carrier: 'c', mode: 'sea', promisedAt: instant(START_MS + promisedDay * DAY_MS) },
        ...more,
      }),
  };
}

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

describe('a shipment', () => {
  /** Shipments of a lane that came so many days behind. */
  function taught(log: ReturnType<typeof logUnder>, delays: readonly number[], more: JsonObject = {}): void {
    delays.forEach((delay, at) => {
      const id = `${JSON.stringify(more)}-${at}`;
      log.dispatch(id, at, at + 5, more);
      log.add(DELIVERED, at + 5 + delay, { shipmentId: id });
    });
  }

  it('the reflex waits for what is likely to be in time, and opens its watches until it is there', () => {
    const log = logUnder(shipped);
    taught(
      log,
      Array.from({ length: 20 }, () => -0.5),
    );
    const sent = log.dispatch('s', 40, 45);
    expect(sent).toMatchObject({ ending: 'reflex', decision: { outcome: 'none', result: { choice: 'wait' } } });
    expect(sent.decision?.score).toBeLessThan(0.1);
    expect(sent.watches).toEqual({ [OVERDUE]: START_MS + 45 * DAY_MS + 3_600_000, [UNSCANNED]: START_MS + 45 * DAY_MS });
    expect(log.add(DELIVERED, 44, { shipmentId: 's' })).toMatchObject({
      ending: 'recorded',
      watches: { [OVERDUE]: null, [UNSCANNED]: null },
    });
  });

  it('the reflex learns per carrier and mode how late shipments are, with an interval, and speeds up what would cost more', () => {
    const log = logUnder(shipped);
    taught(log, [...Array.from({ length: 12 }, (_, at) => 4 + at / 4)]);
    taught(
      log,
      Array.from({ length: 12 }, () => -1),
      { carrier: 'd' },
    );
    const late = log.dispatch('s', 40, 45, { quantity: 200 });
    expect(late).toMatchObject({ ending: 'waiting', decision: { outcome: 'expedite', provisional: true, result: { choice: 'expedite' } } });
    expect(late.decision?.result.delayDays).toEqual([4.25, 6.5]);
    expect(late.decision?.score).toBeGreaterThan(0.6);
    expect(log.dispatch('t', 40, 45, { quantity: 200, carrier: 'd' }).decision).toMatchObject({ outcome: 'none' });
    // its case is told when it comes; it is not sped up twice
    expect(log.add(SCANNED, 42, { shipmentId: 's', place: 'p' }).decision).toMatchObject({
      outcome: 'none',
      reasons: [{ code: 'asked' }, {}, {}],
    });
    expect(log.add(DELIVERED, 47, { shipmentId: 's' })).toMatchObject({ ending: 'waiting', decision: null });
  });

  it('the reflex knows a place at which shipments get stuck', () => {
    const log = logUnder(shipped);
    for (let at = 0; at < 24; at += 1) {
      log.dispatch(`s-${at}`, at, at + 5);
      log.add(SCANNED, at + 1, { shipmentId: `s-${at}`, place: at % 2 === 0 ? 'stuck' : 'smooth' });
      log.add(DELIVERED, at + (at % 2 === 0 ? 15 : 4), { shipmentId: `s-${at}` });
    }
    const scoreAt = (id: string, place: string): number => {
      log.dispatch(id, 40, 45, { quantity: 1 });
      return log.add(SCANNED, 41, { shipmentId: id, place }).decision?.score ?? Number.NaN;
    };
    expect(scoreAt('x', 'stuck')).toBeGreaterThan(0.75);
    expect(scoreAt('y', 'smooth')).toBeLessThan(0.3);
  });

  it('the reflex buys elsewhere what cannot be sped up enough', () => {
    const log = logUnder(shipped);
    taught(
      log,
      Array.from({ length: 12 }, () => 30),
    );
    expect(log.dispatch('s', 60, 65).decision).toMatchObject({
      outcome: 'reorder',
      result: {
        choice: 're-source',
        order: { supplier: 'second source', of: 's', lines: [{ sku: 'a', location: 'main', quantity: 100 }] },
      },
    });
  });

  it('the reflex has a person look where a shipment is overdue, or not heard of, and nothing is known of its lane', () => {
    const log = logUnder(shipped);
    log.dispatch('s', 0, 5, { quantity: 1 });
    const overdue = log.own(OVERDUE, 6, { shipmentId: 's' });
    expect(overdue).toMatchObject({ ending: 'waiting', decision: { outcome: 'escalate', provisional: true, score: 1 } });
    expect(overdue.decision?.reasons[0]?.code).toBe('overdue');
    log.dispatch('t', 0, 5, { quantity: 1 });
    expect(log.own(UNSCANNED, 4, { shipmentId: 't' }).decision).toMatchObject({
      outcome: 'escalate',
      reasons: [{ code: 'unscanned' }, {}, {}],
    });
  });

  it('the watches look at when it was promised, and at when it was last heard of', () => {
    const log = logUnder(shipped);
    log.dispatch('s', 0, 5);
    log.add(SCANNED, 2, { shipmentId: 's', place: 'p' });
    const states = [log.log.states.get('shipment:s') ?? null];
    const at = (type: string, day: number) => supply.watches?.[type]?.check(states, shipped, START_MS + day * DAY_MS);
    expect(at(UNSCANNED, 6.9)).toEqual({ againAtMs: START_MS + 7 * DAY_MS });
    expect(at(UNSCANNED, 7)).toEqual({ dueSinceMs: START_MS + 2 * DAY_MS });
    expect(at(OVERDUE, 5)).toEqual({ againAtMs: START_MS + 5 * DAY_MS + 3_600_000 });
    expect(at(OVERDUE, 6)).toEqual({ dueSinceMs: START_MS + 5 * DAY_MS + 3_600_000 });
  });

  it('the reflex learns once of a shipment that is told to have come twice, or before it was sent', () => {
    const log = logUnder(shipped);
    log.add(DELIVERED, 1, { shipmentId: 's' });
    expect(log.dispatch('s', 1, 3)).toMatchObject({ ending: 'reflex', lesson: expect.stringContaining('"delayDays":-2'), watches: null });
    expect(log.add(DELIVERED, 2, { shipmentId: 's' }).lesson).toBeNull();
  });
});

describe('labels', () => {
  it("a shipment's coming says of what was said when it was sent whether it was late", () => {
    const { labels } = supply;
    const sent = {
      type: DISPATCHED,
      timeMs: START_MS,
      data: { shipmentId: 's', sku: 'a', quantity: 1, promisedAt: '2026-01-08T12:00:00+02:00' },
    };
    expect(labels?.keyOf(sent)).toBe('s');
    const truthAt = (iso: string): unknown => {
      const came = { type: DELIVERED, timeMs: Date.parse(iso), data: { shipmentId: 's' } };
      const label = labels?.labelOf(came);
      return [label?.key, typeof label?.truth === 'function' && label.truth(sent, came)];
    };
    expect(truthAt('2026-01-08T10:00:00Z')).toEqual(['s', 'on-time']);
    expect(truthAt('2026-01-08T10:00:01Z')).toEqual(['s', 'late']);
    expect(labels?.labelOf(sent)).toBeNull();
  });
});
