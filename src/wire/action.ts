/** Actions: what followed from decisions. Receivers: where they are sent. */
import { z } from 'zod';
import { eventRef } from './eventRef.ts';
import { at, details, id, links } from './fields.ts';
import { filterText, listOf, listParameters } from './list.ts';

/** `refused`: above its limit. `skipped`: another of its outcome was refused or given up. Both are never sent. */
const ACTION_STATES = ['planned', 'done', 'not-sent', 'dead', 'refused', 'skipped'] as const;

const state = z.enum(ACTION_STATES);

/** As a decision shows what followed from it. */
export const takenAction = z.object({
  id: id('act'),
  action: z.string(),
  state,
  undoes: id('act').nullable(),
  stands: z.boolean().describe('Done, though its outcome failed, and not taken back: somebody has to see to it'),
});

const action = z.object({
  id: id('act').describe('Its idempotency key: the `webhook-id` of every try'),
  state,
  flow: z.string(),
  subject: z.string(),
  event: eventRef,
  action: z.string(),
  decision: id('dec'),
  undoes: id('act').nullable().describe('For one that takes another back: which'),
  tries: z.number().int().describe('Since it was planned or tried anew'),
  redrives: z.number().int(),
  error: z.object({ code: z.string().nullable(), detail: z.string() }).nullable(),
  receiver: id('rcv').nullable(),
  plannedAt: at,
  nextTryAt: at.nullable().describe('While it is planned and waits for its schedule, or for a try that is out'),
  endedAt: at.nullable(),
  links,
});

export const actionDetail = action.extend({ message: details.describe('What every try sends') });

export const actionList = listOf(action);

export const actionsQuery = z.strictObject({
  ...listParameters,
  state: z
    .enum([...ACTION_STATES, 'all'])
    .optional()
    .describe('`all` unless told'),
  flow: filterText.optional(),
  event: filterText.optional().describe('`evt_...`: what follows from it'),
});

export const undoRequest = z.strictObject({ reason: z.string().min(1).max(2000) });

export const receiver = z.object({
  id: id('rcv'),
  url: z.string().describe('Without credentials and query'),
  state: z.enum(['disabled', 'enabled']),
  disabledAt: at.nullable(),
  why: z.string(),
  enabledAt: at.nullable(),
  enabledBy: z.string().nullable(),
});

export const receiverList = listOf(receiver);

export type ActionState = z.infer<typeof state>;
export type ActionItem = Omit<z.infer<typeof action>, 'links'>;
export type ActionDetail = z.infer<typeof actionDetail>;
export type Receiver = z.infer<typeof receiver>;
