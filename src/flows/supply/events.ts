/** The supply flow's events, as senders give them: strict about what it reads, loose about the rest. */
import { z } from 'zod';
import { defineEvents, type TypedEvent } from '../../kit/defineEvents.ts';
import type { SupplyPolicy } from './policy.ts';

const QUANTITY_MAX = 1e9;

/** A sku has no `@`, and so is told from its location; a shipment has none, and so is told from both. */
const code = z
  .string()
  .min(1)
  .max(200)
  .regex(/^[^@]*$/, 'must hold no @');
const location = z.string().min(1).max(200);
const named = z.string().min(1).max(100);
const quantity = z.number().min(0).max(QUANTITY_MAX);
const instant = z.iso.datetime({ offset: true });

const stockFields = { sku: 'id', location: 'id', onHand: 'plain', onOrder: 'plain', quantity: 'plain' } as const;
const shipmentFields = {
  ...stockFields,
  shipmentId: 'id',
  carrier: 'untrusted',
  mode: 'untrusted',
  place: 'untrusted',
  promisedAt: 'plain',
} as const;
const ownFields = { since: 'plain', due: 'plain', opened: 'plain' } as const;

export const COUNTED = 'stock.counted';
export const DEMANDED = 'demand.recorded';
export const SOLD = 'sale.recorded';
export const CONFIRMED = 'order.confirmed';
export const DISPATCHED = 'shipment.dispatched';
export const SCANNED = 'shipment.scanned';
export const DELIVERED = 'shipment.delivered';
/** The flow's own: the window of an order has passed. */
export const ORDER_DUE = 'order.due';
/** The flow's own: the promised time has passed. */
export const OVERDUE = 'shipment.overdue';
/** The flow's own: nothing has been heard of a shipment for too long. */
export const UNSCANNED = 'shipment.unscanned';

export const stockId = (sku: string, at: string): string => `${sku}@${at}`;
export const isStock = (subject: string): boolean => subject.includes('@');

const stock = ({ sku, location: at }: { sku: string; location: string }): string => stockId(sku, at);
const shipment = ({ shipmentId }: { shipmentId: string }): string => shipmentId;
const shipmentOwn = { schema: z.looseObject({ shipmentId: code, since: instant, due: instant, opened: instant }), subject: shipment };

export const supplyEvents = defineEvents({
  [COUNTED]: {
    schema: z.looseObject({ sku: code, location, onHand: quantity, onOrder: quantity }),
    ...{ subject: stock, fields: stockFields },
  },
  [DEMANDED]: { schema: z.looseObject({ sku: code, location, quantity }), subject: stock, fields: stockFields },
  [CONFIRMED]: {
    schema: z.looseObject({ order: z.string().min(1).max(200), of: z.string().min(1).max(401) }),
    subject: ({ of }) => of,
    fields: { order: 'id', of: 'id' },
  },
  [DISPATCHED]: {
    schema: z.looseObject({
      ...{ shipmentId: code, sku: code, quantity, location: location.optional() },
      ...{ carrier: named.optional(), mode: named.optional(), promisedAt: instant },
    }),
    ...{ subject: shipment, fields: shipmentFields },
  },
  [SCANNED]: { schema: z.looseObject({ shipmentId: code, place: named }), subject: shipment, fields: shipmentFields },
  [DELIVERED]: { schema: z.looseObject({ shipmentId: code }), subject: shipment, fields: shipmentFields },
  [ORDER_DUE]: {
    schema: z.looseObject({ stock: z.string().min(1).max(401), since: instant, due: instant, opened: instant }),
    ...{ subject: ({ stock: of }: { stock: string }) => of, fields: { stock: 'id', ...ownFields }, own: true },
  },
  [OVERDUE]: { ...shipmentOwn, fields: { ...shipmentFields, ...ownFields }, own: true },
  [UNSCANNED]: { ...shipmentOwn, fields: { ...shipmentFields, ...ownFields }, own: true },
});

/** Sales are demand: of the place that the policy names where they name none. Pricing answers them. */
export const followedEvents = defineEvents({
  [SOLD]: {
    schema: z.looseObject({ sku: code, quantity, store: location.optional() }),
    subject: ({ sku, store }: { sku: string; store?: string | undefined }, { defaultLocation }: SupplyPolicy) =>
      stockId(sku, store ?? defaultLocation),
    fields: { sku: 'id', quantity: 'plain', store: 'id' },
  },
});

export const allEvents = { ...supplyEvents, ...followedEvents };

export type SupplyEvent<Type extends keyof typeof allEvents> = TypedEvent<typeof allEvents, Type>;
