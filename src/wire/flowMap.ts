/** The way of events: their types, the flows that take them, what these decide, and what follows. */
import { z } from 'zod';
import { at } from './fields.ts';
import { filterText } from './list.ts';

export const MAP_MINUTES_MAX = 44_640;

const node = z.object({
  id: z.string(),
  kind: z.enum(['type', 'flow', 'outcome', 'action']),
  name: z.string(),
  flow: z.string().nullable().describe('Whose outcome or action it is; of a type that a flow makes itself: which'),
  title: z.string(),
});

const edge = z.object({
  from: z.string(),
  to: z.string(),
  count: z.number().int().describe('Within the window: events taken or made, final decisions, actions that were done'),
  failed: z.number().int().describe('Of actions: how many ended otherwise than done'),
});

export const flowMapQuery = z.strictObject({
  flow: filterText.optional().describe('This flow alone, with whoever follows it; all of them unless told'),
  minutes: z
    .string()
    .regex(/^[1-9]\d{0,4}$/, { error: `must be 1 to ${MAP_MINUTES_MAX}`, abort: true })
    .refine((text) => Number(text) <= MAP_MINUTES_MAX, `must be 1 to ${MAP_MINUTES_MAX}`)
    .optional()
    .describe(`Counted over so many minutes up to now, at most ${MAP_MINUTES_MAX}; 1440 unless told`),
});

export const flowMap = z.object({
  from: at,
  to: at,
  nodes: z.array(node).describe('What is declared, and what was seen beside it'),
  edges: z.array(edge),
  behind: z.number().int().describe('Entries and records of cases that have not been counted yet'),
});

export type FlowMap = z.infer<typeof flowMap>;

export const flowMapExample: FlowMap = {
  ...{ from: '2026-03-01T10:00:00.000Z', to: '2026-03-02T10:00:00.000Z', behind: 0 },
  nodes: [
    { id: 'type payment.attempted', kind: 'type', name: 'payment.attempted', flow: null, title: 'payment.attempted' },
    { id: 'flow fraud', kind: 'flow', name: 'fraud', flow: null, title: 'Card payments' },
    { id: 'outcome fraud approve', kind: 'outcome', name: 'approve', flow: 'fraud', title: 'approve' },
    { id: 'action fraud release', kind: 'action', name: 'release', flow: 'fraud', title: 'release' },
  ],
  edges: [
    { from: 'type payment.attempted', to: 'flow fraud', count: 230, failed: 0 },
    { from: 'flow fraud', to: 'outcome fraud approve', count: 215, failed: 0 },
    { from: 'outcome fraud approve', to: 'action fraud release', count: 12, failed: 1 },
  ],
};
