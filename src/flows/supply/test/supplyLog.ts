/** A log of the supply flow, and its events in short. Days are counted from `START_MS`. */
import type { JsonObject } from '../../../domain/event.ts';
import { type FoldedEvent, LogFold } from '../../../kit/foldAll.ts';
import { parsePolicy } from '../../../policy/policy.ts';
import { COUNTED, DEMANDED, DISPATCHED } from '../events.ts';
import { supply } from '../flow.ts';
import type { SupplyPolicy } from '../policy.ts';

export const DAY_MS = 86_400_000;
/** A Monday. */
export const START_MS = Date.UTC(2026, 0, 5);
export const shipped: SupplyPolicy = parsePolicy(supply, supply.policyText);

export const instant = (ms: number): string => new Date(ms).toISOString();

export function logUnder(policy: SupplyPolicy) {
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
