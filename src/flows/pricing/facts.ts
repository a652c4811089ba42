/** The pricing flow's events, as senders give them: strict about what it reads, loose about the rest. */
import { z } from 'zod';
import { defineEvents, type TypedEvent } from '../../kit/defineEvents.ts';

const id = z.string().min(1).max(200);
/** A price is worked with as a logarithm: nothing is sold for nothing here. */
const price = z.number().min(1e-6).max(1e9);
const quantity = z.number().min(0).max(1e9);
const share = z.number().min(0).max(1);

const subject = ({ sku }: { sku: string }): string => sku;

export const SOLD = 'sale.recorded';
export const STOCKED = 'stock.changed';
export const COMPETED = 'competitor.priced';
export const COSTED = 'cost.changed';
/** Asks how much would be sold: nothing is learnt of it, and no price changes. */
export const CONSIDERED = 'price.considered';
/** Somebody has set a price, or has put an old one back: the flow knows it, and leaves it alone for a while. */
export const SET = 'price.set';

/** The flow's own: a person has agreed to a price; a price that was changed is what it was, as a person took the change back. */
export const AGREED = 'price.agreed';
export const RESTORED = 'price.restored';

const own = {
  ...{ schema: z.looseObject({ sku: id, price }), subject },
  fields: { sku: 'id', price: 'plain' },
  own: true,
} as const;

export const ownEvents = defineEvents({ [AGREED]: own, [RESTORED]: own });

export const pricingEvents = defineEvents({
  ...ownEvents,
  [SOLD]: {
    schema: z.looseObject({
      sku: id,
      quantity,
      price,
      store: id.optional(),
      // the share of it that was sold on a deal, and by an advertisement
      deal: share.optional(),
      advertised: share.optional(),
    }),
    subject,
    fields: { sku: 'id', quantity: 'plain', price: 'plain', store: 'id', deal: 'plain', advertised: 'plain' },
  },
  [STOCKED]: {
    schema: z.looseObject({ sku: id, onHand: quantity, inbound: quantity.optional() }),
    subject,
    fields: { sku: 'id', onHand: 'plain', inbound: 'plain' },
  },
  [COMPETED]: {
    schema: z.looseObject({ sku: id, competitor: id, price, store: id.optional() }),
    subject,
    fields: { sku: 'id', competitor: 'id', price: 'plain', store: 'id' },
  },
  [COSTED]: {
    schema: z.looseObject({ sku: id, cost: z.number().min(0).max(1e9) }),
    subject,
    fields: { sku: 'id', cost: 'plain' },
  },
  [CONSIDERED]: {
    schema: z.looseObject({
      sku: id,
      price,
      store: id.optional(),
      deal: share.optional(),
      advertised: share.optional(),
      // the cheapest of the competitors then, and when that is
      rival: price.optional(),
      at: z.iso.datetime().optional(),
    }),
    subject,
    fields: { sku: 'id', price: 'plain', store: 'id', deal: 'plain', advertised: 'plain', rival: 'plain', at: 'plain' },
  },
  [SET]: {
    schema: z.looseObject({ sku: id, price }),
    subject,
    fields: { sku: 'id', price: 'plain' },
  },
});

export type Sale = TypedEvent<typeof pricingEvents, typeof SOLD>;
export type Considered = TypedEvent<typeof pricingEvents, typeof CONSIDERED>;

/** The length keeps a product `a` in a store `b:c` apart from a product `a:b` in a store `c`. */
export const placeKey = (sku: string, store: string): string => `${sku.length}:${sku}:${store}`;
