/** A shipment that does not come when it was promised, or is not heard of for too long. */
import type { Watching } from '../../../domain/flow/reflex.ts';
import { defineWatch } from '../../../kit/defineWatch.ts';
import { OVERDUE, UNSCANNED } from '../events.ts';
import type { SupplyPolicy } from '../policy.ts';
import { type Shipment, shipmentState } from './shipment.ts';

const SECOND_MS = 1000;
const HOUR_MS = 3_600_000;
/** A due time must be one that a clock can show. */
const LAST_MS = Date.UTC(9999, 0, 1);

const state = { subjectField: 'shipmentId', state: 'shipment', codec: shipmentState } as const;

const overdueMs = ({ dispatched }: Shipment, { shipments: { graceSeconds } }: SupplyPolicy): number =>
  Math.min(LAST_MS, Math.max(0, (dispatched?.promisedMs ?? 0) + SECOND_MS * graceSeconds));

export const overdueWatch = defineWatch({
  ...state,
  check(shipment, policy: SupplyPolicy, nowMs) {
    const dueMs = overdueMs(shipment, policy);
    return dueMs <= nowMs ? { dueSinceMs: dueMs } : { againAtMs: dueMs };
  },
});

export const unscannedWatch = defineWatch({
  ...state,
  check({ heardMs, silentMs }, _policy: SupplyPolicy, nowMs) {
    // only what was heard of opens a watch
    if (heardMs === null || silentMs === null) return { againAtMs: nowMs + HOUR_MS };
    return silentMs <= nowMs ? { dueSinceMs: heardMs } : { againAtMs: silentMs };
  },
});

/** Each event that is heard of one says so: a watch that is open stays as it is. */
export function hear(shipment: Shipment, acceptedAtMs: number, policy: SupplyPolicy): Watching {
  const heardMs = Math.max(shipment.heardMs ?? acceptedAtMs, acceptedAtMs);
  const silentMs = Math.min(LAST_MS, heardMs + SECOND_MS * policy.shipments.silenceSeconds);
  shipment.heardMs = heardMs;
  shipment.silentMs = silentMs;
  if (shipment.deliveredMs !== null || shipment.dispatched === null) return {};
  return { [UNSCANNED]: silentMs };
}

export const watchPromise = (shipment: Shipment, policy: SupplyPolicy): Watching => ({ [OVERDUE]: overdueMs(shipment, policy) });
export const watchNoMore: Watching = { [OVERDUE]: null, [UNSCANNED]: null };
