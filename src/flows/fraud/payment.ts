/** The fraud flow's events, as senders give them: strict about what it reads, loose about the rest. */
import { z } from 'zod';
import type { FlowEvent, JsonObject } from '../../domain/event.ts';
import type { EventType, Exposure } from '../../domain/flow.ts';

const AMOUNT_MAX = 1e12;
const id = z.string().min(1).max(256);
const short = z.string().min(1).max(64);
const text = z.string().max(512);

const money = { amount: z.number().min(0).max(AMOUNT_MAX), currency: short };
const ids = { paymentId: id, cardId: id, terminalId: id };

const attempted = z.looseObject({
  ...ids,
  ...money,
  country: text.optional(),
  channel: text.optional(),
  email: text.optional(),
  ip: text.optional(),
  deviceId: text.optional(),
});
const failed = z.looseObject({ ...ids, ...money, code: text });
const disputed = z.looseObject({ ...ids, fraud: z.boolean() });

export type Attempted = z.infer<typeof attempted>;
export type Disputed = z.infer<typeof disputed>;

export const ATTEMPTED = 'payment.attempted';
export const FAILED = 'payment.failed';
export const DISPUTED = 'payment.disputed';

const FIELDS: Readonly<Record<string, Exposure>> = {
  ...{ paymentId: 'plain', cardId: 'plain', terminalId: 'plain', amount: 'plain', currency: 'plain', fraud: 'plain' },
  ...{ country: 'untrusted', channel: 'untrusted', code: 'untrusted' },
  ...{ email: 'personal', ip: 'personal', deviceId: 'personal' },
};

const ofCard = (schema: z.ZodType): EventType => ({
  // what passes is the JSON that came in: the schemas name fields, they change none
  schema: schema as z.ZodType<JsonObject>,
  subject: (data) => String(data.cardId),
  fields: FIELDS,
});

export const paymentTypes = {
  [ATTEMPTED]: ofCard(attempted),
  [FAILED]: ofCard(failed),
  [DISPUTED]: ofCard(disputed),
} as const;

/** The data of an accepted event: the edge has checked it against the schema of its type. */
export const attemptedOf = ({ data }: FlowEvent): Attempted => data as unknown as Attempted;
export const disputedOf = ({ data }: FlowEvent): Disputed => data as unknown as Disputed;

export const CARD_KEY = 'card:';
export const TERMINAL_KEY = 'terminal:';

/** The states that an event reads and writes: its card's and, but for a failure, its terminal's. */
export function keysOf({ type, data }: FlowEvent): string[] {
  const card = `${CARD_KEY}${data.cardId}`;
  return type === FAILED ? [card] : [card, `${TERMINAL_KEY}${data.terminalId}`];
}
