/** Flows, and the timeline of one subject. */
import { z } from 'zod';
import { at, details, jsonObject } from './fields.ts';
import { listOf } from './list.ts';
import { run } from './run.ts';

export const flow = z.object({
  name: z.string(),
  title: z.string(),
  types: z.record(z.string(), details).describe('JSON schema of the data, by event type'),
  follows: z.record(z.string(), details).describe('The same of the types that it takes over from other flows'),
  own: z.array(z.string()).describe('Those of `types` that the flow alone makes'),
  emits: z.record(z.string(), details).describe('The same of the events that it makes for others to follow'),
  workflow: z.string().nullable(),
  models: z
    .array(
      z.object({
        name: z.string(),
        version: z.string().describe('12 hex of the SHA-256 of its file'),
        script: z.string(),
        data: z.string(),
        trained: z.object({ from: z.iso.date(), to: z.iso.date() }).describe('The period of the data that it learned from'),
        calibrated: z.object({ from: z.iso.date(), to: z.iso.date() }).nullable(),
        figures: z.record(z.string(), z.number()),
        measured: z.string().describe('By what, and on which data'),
      }),
    )
    .describe('The trained ones that it decides with'),
  policy: z.string().nullable(),
  code: z.string().nullable().describe('What folds its events now: SHA-256 of reflex and model'),
  entries: z.number().int().describe('Last position of its log'),
  waiting: z.number().int(),
  quarantined: z.number().int(),
  openApprovals: z.number().int(),
});

export const flowList = listOf(flow);

export const timeline = z.object({
  flow: z.string(),
  subject: z.string(),
  workflow: run.nullable(),
  state: jsonObject,
  items: z.array(
    z.object({
      at,
      kind: z.enum(['event', 'decision', 'signal', 'rung', 'llm', 'approval', 'verdict', 'action', 'timer', 'outcome']),
      id: z.string(),
      title: z.string(),
      detail: details,
      causes: z.array(z.string()),
    }),
  ),
  next: z.string(),
  more: z.boolean(),
});

export type Timeline = z.infer<typeof timeline>;
export type FlowItem = z.infer<typeof flow>;
