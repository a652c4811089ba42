/** The personalization flow's events, as senders give them: strict about what it reads, loose about the rest. */
import { z } from 'zod';
import { defineEvents, type TypedEvent } from '../../kit/defineEvents.ts';

const CART_ITEMS_MAX = 200;
const AMOUNT_MAX = 1e12;

const id = z.string().min(1).max(200);
/** IANA's, such as Europe/Berlin. One that nobody knows counts as the policy's own. */
const zone = z
  .string()
  .max(64)
  .regex(/^[A-Za-z][A-Za-z0-9_+/-]*$/, 'must be a time zone such as Europe/Berlin');
/** Of whoever is behind the session: who, whether they may be nudged, and where they are. */
const person = { userId: id.optional(), consent: z.boolean().optional(), zone: zone.optional() };
const amount = z.number().min(0).max(AMOUNT_MAX);
const line = z.looseObject({ itemId: id, quantity: amount, price: amount });

const subject = ({ sessionId }: { sessionId: string }): string => sessionId;
const fields = {
  sessionId: 'id',
  itemId: 'id',
  items: 'id',
  orderId: 'id',
  userId: 'personal',
  consent: 'plain',
  zone: 'plain',
} as const;
const instant = z.iso.datetime();

export const VIEWED = 'item.viewed';
export const CART = 'cart.changed';
export const ORDERED = 'order.completed';
/** The flow's own: a cart was filled, and nothing has been heard of its session for too long. */
export const ABANDONED = 'cart.abandoned';

export const shopEvents = defineEvents({
  [VIEWED]: { schema: z.looseObject({ sessionId: id, itemId: id, ...person }), subject, fields },
  [CART]: { schema: z.looseObject({ sessionId: id, ...person, items: z.array(line).max(CART_ITEMS_MAX) }), subject, fields },
  [ORDERED]: {
    schema: z.looseObject({
      sessionId: id,
      orderId: id,
      items: z
        .array(z.looseObject({ itemId: id }))
        .max(CART_ITEMS_MAX)
        .optional(),
    }),
    ...{ subject, fields },
  },
  [ABANDONED]: {
    schema: z.looseObject({ sessionId: id, since: instant, due: instant, opened: instant }),
    ...{ subject, own: true, fields: { ...fields, since: 'plain', due: 'plain', opened: 'plain' } },
  },
});

type Events = typeof shopEvents;
export type View = TypedEvent<Events, typeof VIEWED>;
export type CartChange = TypedEvent<Events, typeof CART>;
export type Order = TypedEvent<Events, typeof ORDERED>;
