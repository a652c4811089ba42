/** The shapes of the API as zod schemas: what requests are parsed by and what the OpenAPI document is made from. */
import { z } from 'zod';
import { ERRORS, type ErrorCode } from '../../domain/errors.ts';
import { filterText, listParameters } from '../http/listQuery.ts';
import { action, receiver, takenAction } from './actionShapes.ts';
import { llmCall } from './llmCallShapes.ts';
import { truth } from './qualityShapes.ts';

export const id = (prefix: string): z.ZodString => z.string().regex(new RegExp(`^${prefix}_`));
export const at = z.iso.datetime();
export const details = z.record(z.string(), z.unknown());

export const decision = z.object({
  id: id('dec'),
  outcome: z.string(),
  confidence: z.number().min(0).max(1),
  score: z.number().nullable(),
  rung: z.enum(['rules', 'model', 'llm', 'human', 'default']),
  reasons: z.array(z.object({ code: z.string(), text: z.string(), weight: z.number().optional() })),
  result: details,
  provisional: z.boolean(),
  revises: id('dec').nullable(),
  policy: z.string().describe('<flow>@<12 hex digits of its content>'),
  at,
});

const run = z.object({ id: z.string(), run: z.string().nullable(), url: z.string().nullable() });

export const receipt = z.object({
  event: id('evt'),
  source: z.string(),
  id: z.string(),
  status: z.enum(['decided', 'signalled', 'recorded', 'unrouted', 'expired', 'quarantined']),
  duplicate: z.literal(true).optional(),
  flow: z.string().nullable(),
  subject: z.string().nullable(),
  decision: decision.nullable(),
  workflow: run.nullable(),
  links: z.object({ event: z.string(), decision: z.string().optional(), subject: z.string().optional(), approval: z.string().optional() }),
});

export const eventRef = z.object({ event: id('evt'), source: z.string(), id: z.string(), type: z.string(), time: at });

const decisionItem = decision.extend({ flow: z.string(), subject: z.string(), event: eventRef });

const rung = z.object({
  rung: decision.shape.rung,
  outcome: z.string().nullable(),
  confidence: z.number().nullable(),
  ms: z.number(),
  costUsd: z.number().optional(),
  abstained: z.string().optional(),
});

export const decisionDetail = decisionItem.extend({
  rungs: z.array(rung),
  costUsd: z.number(),
  truth: truth.nullable().describe('What later turned out to be true, by the last label'),
  actions: z.array(takenAction),
  llmCalls: z.array(llmCall).describe('Requests to LLMs about its event, in order'),
  workflow: run.nullable(),
  links: z.record(z.string(), z.string()),
});

export const storedEvent = receipt.extend({
  acceptedAt: at,
  position: z.number().int(),
  cloudevent: details.nullable(),
  decisions: z.array(decision),
  adoptions: z.array(id('evt')).optional().describe('What it is in the logs of other flows that took it over, where any did'),
  adoptedFrom: id('evt').optional().describe('Of what a flow took over: the event that it was when it was accepted'),
});

const quarantinedEvent = receipt.extend({ type: z.string(), acceptedAt: at, reason: z.string().nullable() });

export const problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  code: z.enum(Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]]),
  detail: z.string().optional(),
  errors: z.array(z.object({ pointer: z.string(), detail: z.string() })).optional(),
});

export const batchResults = z.object({ results: z.array(z.union([receipt, z.object({ status: z.literal('rejected'), problem })])) });

export const accepted = z.union([receipt, batchResults]);

export const flow = z.object({
  name: z.string(),
  title: z.string(),
  types: z.record(z.string(), details).describe('JSON schema of the data, by event type'),
  follows: z.record(z.string(), details).describe('The same of the types that it takes over from other flows'),
  workflow: z.string().nullable(),
  policy: z.string().nullable(),
  code: z.string().nullable().describe('What folds its events now: SHA-256 of reflex and model'),
  entries: z.number().int().describe('Last position of its log'),
  waiting: z.number().int(),
  quarantined: z.number().int(),
  openApprovals: z.number().int(),
});

export const timeline = z.object({
  flow: z.string(),
  subject: z.string(),
  workflow: run.nullable(),
  state: details,
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

export const ready = z.object({
  ready: z.boolean(),
  database: z.object({ ok: z.boolean() }),
  temporal: z.object({ ok: z.boolean(), address: z.string(), namespace: z.string(), web: z.string().nullable() }),
  worker: z.object({ ok: z.boolean() }),
  backlog: z.object({ events: z.number().int(), oldestSeconds: z.number() }),
  otherCode: z.array(z.string()).optional(),
});

export const listOf = <Item extends z.ZodType>(item: Item) => z.object({ items: z.array(item), next: z.string(), more: z.boolean() });

export const eventList = listOf(storedEvent);
export const decisionList = listOf(decisionItem);
export const flowList = listOf(flow);
export const actionList = listOf(action);
export const receiverList = listOf(receiver);
export const quarantineList = listOf(quarantinedEvent);

export const pageQuery = z.strictObject(listParameters);
export const eventsQuery = z.strictObject({
  ...listParameters,
  after: listParameters.after.describe('The cursor `next` of an earlier page; `end`: from now on; absent: from the start'),
  source: filterText.optional(),
  id: filterText.optional(),
  flow: filterText.optional(),
  type: filterText.optional(),
});
export const decisionsQuery = z.strictObject({
  ...listParameters,
  flow: filterText.optional(),
  subject: filterText.optional(),
  outcome: filterText.optional(),
});
export const quarantineQuery = z.strictObject({ ...listParameters, flow: filterText.optional() });
