/** What caused what: an event, its case, what that asked and did, and the events that followed. */
import { z } from 'zod';
import { at, id } from './fields.ts';

export const CAUSE_DEPTH_MAX = 16;
export const CAUSE_NODES_MAX = 500;

const kinds = z.enum(['event', 'case', 'decision', 'llm', 'approval', 'action', 'emission']);

const node = z.object({
  id: z.string().describe('An id of ours; of a case, the id of its workflow'),
  kind: kinds,
  title: z.string(),
  state: z.string().nullable().describe('How it stands or ended, in a word'),
  at: at.nullable(),
  flow: z.string().nullable(),
  subject: z.string().nullable(),
  url: z.string().nullable().describe("Of a case: its run in Temporal's Web UI"),
});

const whole = (max: number, otherwise: number, text: string) =>
  z
    .string()
    .regex(/^[1-9]\d{0,2}$/, { error: `must be 1 to ${max}`, abort: true })
    .refine((value) => Number(value) <= max, `must be 1 to ${max}`)
    .optional()
    .describe(`${text}, 1 to ${max}; ${otherwise} unless told`);

export const CAUSE_DEPTH = 6;
export const CAUSE_NODES = 100;

export const causesQuery = z.strictObject({
  depth: whole(CAUSE_DEPTH_MAX, CAUSE_DEPTH, 'Events one after the other, each way'),
  nodes: whole(CAUSE_NODES_MAX, CAUSE_NODES, 'Nodes at most'),
});

export const causes = z.object({
  event: id('evt'),
  nodes: z.array(node).describe('What led to the event first, then it, then what followed'),
  edges: z.array(z.object({ from: z.string(), to: z.string(), text: z.string().describe('What the first did to the second, in words') })),
  cut: z
    .object({ depth: z.boolean(), nodes: z.boolean() })
    .describe('There is more than is shown: behind the last events, or beyond the number of nodes'),
});

export type Causes = z.infer<typeof causes>;

const kept = { state: null, at: '2026-03-02T09:30:00.120Z', flow: 'fraud', subject: 'card-1', url: null };

export const causesExample: Causes = {
  event: 'evt_fraud.17',
  nodes: [
    { ...kept, id: 'evt_fraud.17', kind: 'event', title: 'payment.attempted', state: 'case' },
    {
      ...kept,
      id: 'fraud:card-1',
      kind: 'case',
      title: 'card-1',
      at: null,
      url: 'http://127.0.0.1:8233/namespaces/default/workflows/fraud%3Acard-1',
    },
    { ...kept, id: 'apr_fraud.17.0', kind: 'approval', title: 'a person is asked', state: 'decided' },
    { ...kept, id: 'dec_fraud.17.1', kind: 'decision', title: 'approve by human' },
    { ...kept, id: 'act_fraud.17.release', kind: 'action', title: 'release', state: 'done' },
  ],
  edges: [
    { from: 'evt_fraud.17', to: 'fraud:card-1', text: 'handed to' },
    { from: 'fraud:card-1', to: 'apr_fraud.17.0', text: 'asked' },
    { from: 'apr_fraud.17.0', to: 'dec_fraud.17.1', text: 'decided' },
    { from: 'dec_fraud.17.1', to: 'act_fraud.17.release', text: 'acted' },
  ],
  cut: { depth: false, nodes: false },
};
