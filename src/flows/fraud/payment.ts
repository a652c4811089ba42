/** The fraud flow's events, as senders give them: strict about what it reads, loose about the rest. */
import { z } from 'zod';
import { defineEvents, type TypedEvent } from '../../kit/defineEvents.ts';

const AMOUNT_MAX = 1e12;
const id = z.string().min(1).max(256);
const short = z.string().min(1).max(64);
const text = z.string().max(512);

const money = { amount: z.number().min(0).max(AMOUNT_MAX), currency: short };
const ids = { paymentId: id, cardId: id, terminalId: id };

export const ATTEMPTED = 'payment.attempted';
export const FAILED = 'payment.failed';
export const DISPUTED = 'payment.disputed';

const subject = ({ cardId }: { cardId: string }): string => cardId;

/** Of all three: senders may give with a failure or a dispute what they gave with the attempt. */
const fields = {
  paymentId: 'id',
  cardId: 'id',
  terminalId: 'id',
  amount: 'plain',
  currency: 'untrusted',
  fraud: 'plain',
  country: 'untrusted',
  channel: 'untrusted',
  code: 'untrusted',
  email: 'personal',
  ip: 'personal',
  deviceId: 'personal',
} as const;

export const paymentEvents = defineEvents({
  [ATTEMPTED]: {
    schema: z.looseObject({
      ...ids,
      ...money,
      country: text.optional(),
      channel: text.optional(),
      email: text.optional(),
      ip: text.optional(),
      deviceId: text.optional(),
    }),
    subject,
    fields,
  },
  [FAILED]: { schema: z.looseObject({ ...ids, ...money, code: text }), subject, fields },
  [DISPUTED]: { schema: z.looseObject({ ...ids, fraud: z.boolean() }), subject, fields },
});

export type Attempted = TypedEvent<typeof paymentEvents, typeof ATTEMPTED>;
export type Disputed = TypedEvent<typeof paymentEvents, typeof DISPUTED>;
