/**
 * Folds what is counted, sold and shipped. A count is decided: enough, or so much is to be ordered; so is what a shipment shows of how late
 * it will be. What costs something goes to its case.
 */
import { readInstant } from '../../domain/instant.ts';
import { defineReflex } from '../../kit/defineReflex.ts';
import * as told from './events.ts';
import { type Lesson, type SupplyMemory, supplyMemory } from './memory.ts';
import type { SupplyPolicy } from './policy.ts';
import { judgeShipment } from './shipments/judgeShipment.ts';
import { PLACES_MAX, type Shipment, shipmentState } from './shipments/shipment.ts';
import { hear, watchNoMore, watchPromise } from './shipments/watches.ts';
import { addDemand, rollTo } from './stock/forecast.ts';
import { judgeOrder } from './stock/orderDue.ts';
import { periodAt } from './stock/periods.ts';
import { propose } from './stock/propose.ts';
import { type Stock, stockState } from './stock/stock.ts';

const DAY_MS = 86_400_000;
/** Demand and scans that come later than this behind what was heard since are recorded, not folded. */
const LATENESS_MS = 62 * DAY_MS;

/** To the case, which may wait for it: it decides nothing. */
const handedOn = { signal: { found: {}, rungs: [] } };

const stockAlone = (_: unknown, subject: string) => ({ stock: subject });
const shipmentAlone = (_: unknown, subject: string) => ({ shipment: subject });

interface Demanded {
  readonly sku: string;
  readonly location: string;
  readonly quantity: number;
}

interface Demanding {
  readonly event: Parameters<typeof propose>[1]['event'];
  readonly policy: SupplyPolicy;
  readonly memory: SupplyMemory;
}

/** What was sold is no longer there; an order is proposed where that is the one too many. */
function takeDemand(stock: Stock, { sku, location, quantity }: Demanded, { event, policy, memory: { baskets } }: Demanding) {
  addDemand(stock.demand, quantity, { at: periodAt(policy.demand.period, event.timeMs), terms: policy.demand });
  if (stock.counted !== null && event.timeMs >= stock.counted.atMs) stock.counted.onHand -= quantity;
  return { states: { stock }, ...propose(stock, { sku, location, event, policy, baskets, always: false }) };
}

const takeDelivery = (shipment: Shipment, timeMs: number, { shipments }: SupplyPolicy): { lesson?: Lesson } => {
  const { dispatched, places } = shipment;
  if (dispatched === null) return {};
  const { carrier, mode, promisedMs } = dispatched;
  const delayDays = (timeMs - promisedMs) / DAY_MS;
  return {
    lesson: { lesson: 'delivered', carrier, mode, places: [...places], delayDays, atMs: timeMs, halfLifeDays: shipments.halfLifeDays },
  };
};

export const supplyReflex = defineReflex({
  events: told.allEvents,
  states: { stock: stockState, shipment: shipmentState },
  subject: (subject) => (told.isStock(subject) ? 'stock' : 'shipment'),
  keys: {
    [told.COUNTED]: stockAlone,
    [told.DEMANDED]: stockAlone,
    [told.SOLD]: stockAlone,
    [told.ORDER_DUE]: stockAlone,
    [told.CONFIRMED]: (_, subject) => (told.isStock(subject) ? { stock: subject } : {}),
    [told.DISPATCHED]: shipmentAlone,
    [told.SCANNED]: shipmentAlone,
    [told.DELIVERED]: shipmentAlone,
    [told.OVERDUE]: shipmentAlone,
    [told.UNSCANNED]: shipmentAlone,
  },
  latenessMs: LATENESS_MS,
  timeless: [told.DELIVERED, told.CONFIRMED],
  memory: supplyMemory,
  on: {
    [told.COUNTED]({ stock }, event, policy: SupplyPolicy, { baskets }: SupplyMemory) {
      const { sku, location, onHand, onOrder } = event.data;
      rollTo(stock.demand, periodAt(policy.demand.period, event.timeMs), policy.demand);
      // an older count knows nothing that a newer one did not
      if (stock.counted === null || event.timeMs >= stock.counted.atMs) stock.counted = { onHand, onOrder, atMs: event.timeMs };
      return { states: { stock }, ...propose(stock, { sku, location, event, policy, baskets, always: true }) };
    },
    [told.DEMANDED]: ({ stock }, event, policy: SupplyPolicy, memory: SupplyMemory) =>
      takeDemand(stock, event.data, { event, policy, memory }),
    [told.SOLD]({ stock }, event, policy: SupplyPolicy, memory: SupplyMemory) {
      const { sku, quantity, store: location = policy.defaultLocation } = event.data;
      return takeDemand(stock, { sku, location, quantity }, { event, policy, memory });
    },
    [told.ORDER_DUE]: ({ stock }, event, policy: SupplyPolicy, { baskets }: SupplyMemory) => ({
      states: { stock },
      ...judgeOrder(stock, event, { policy, baskets }),
    }),
    [told.CONFIRMED]({ stock }) {
      if (stock === undefined) return handedOn;
      if (stock.pending !== null && stock.counted !== null) stock.counted.onOrder += stock.pending.quantity;
      stock.pending = null;
      return { states: { stock }, ...handedOn };
    },
    [told.DISPATCHED]({ shipment }, event, policy: SupplyPolicy, { lanes }: SupplyMemory) {
      const { sku, quantity, location = policy.defaultLocation, carrier = '', mode = '', promisedAt } = event.data;
      const first = shipment.dispatched === null;
      shipment.dispatched = { sku, location, quantity, carrier, mode, promisedMs: readInstant(promisedAt) ?? event.timeMs };
      const { deliveredMs } = shipment;
      // it was there before it was told of: nothing is to be watched for, but something to be learnt
      if (deliveredMs !== null)
        return {
          states: { shipment },
          ...judgeShipment(shipment, { event, policy, lanes }),
          ...(first ? takeDelivery(shipment, deliveredMs, policy) : {}),
        };
      const watches = { ...hear(shipment, event.acceptedAtMs, policy), ...watchPromise(shipment, policy) };
      return { watches, ...judgeShipment(shipment, { event, policy, lanes }), states: { shipment } };
    },
    [told.SCANNED]({ shipment }, event, policy: SupplyPolicy, { lanes }: SupplyMemory) {
      const { place } = event.data;
      if (shipment.places.at(-1) !== place) shipment.places.push(place);
      if (shipment.places.length > PLACES_MAX) shipment.places.shift();
      const watches = hear(shipment, event.acceptedAtMs, policy);
      const over = shipment.deliveredMs !== null;
      return { watches, ...(over ? {} : judgeShipment(shipment, { event, policy, lanes })), states: { shipment } };
    },
    [told.DELIVERED]({ shipment }, event, policy: SupplyPolicy) {
      const again = shipment.deliveredMs !== null;
      shipment.deliveredMs ??= event.timeMs;
      return {
        ...{ states: { shipment }, watches: watchNoMore },
        ...(again ? {} : takeDelivery(shipment, event.timeMs, policy)),
        ...(shipment.asked && !again ? handedOn : {}),
      };
    },
    [told.OVERDUE]({ shipment }, event, policy: SupplyPolicy, { lanes }: SupplyMemory) {
      const missing = { code: 'overdue', text: `It was to come by ${event.data.since} and is not there by ${event.data.due}` };
      return { ...judgeShipment(shipment, { event, policy, lanes, missing }), states: { shipment } };
    },
    [told.UNSCANNED]({ shipment }, event, policy: SupplyPolicy, { lanes }: SupplyMemory) {
      const missing = { code: 'unscanned', text: `Nothing has been heard of it since ${event.data.since}` };
      return { ...judgeShipment(shipment, { event, policy, lanes, missing }), states: { shipment } };
    },
  },
});
