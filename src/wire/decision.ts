/** Decisions: as receipts have them, as a feed lists them, and one with all that belongs to it. */
import { z } from 'zod';
import type * as domain from '../domain/decision.ts';
import { takenAction } from './action.ts';
import { eventRef } from './eventRef.ts';
import { at, details, id, jsonObject, links } from './fields.ts';
import { filterText, lastParameter, listOf, listParameters } from './list.ts';
import { llmCall } from './llmCall.ts';
import { truth } from './quality.ts';
import { run } from './run.ts';

const rungName = z.enum(['rules', 'model', 'llm', 'human', 'default']);

export const decision = z.object({
  id: id('dec'),
  outcome: z.string(),
  confidence: z.number().min(0).max(1),
  score: z.number().nullable(),
  rung: rungName,
  reasons: z.array(z.object({ code: z.string(), text: z.string(), weight: z.number().exactOptional() })),
  result: details,
  provisional: z.boolean(),
  revises: id('dec').nullable(),
  policy: z.string().describe('<flow>@<12 hex digits of its content>'),
  at,
}) satisfies z.ZodType<domain.Decision>;

export const decisionItem = decision.extend({ flow: z.string(), subject: z.string(), event: eventRef });

const rungFinding = z.object({
  rung: rungName,
  outcome: z.string().nullable(),
  confidence: z.number().nullable(),
  ms: z.number(),
  costUsd: z.number().exactOptional(),
  abstained: z.string().exactOptional(),
  seen: jsonObject.exactOptional().describe('What its conditions were held against'),
}) satisfies z.ZodType<domain.RungFinding>;

export const decisionDetail = decisionItem.extend({
  rungs: z.array(rungFinding),
  costUsd: z.number(),
  truth: truth.nullable().describe('What later turned out to be true, by the last label'),
  actions: z.array(takenAction),
  llmCalls: z.array(llmCall).describe('Requests to LLMs about its event, in order'),
  workflow: run.nullable(),
  links,
});

export const decisionList = listOf(decisionItem);

export const decisionsQuery = z.strictObject({
  ...listParameters,
  last: lastParameter,
  flow: filterText.optional(),
  subject: filterText.optional(),
  outcome: filterText.optional(),
});

export type DecisionItem = z.infer<typeof decisionItem>;
export type DecisionDetail = z.infer<typeof decisionDetail>;
