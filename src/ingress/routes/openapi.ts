/** The API as an OpenAPI 3.1 document, made from the schemas that requests are parsed by. */
import { z } from 'zod';
import { ERRORS } from '../../domain/errors.ts';
import * as approvals from '../../wire/approval.ts';
import { decisionsQuery } from '../../wire/decision.ts';
import { cloudEvent, cloudEventBatch, eventsQuery, quarantineQuery } from '../../wire/event.ts';
import { pageQuery } from '../../wire/list.ts';
import { qualityQuery } from '../../wire/quality.ts';
import { ACTION_OPERATIONS } from './actionOperations.ts';
import { NAMED, type Operation, templateOf } from './openapiNames.ts';
import { POLICY_OPERATIONS } from './policyOperations.ts';
import { REVIEWING } from './reviewOperations.ts';

const ref = (name: keyof typeof NAMED): object => ({ $ref: `#/components/schemas/${name}` });

const inputOf = (schema: z.ZodType): object => z.toJSONSchema(schema, { io: 'input' });

export const OPERATIONS: readonly Operation[] = [
  {
    method: 'post',
    path: '/v1/events',
    summary:
      'Accept one CloudEvent or a batch: structured, binary (`ce-` headers) or batch mode. A 2xx is durable. The type `decision.outcome` (data: DecisionOutcome) labels a decision of any flow.',
    scope: 'events:write',
    headers: { Prefer: '`wait=N`: wait up to N seconds (60 at most) for the final decision' },
    request: {
      'application/cloudevents+json': inputOf(cloudEvent),
      'application/cloudevents-batch+json': inputOf(cloudEventBatch),
      '*/*': { description: 'Binary mode: the data as it is, its attributes in `ce-` headers' },
    },
    answers: {
      200: { description: 'The final decision came within `Prefer: wait`', schema: 'Receipt' },
      202: { description: 'Accepted: a receipt; for a batch, `results` in order', schema: 'Accepted' },
    },
  },
  list('/v1/events', { summary: 'Stored events', query: eventsQuery, schema: 'EventList' }),
  one('/v1/events/:event', { summary: 'A stored event and what became of it', schema: 'StoredEvent' }),
  list('/v1/decisions', {
    summary: 'Decisions. With `Accept: application/x-ndjson` all that is there, a line each; `Signalbox-Next` is the cursor to go on from.',
    query: decisionsQuery,
    schema: 'DecisionList',
    otherType: 'application/x-ndjson',
  }),
  one('/v1/decisions/:decision', { summary: 'A decision with its rungs and cost', schema: 'DecisionDetail' }),
  list('/v1/flows', { summary: 'Flows', query: pageQuery, schema: 'FlowList' }),
  one('/v1/flows/:flow', { summary: 'A flow', schema: 'Flow' }),
  list('/v1/flows/:flow/subjects/:subject', { summary: "One subject's timeline", query: pageQuery, schema: 'Timeline' }),
  ...POLICY_OPERATIONS,
  {
    method: 'get',
    path: '/v1/flows/:flow/quality',
    summary: 'How the final decisions compare with what turned out to be true, and what they cost',
    scope: 'read',
    query: qualityQuery,
    answers: { 200: { description: 'Figures, for all and by group', schema: 'Quality' } },
  },
  list('/v1/approvals', { summary: 'Questions to people', query: approvals.approvalsQuery, schema: 'ApprovalList' }),
  one('/v1/approvals/:approval', { summary: 'An approval, with an ETag', schema: 'Approval' }),
  {
    method: 'post',
    path: '/v1/approvals/:approval/verdict',
    summary: 'Give a verdict. The first one counts; every other is told who won (`winner`).',
    scope: 'approve',
    headers: { 'If-Match': 'The ETag that was read' },
    request: { 'application/json': ref('VerdictRequest') },
    answers: { 200: { description: 'The verdict counts, or is the one that this actor gave before', schema: 'Approval' } },
  },
  ...REVIEWING,
  ...ACTION_OPERATIONS,
  list('/v1/quarantine', { summary: 'Events that their flow could not fold', query: quarantineQuery, schema: 'QuarantineList' }),
  {
    method: 'post',
    path: '/v1/quarantine/:event/redrive',
    summary: 'Fold a quarantined event again, now',
    scope: 'admin',
    answers: { 200: { description: 'What became of it', schema: 'Receipt' } },
  },
  {
    method: 'get',
    path: '/healthz',
    summary: 'The process lives',
    scope: null,
    answers: { 200: { description: 'It does', schema: 'Alive' } },
  },
  {
    method: 'get',
    path: '/readyz',
    summary: 'Whether events can be accepted',
    scope: null,
    answers: { 200: { description: 'They can', schema: 'Ready' }, 503: { description: 'They cannot', schema: 'Ready' } },
  },
  {
    method: 'get',
    path: '/metrics',
    summary: 'Prometheus metrics',
    scope: 'read',
    answers: { 200: { description: 'Text', type: 'text/plain' } },
  },
];

interface Listed extends Pick<Operation, 'summary' | 'query'> {
  readonly schema: keyof typeof NAMED;
  readonly otherType?: string;
}

function list(path: string, { summary, query, ...answered }: Listed): Operation {
  return {
    method: 'get',
    path,
    summary,
    scope: 'read',
    ...(query === undefined ? {} : { query }),
    answers: { 200: { description: 'A page', ...answered } },
  };
}

function one(path: string, { summary, schema }: { summary: string; schema: keyof typeof NAMED }): Operation {
  return { method: 'get', path, summary, scope: 'read', answers: { 200: { description: 'It', schema } } };
}

function parametersOf({ path, query, headers }: Operation): object[] {
  const inPath = [...path.matchAll(/:(\w+)/g)].map(([, name]) => ({ name, in: 'path', required: true, schema: { type: 'string' } }));
  const schema = query === undefined ? {} : (z.toJSONSchema(query, { io: 'input' }).properties ?? {});
  const inQuery = Object.entries(schema).map(([name, property]) => ({ name, in: 'query', schema: property }));
  const inHeaders = Object.entries(headers ?? {}).map(([name, description]) => ({
    name,
    in: 'header',
    description,
    schema: { type: 'string' },
  }));
  return [...inPath, ...inQuery, ...inHeaders];
}

function operationObject(operation: Operation): object {
  const { summary, scope, request, answers } = operation;
  const responses = Object.entries(answers).map(([status, { description, schema, type = 'application/json', otherType }]) => {
    const other = otherType === undefined ? {} : { [otherType]: {} };
    return [status, { description, content: { [type]: schema === undefined ? {} : { schema: ref(schema) }, ...other } }];
  });
  const content = Object.entries(request ?? {}).map(([type, schema]) => [type, { schema }]);
  return {
    summary,
    parameters: parametersOf(operation),
    ...(request === undefined ? {} : { requestBody: { required: true, content: Object.fromEntries(content) } }),
    responses: {
      ...Object.fromEntries(responses),
      default: { description: 'A refusal', content: { 'application/problem+json': { schema: ref('Problem') } } },
    },
    security: scope === null ? [] : [{ key: [scope] }],
  };
}

/** As input: an answer may have more members some day, and only what a caller sends is closed. */
function componentSchemas(): Record<string, object> {
  const registry = z.registry<{ id: string }>();
  for (const [name, schema] of Object.entries(NAMED)) registry.add(schema, { id: name });
  const { schemas } = z.toJSONSchema(registry, { io: 'input', uri: (name) => `#/components/schemas/${name}` });
  return Object.fromEntries(Object.entries(schemas).map(([name, { $schema, $id, ...schema }]) => [name, schema]));
}

export function openApiDocument(): { openapi: string; paths: Record<string, Record<string, object>> } & Record<string, unknown> {
  const paths: Record<string, Record<string, object>> = {};
  for (const operation of OPERATIONS) {
    const path = templateOf(operation.path);
    paths[path] = { ...paths[path], [operation.method]: operationObject(operation) };
  }
  return {
    openapi: '3.1.1',
    info: { title: 'Signalbox', version: '1', description: 'Turns business events into durable AI decisions.' },
    paths,
    components: {
      schemas: componentSchemas(),
      securitySchemes: { key: { type: 'http', scheme: 'bearer', description: '`sbx_...`; none needed with auth off' } },
    },
    'x-problem-codes': ERRORS,
  };
}
