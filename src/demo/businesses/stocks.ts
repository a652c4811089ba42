/** Stocks that are sold from and ordered for, suppliers who mostly confirm, carriers of whom one is often late. */
import { Agenda, type Business, DAY_MS, type Happening, keepNewest } from '../business.ts';
import type { Random } from '../random.ts';

const STOCKS = 12;
const LOCATIONS = ['main', 'east', 'west'];
const HISTORY_WEEKS = 20;
const HISTORY_SHIPMENTS = 160;
const CARRIERS: readonly { readonly name: string; readonly late: number }[] = [
  { name: 'swift', late: 0.05 },
  { name: 'usual', late: 0.2 },
  { name: 'slow', late: 0.6 },
];
const CONFIRMS = 0.9;
const CONFIRM_MS = 4000;
/** Minutes stand for days here. */
const TRIP_MS = 30_000;
const LATE_MS = 60_000;

interface Stock {
  readonly sku: string;
  readonly location: string;
  readonly weekly: number;
  onHand: number;
}

export function stocks(random: Random): Business {
  const agenda = new Agenda();
  const all = Array.from({ length: STOCKS }, (_, nth): Stock => {
    const weekly = random.between(2, 20);
    return { sku: `part-${nth}`, location: random.of(LOCATIONS), weekly, onHand: Math.round(weekly * 2) };
  });
  const lateShipments = new Map<string, boolean>();
  let shipments = 0;

  function dispatched(atMs: number, tripMs: number): { first: Happening; late: boolean; carrier: string } {
    shipments += 1;
    const { name, late } = random.of(CARRIERS);
    const shipmentId = `shipment-${shipments}-${atMs.toString(36)}`;
    const isLate = random.chance(late);
    lateShipments.set(shipmentId, isLate);
    keepNewest(lateShipments);
    const { sku, location } = random.of(all);
    const promisedAt = new Date(atMs + tripMs).toISOString();
    const data = { shipmentId, sku, location, quantity: 5 + random.below(40), carrier: name, mode: 'road', promisedAt };
    return { first: { type: 'shipment.dispatched', atMs, data }, late: isLate, carrier: name };
  }

  const delivered = ({ data }: Happening, atMs: number): Happening => ({
    type: 'shipment.delivered',
    atMs,
    data: { shipmentId: data.shipmentId },
  });

  return {
    flow: 'supply',
    share: 0.04,
    labelled: 1,
    policy: {
      'orders.windowSeconds': 10,
      'orders.confirmSeconds': 30,
      'orders.pendingSeconds': 120,
      'shipments.graceSeconds': 5,
      'shipments.silenceSeconds': 300,
      'shipments.deliverySeconds': 180,
      'approvals.deadlineSeconds': 60,
      'approvals.remindersSeconds': [],
      'approvals.escalation': [],
    },
    history(nowMs) {
      const past: Happening[] = [];
      for (const { sku, location, weekly } of all)
        for (let week = HISTORY_WEEKS; week > 0; week -= 1) {
          const atMs = nowMs - week * 7 * DAY_MS;
          past.push({ type: 'demand.recorded', atMs: Math.floor(atMs), data: { sku, location, quantity: random.poisson(weekly) } });
        }
      for (let nth = 0; nth < HISTORY_SHIPMENTS; nth += 1) {
        const atMs = Math.floor(nowMs - random.between(10, HISTORY_WEEKS * 7) * DAY_MS);
        const { first, late } = dispatched(atMs, 5 * DAY_MS);
        past.push(first, delivered(first, atMs + (late ? random.between(6, 9) : random.between(2, 5)) * DAY_MS));
      }
      return past.map((one) => ({ ...one, atMs: Math.floor(one.atMs) })).sort((a, b) => a.atMs - b.atMs);
    },
    next(nowMs, { perSecond, casesPerSecond }) {
      const stock = random.of(all);
      // a count may order, a shipment may be sped up: both open cases
      if (random.chance(Math.min(0.2, casesPerSecond / perSecond / 2)))
        return {
          type: 'stock.counted',
          atMs: nowMs,
          data: { sku: stock.sku, location: stock.location, onHand: Math.max(0, Math.round(stock.onHand)), onOrder: 0 },
        };
      if (random.chance(Math.min(0.2, casesPerSecond / perSecond / 2))) {
        const { first, late } = dispatched(nowMs, TRIP_MS);
        agenda.add(
          { type: 'shipment.scanned', atMs: nowMs + TRIP_MS / 2, data: { shipmentId: first.data.shipmentId, place: 'hub' } },
          delivered(first, nowMs + TRIP_MS + (late ? LATE_MS : -2000)),
        );
        return first;
      }
      const quantity = random.poisson(0.5);
      stock.onHand = Math.max(0, stock.onHand - quantity);
      return { type: 'demand.recorded', atMs: nowMs, data: { sku: stock.sku, location: stock.location, quantity } };
    },
    due: (nowMs) => agenda.takeDue(nowMs),
    act({ type, subject, result }, nowMs) {
      if (type !== 'supply.place-order' || typeof result.order !== 'string' || !random.chance(CONFIRMS)) return;
      agenda.add({ type: 'order.confirmed', atMs: nowMs + CONFIRM_MS, data: { order: result.order, of: subject } });
      for (const stock of all) if (subject === `${stock.sku}@${stock.location}`) stock.onHand += Math.round(stock.weekly);
    },
    claims: { none: 'on-time', expedite: 'late', reorder: 'late' },
    truth({ subject, type }) {
      const late = lateShipments.get(subject);
      return type !== 'shipment.dispatched' || late === undefined ? null : late ? 'late' : 'on-time';
    },
    approves: (_about, { outcome }) => outcome !== 'escalate',
  };
}
