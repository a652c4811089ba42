/** What trying many anew would do, before it is done. */
import { z } from 'zod';
import { at, id } from './fields.ts';
import { filterText } from './list.ts';
import { status } from './receipt.ts';

const PREVIEWED_MAX = 200;

const limit = z
  .int()
  .min(1)
  .max(PREVIEWED_MAX)
  .optional()
  .describe('So many at most, 200 unless told. What comes behind is asked for by `after`');

const refused = z
  .object({ code: z.string(), detail: z.string() })
  .nullable()
  .describe('Why it would be refused, as the redrive itself would say it; null: it would not');

/** `ids` alone, or a filter. */
const alone =
  (ids: string) =>
  (asked: object): boolean =>
    !Object.hasOwn(asked, ids) || Object.keys(asked).length === 1;

export const eventsPreviewRequest = z
  .strictObject({
    events: z
      .array(id('evt'))
      .min(1)
      .max(PREVIEWED_MAX)
      .optional()
      .describe('These, late and expired ones too; then nothing else may be said'),
    flow: filterText.optional(),
    type: filterText.optional(),
    reason: filterText.optional().describe('The whole text of why they are in quarantine'),
    after: id('evt').optional().describe('The `next` of an earlier preview'),
    limit,
  })
  .refine(alone('events'), { message: 'must stand alone, without a filter', path: ['events'] });

const total = z.object({
  count: z.int().describe('All that fit, 10,000 at most'),
  more: z.boolean().describe('Whether there are more than were counted'),
});

const etag = z.string().describe('For `If-Match` of the redrive: it then does what is told here, or nothing (412)');

const eventPreview = z.object({
  event: id('evt'),
  flow: z.string(),
  subject: z.string().nullable(),
  type: z.string(),
  acceptedAt: at,
  reason: z.string().nullable().describe('Why it went no further'),
  would: z.object({
    status: status.describe('What it would become'),
    outcome: z.string().nullable().describe('What its reflex would decide; null: nothing'),
    provisional: z.boolean(),
    why: z.string().nullable().describe('The first reason of that decision'),
    refused,
  }),
  etag,
});

export const eventsPreview = z.object({
  at,
  total,
  groups: z
    .array(z.object({ flow: z.string(), type: z.string(), reason: z.string().nullable(), count: z.int() }))
    .describe('All that fit, the most first, 50 at most'),
  items: z.array(eventPreview).describe('In the order in which they would be folded, each after those before it'),
  next: id('evt').nullable().describe('For `after`; null: these were all'),
});

export const actionsPreviewRequest = z
  .strictObject({
    actions: z.array(id('act')).min(1).max(PREVIEWED_MAX).optional().describe('These; then nothing else may be said'),
    state: z.enum(['dead', 'not-sent']).optional().describe('`dead` unless told'),
    flow: filterText.optional(),
    action: filterText.optional(),
    code: filterText.optional().describe('The code of the last error'),
    after: id('act').optional().describe('The `next` of an earlier preview'),
    limit,
  })
  .refine(alone('actions'), { message: 'must stand alone, without a filter', path: ['actions'] });

const actionPreview = z.object({
  action: id('act'),
  flow: z.string(),
  subject: z.string(),
  name: z.string(),
  state: z.string(),
  error: z.object({ code: z.string().nullable(), detail: z.string() }).nullable(),
  would: z.object({
    brings: z.array(z.string()).describe('Others of its outcome that are planned again with it'),
    comesWith: id('act').nullable().describe('One before it in this list that brings it: it needs no redrive of its own'),
    refused,
  }),
  etag,
});

export const actionsPreview = z.object({
  at,
  total,
  groups: z
    .array(z.object({ flow: z.string(), name: z.string(), code: z.string().nullable(), count: z.int() }))
    .describe('All that fit, the most first, 50 at most'),
  items: z.array(actionPreview),
  next: id('act').nullable().describe('For `after`; null: these were all'),
});

export type Refused = NonNullable<z.infer<typeof refused>>;
export type EventsPreviewRequest = z.infer<typeof eventsPreviewRequest>;
export type EventsPreview = z.infer<typeof eventsPreview>;
export type ActionsPreviewRequest = z.infer<typeof actionsPreviewRequest>;
export type ActionsPreview = z.infer<typeof actionsPreview>;
