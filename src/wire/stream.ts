/** What a stream tells beside decisions, approvals and events: figures, and what is not well. */
import { z } from 'zod';
import { at } from './fields.ts';
import { filterText, listParameters } from './list.ts';

export const STREAM_KINDS = ['decision', 'approval', 'summary', 'health', 'event'] as const;
export type StreamKind = (typeof STREAM_KINDS)[number];

export const streamQuery = z.strictObject({
  after: listParameters.after.describe(
    'The `id` of the last frame that was read; absent: from now on; `start`: from the first on. `Last-Event-ID` goes before it',
  ),
  flow: filterText.optional().describe('Decisions, approvals and events of this flow alone'),
  kinds: z
    .string()
    .regex(/^[a-z]{1,20}(,[a-z]{1,20}){0,9}$/, 'must be names with commas between')
    .refine((text) => text.split(',').every((kind) => (STREAM_KINDS as readonly string[]).includes(kind)), {
      error: `must be of ${STREAM_KINDS.join(', ')}`,
    })
    .optional()
    .describe(
      'Which frames: of `decision,approval,summary,health`, which are sent unless told, and `event`: stored events as they are accepted',
    ),
});

const degraded = z.object({
  part: z.string().describe('`database`, `temporal`, `worker`, `clock`, `backlog`, `code:<flow>`, `llm:<model>` or `budget:<flow>`'),
  since: at.describe('When this ingress saw it first'),
  text: z.string().describe('In words, with what still goes on'),
});

/** Sent to each new client, and whenever it changes. */
export const health = z.object({ at, ready: z.boolean().describe('Events can be accepted'), degraded: z.array(degraded) });

const perSecond = z.number().min(0);

/** A sample of what the last seconds were like. */
export const summary = z.object({
  at,
  seconds: z.number().describe('How long the time is that the rates are over'),
  events: z.array(z.object({ flow: z.string().nullable(), perSecond })).describe('Accepted, by flow; null: what no flow takes'),
  decisions: z.array(z.object({ flow: z.string(), outcome: z.string(), provisional: z.boolean(), perSecond })),
  deciding: z
    .object({ events: z.number().int(), p50Ms: z.number().nullable(), p99Ms: z.number().nullable() })
    .describe('From taking an event to its commit, in this ingress; null: there was none'),
  backlog: z.object({ events: z.number().int(), oldestSeconds: z.number() }).describe('What no case has taken yet'),
  cases: z
    .array(
      z.object({
        flow: z.string(),
        state: z.enum(['deciding', 'asking-llm', 'awaiting-approval', 'acting', 'following']),
        events: z.number().int(),
        oldest: at.nullable(),
      }),
    )
    .describe('Events whose case is open, by what it does now'),
  llm: z.array(
    z.object({
      flow: z.string(),
      spentUsd: z.number().describe('In the window of this moment, with what is reserved'),
      budgetUsd: z.number(),
      windowSeconds: z.number().int(),
      until: at,
    }),
  ),
  degraded: z.array(degraded),
});

export type Degraded = z.infer<typeof degraded>;
export type Health = z.infer<typeof health>;
export type Summary = z.infer<typeof summary>;
export type OpenCases = Summary['cases'][number];
export type LlmSpend = Summary['llm'][number];
