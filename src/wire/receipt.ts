/** What the sender of an event is told, alone or for each of a batch. */
import { z } from 'zod';
import { decision } from './decision.ts';
import { id } from './fields.ts';
import { problem } from './problem.ts';
import { run } from './run.ts';

export const status = z.enum(['decided', 'signalled', 'recorded', 'unrouted', 'expired', 'quarantined']);

export const receipt = z.object({
  event: id('evt'),
  source: z.string(),
  id: z.string(),
  status,
  duplicate: z.literal(true).exactOptional(),
  flow: z.string().nullable(),
  subject: z.string().nullable(),
  decision: decision.nullable(),
  workflow: run.nullable(),
  links: z.object({
    event: z.string(),
    decision: z.string().exactOptional(),
    subject: z.string().exactOptional(),
    approval: z.string().exactOptional(),
    actions: z.string().exactOptional(),
  }),
  trace: z
    .string()
    .regex(/^[0-9a-f]{32}$/)
    .exactOptional()
    .describe('The id of the trace that the event is part of, if it came with one or the ingress began one'),
  note: z.string().exactOptional().describe('For people: of a type that no flow takes, and the known one that was probably meant'),
});

const rejected = z.object({ status: z.literal('rejected'), problem });

export const batchResults = z.object({ results: z.array(z.union([receipt, rejected])) });

export const accepted = z.union([receipt, batchResults]);

export type Receipt = z.infer<typeof receipt>;
export type BatchResults = z.infer<typeof batchResults>;
