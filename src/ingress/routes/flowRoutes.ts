/** The flows, and the timeline of one subject. */
import { SignalboxError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/event.ts';
import type { Flow } from '../../domain/flow.ts';
import { isOwnType } from '../../domain/ownEvent.ts';
import type { Pool } from '../../log/db/database.ts';
import { type FlowRow, readFlows } from '../../log/read/flows.ts';
import { hasSubject, readRun, readState, readTimeline } from '../../log/read/timeline.ts';
import type { TimelineSubject } from '../../log/read/timelinePart.ts';
import { readSubjectOutcomes } from '../../outcomes/readOutcomes.ts';
import { flowExample, timelineExample } from '../../wire/examples.ts';
import { type FlowItem, flow, flowList, timeline } from '../../wire/flow.ts';
import { pageExample, pageQuery } from '../../wire/list.ts';
import { flowParam, subjectParam } from '../../wire/params.ts';
import { runOf } from '../accept/receipt.ts';
import { sendText } from '../http/answer.ts';
import { writeCursor } from '../http/cursor.ts';
import { toListQuery } from '../http/listQuery.ts';
import { flowNamed } from './flowNamed.ts';
import { type Route, route } from './route.ts';
import { typeSchemas } from './typeSchemas.ts';

async function stateOf(pool: Pool, flow: Flow, { tenant, subject }: TimelineSubject): Promise<JsonObject> {
  if (flow.reflex === undefined) return {};
  const key = flow.reflex.subjectKey(subject);
  const bytes = await readState(pool, { tenant, log: flow.name, key });
  return bytes === null ? {} : flow.reflex.show(key, bytes);
}

/** Schemas never change while the process runs, and making one costs more than the rest of the answer. */
function shows(flows: readonly Flow[]): (of: Flow, rows: readonly FlowRow[]) => FlowItem {
  const schemas = new Map(
    flows.map(({ types, follows = {}, emits = {}, ...one }) => [
      one.name,
      { types: typeSchemas(types), follows: typeSchemas(follows), emits: typeSchemas(emits) },
    ]),
  );
  return (of, rows) => {
    const row = rows.find((one) => one.flow === of.name);
    return {
      name: of.name,
      title: of.title,
      ...(schemas.get(of.name) ?? { types: {}, follows: {}, emits: {} }),
      own: Object.keys(of.types).filter((type) => isOwnType(of, type)),
      models: (of.models ?? []).map((model) => ({ ...model, figures: { ...model.figures } })),
      workflow: of.workflow ?? null,
      policy: row?.policy ?? null,
      code: row?.code ?? null,
      entries: row?.entries ?? 0,
      waiting: row?.waiting ?? 0,
      quarantined: row?.quarantined ?? 0,
      openApprovals: row?.openApprovals ?? 0,
    };
  };
}

export const flowRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/v1/flows',
    id: 'listFlows',
    tag: 'flows',
    summary: 'Flows',
    scopes: ['read'],
    query: pageQuery,
    answers: { 200: { description: 'A page', schema: flowList, example: pageExample(flowExample) } },
    handler: ({ pool, flows }) => {
      const show = shows(flows);
      // each flow counts as a log of one item, so that a cursor holds which were read, and one that comes later is new to it
      return async ({ caller, query, send }) => {
        const { after, limit } = toListQuery(query);
        const rows = await readFlows(pool, caller.tenant);
        const unread = flows.filter(({ name }) => !after.has(name));
        const page = unread.slice(0, limit);
        const next = writeCursor(new Map([...after, ...page.map(({ name }) => [name, 1] as const)]));
        send(200, { items: page.map((one) => show(one, rows)), next, more: unread.length > page.length });
      };
    },
  }),
  route({
    method: 'GET',
    path: '/v1/flows/:flow',
    id: 'getFlow',
    tag: 'flows',
    summary: 'A flow',
    scopes: ['read'],
    params: { flow: flowParam },
    answers: { 200: { description: 'It', schema: flow, example: flowExample } },
    handler: ({ pool, flows }) => {
      const show = shows(flows);
      return async ({ caller, params, send }) => send(200, show(flowNamed(flows, params.flow), await readFlows(pool, caller.tenant)));
    },
  }),
  route({
    method: 'GET',
    path: '/v1/flows/:flow/subjects/:subject',
    id: 'getTimeline',
    tag: 'flows',
    summary: "One subject's timeline",
    scopes: ['read'],
    params: { flow: flowParam, subject: subjectParam },
    query: pageQuery,
    answers: { 200: { description: 'A page', schema: timeline, example: timelineExample } },
    handler:
      ({ pool, flows, temporal }) =>
      async ({ response, caller, params: { flow: name, subject = '' }, query }) => {
        const of = { tenant: caller.tenant, flow: flowNamed(flows, name).name, subject };
        const { after, limit } = toListQuery(query);
        if (subject.includes('\u0000') || !(await hasSubject(pool, of)))
          throw new SignalboxError('not-found', 'The flow has seen no such subject');
        const [page, state, run] = await Promise.all([
          readTimeline(pool, of, { after, limit, more: [['outcomes', readSubjectOutcomes]] }),
          stateOf(pool, flowNamed(flows, name), of),
          readRun(pool, { ...of, caseId: temporal.caseIds.of(of) }),
        ]);
        const workflow = run === undefined ? null : runOf({ ...of, run }, temporal);
        const items = page.items.map(({ detail, ...item }) => `${JSON.stringify(item).slice(0, -1)},"detail":${detail}}`);
        const head = JSON.stringify({ flow: of.flow, subject, workflow, state, next: writeCursor(page.next), more: page.more });
        sendText(response, 200, `${head.slice(0, -1)},"items":[${items.join(',')}]}`);
      },
  }),
];
