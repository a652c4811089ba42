/** Stories of orders and shipments, told in memory: the clock is a number. */
import { describe, expect, it } from '@jest/globals';
import { aboutFolded, type Script, tellInMemory } from '../../../../test/support/memoryStory.ts';
import { LogFold } from '../../../kit/foldAll.ts';
import { parsePolicy } from '../../../policy/policy.ts';
import { storyOf } from '../../../workflows/storyCase.ts';
import { CONFIRMED, COUNTED, DELIVERED, DISPATCHED, OVERDUE } from '../events.ts';
import { supply } from '../flow.ts';
import type { SupplyPolicy } from '../policy.ts';
import { supplyStories } from '../workflow.ts';

const START_MS = Date.UTC(2026, 0, 5);
const shipped: SupplyPolicy = parsePolicy(supply, supply.policyText);
const atOnce: SupplyPolicy = { ...shipped, orders: { ...shipped.orders, windowSeconds: 0 } };
const dear: SupplyPolicy = { ...atOnce, orders: { ...atOnce.orders, costMax: 1 } };

/** A stock that needs an order of its own. */
function tellOrder(script: Script, policy: SupplyPolicy) {
  const log = new LogFold({ flow: supply, policy });
  const folded = log.add({ type: COUNTED, timeMs: START_MS, data: { sku: 'a', location: 'x', onHand: 0, onOrder: 0 } });
  return tellInMemory(storyOf(supplyStories, COUNTED), aboutFolded(folded, policy), script);
}

/** A shipment that is overdue, of a lane of which nothing is known; or one that is worth a price. */
function tellShipment(script: Script, type: string, policy: SupplyPolicy) {
  const log = new LogFold({ flow: supply, policy });
  const promisedAt = new Date(START_MS + 3_600_000).toISOString();
  const sent = log.add({ type: DISPATCHED, timeMs: START_MS, data: { shipmentId: 's', sku: 'a', quantity: 10, promisedAt } });
  if (type === DISPATCHED) return tellInMemory(storyOf(supplyStories, type), aboutFolded(sent, policy), script);
  const data = { shipmentId: 's', since: promisedAt, due: promisedAt, opened: promisedAt };
  const overdue = log.add({ type: OVERDUE, timeMs: START_MS + 10_800_000, data });
  return tellInMemory(storyOf(supplyStories, type), aboutFolded(overdue, policy), script);
}

const confirmed = (afterSeconds: number, order = 'order-1') => ({ afterSeconds, type: CONFIRMED, data: { order, of: 'a@x' } });
const approves = { afterSeconds: 60, verdict: 'approve' } as const;

describe('an order', () => {
  it('the story places it without a person below the limit, and says so when its supplier confirms it', async () => {
    const { decision, questions, taken } = await tellOrder({ events: [confirmed(600)] }, atOnce);
    expect([decision?.outcome, decision?.rung, questions]).toEqual(['reorder', 'rules', []]);
    expect(decision?.result.order).toMatchObject({ id: 'order-1', supplier: 'usual' });
    expect(taken).toEqual(['place-order', 'order-confirmed']);
  });

  it('the story cancels an order whose confirmation was lost, once, also where another order is confirmed', async () => {
    const lost = await tellOrder({}, atOnce);
    expect(lost.taken).toEqual(['place-order', 'cancel-order']);
    expect(lost.nowMs() - START_MS).toBe(86_400_000);
    expect((await tellOrder({ events: [confirmed(600, 'order-7')] }, atOnce)).taken).toEqual(['place-order', 'cancel-order']);
    // too late
    expect((await tellOrder({ events: [confirmed(86_401)] }, atOnce)).taken).toEqual(['place-order', 'cancel-order']);
  });

  it('the story asks a person above the limit, and orders nothing where they reject or do not answer', async () => {
    const approved = await tellOrder({ person: approves, events: [confirmed(600)] }, dear);
    expect(approved.questions[0]?.question).toMatch(/^Order \d+ of a for x from usual, at a cost of \d+\?$/);
    expect(approved.taken).toEqual(['place-order', 'order-confirmed']);
    const rejected = await tellOrder({ person: { ...approves, verdict: 'reject' } }, dear);
    expect([rejected.decision?.outcome, rejected.taken]).toEqual(['none', []]);
    const silent = await tellOrder({}, dear);
    expect([silent.decision?.outcome, silent.taken]).toEqual(['escalate', ['escalate']]);
  });
});

describe('a shipment', () => {
  /** To be late costs more than speed does. */
  const costly: SupplyPolicy = { ...shipped, shipments: { ...shipped.shipments, lateCost: 40 } };

  it('the story has it sped up, and waits until it is there', async () => {
    const came = await tellShipment({ events: [{ afterSeconds: 600, type: DELIVERED }] }, DISPATCHED, costly);
    expect([came.decision?.outcome, came.decision?.rung, came.taken]).toEqual(['expedite', 'rules', ['expedite']]);
    expect((await tellShipment({}, DISPATCHED, costly)).taken).toEqual(['expedite', 'not-delivered']);
  });

  it('the story asks a person about one that is overdue and of which nothing is known', async () => {
    const sped = await tellShipment({ person: approves, events: [{ afterSeconds: 600, type: DELIVERED }] }, OVERDUE, shipped);
    expect(sped.questions[0]?.question).toBe('Find out where shipment s is: is it to be expedited?');
    expect([sped.decision?.outcome, sped.decision?.rung, sped.taken]).toEqual(['expedite', 'human', ['expedite']]);
    const silent = await tellShipment({}, OVERDUE, shipped);
    expect([silent.decision?.outcome, silent.decision?.rung, silent.taken]).toEqual(['escalate', 'default', ['escalate']]);
  });
});
