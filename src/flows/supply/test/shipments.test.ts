/** Shipments and what their coming says of what was told before, folded as the service does. */
import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../../domain/event.ts';
import { DELIVERED, DISPATCHED, OVERDUE, SCANNED, UNSCANNED } from '../events.ts';
import { supply } from '../flow.ts';
import { DAY_MS, logUnder, START_MS, shipped } from './supplyLog.ts';

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
