/** The shapes of actions and of their receivers. */
import { z } from 'zod';
import { ACTION_STATES } from '../../actions/actions.ts';
import { filterText, listParameters } from '../http/listQuery.ts';

const id = (prefix: string): z.ZodString => z.string().regex(new RegExp(`^${prefix}_`));
const at = z.iso.datetime();
const state = z.enum(ACTION_STATES);

/** As a decision shows what followed from it. */
export const takenAction = z.object({
  id: id('act'),
  action: z.string(),
  state,
  undoes: id('act').nullable(),
  stands: z.boolean().describe('Done, though its outcome failed, and not taken back: somebody has to see to it'),
});

export const action = z.object({
  id: id('act').describe('Its idempotency key: the `webhook-id` of every try'),
  state,
  flow: z.string(),
  subject: z.string(),
  event: z.object({ event: id('evt'), source: z.string(), id: z.string(), type: z.string(), time: at }),
  action: z.string(),
  decision: id('dec'),
  undoes: id('act').nullable().describe('For one that takes another back: which'),
  tries: z.number().int().describe('Since it was planned or tried anew'),
  redrives: z.number().int(),
  error: z.object({ code: z.string().nullable(), detail: z.string() }).nullable(),
  receiver: id('rcv').nullable(),
  plannedAt: at,
  nextTryAt: at.nullable(),
  endedAt: at.nullable(),
  links: z.record(z.string(), z.string()),
});

export const actionDetail = action.extend({ message: z.record(z.string(), z.unknown()).describe('What every try sends') });

export const receiver = z.object({
  id: id('rcv'),
  url: z.string().describe('Without credentials and query'),
  state: z.enum(['disabled', 'enabled']),
  disabledAt: at.nullable(),
  why: z.string(),
  enabledAt: at.nullable(),
  enabledBy: z.string().nullable(),
});

export const actionsQuery = z.strictObject({
  ...listParameters,
  state: z
    .enum([...ACTION_STATES, 'all'])
    .optional()
    .describe('`all` unless told'),
  flow: filterText.optional(),
});
