/** Why an outcome did not happen. */
import { z } from 'zod';
import type * as domain from '../domain/conditions.ts';
import type { Json } from '../domain/event.ts';
import { id } from './fields.ts';
import { filterText } from './list.ts';

/** What JSON holds, without saying so again for each level of it. */
const anyJson = z.unknown() as unknown as z.ZodType<Json>;

const rungName = z.enum(['rules', 'model', 'llm', 'human', 'default']);

const condition = z.object({
  rung: rungName,
  name: z.string().describe('Stable: the code of the reason, where one is given'),
  text: z.string().describe('What is looked at, in words'),
  seen: anyJson.describe('null: it is not known any more, or nobody looked'),
  needed: z.string(),
  met: z.boolean().nullable().describe('null: not known'),
  limit: z.number().exactOptional().describe('The number that `seen` is held against'),
}) satisfies z.ZodType<domain.Condition>;

const rungWhy = z.object({
  rung: rungName,
  said: z.string().describe('What the rung said, in words'),
  conditions: z.array(condition),
  first: condition.nullable().describe('The first that did not hold'),
});

const outcomeWhy = z.object({
  outcome: z.string(),
  happened: z.boolean(),
  text: z.string().describe('The answer in a sentence'),
  rungs: z.array(rungWhy),
  first: condition.nullable().describe('The first of all rungs that did not hold'),
});

const flowWhy = z.object({
  flow: z.string(),
  takes: z.boolean().describe('Whether the flow takes events of this type'),
  event: id('evt').nullable().describe('What it is in the log of this flow; null: it is not there'),
  status: z.string().nullable(),
  text: z.string(),
  decision: id('dec').nullable().describe('The last one'),
  outcome: z.string().nullable(),
  provisional: z.boolean(),
  outcomes: z.array(outcomeWhy).describe('The one that was asked about; without `outcome`, all'),
  score: z
    .object({ value: z.number().nullable(), bands: z.array(z.object({ outcome: z.string(), from: z.number(), to: z.number() })) })
    .nullable()
    .describe('On its band; null: the flow has none'),
  flip: z
    .object({ outcome: z.string(), text: z.string(), conditions: z.array(condition) })
    .nullable()
    .describe('The nearest change by which the reflex would have said something else'),
});

export const whyNot = z.object({
  event: id('evt'),
  type: z.string(),
  outcome: z.string().nullable().describe('That was asked about'),
  text: z.string(),
  flows: z.array(flowWhy).describe('Those that took it first'),
});

export const whyNotQuery = z.strictObject({
  outcome: filterText.optional().describe('Of any flow; absent: all outcomes of the flows that took the event'),
});

export type WhyNot = z.infer<typeof whyNot>;
export type FlowWhy = z.infer<typeof flowWhy>;
