/** The flows, and the timeline of one subject. */
import { Router } from 'express';
import { z } from 'zod';
import { SignalboxError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/event.ts';
import type { Flow } from '../../domain/flow.ts';
import type { Pool } from '../../log/db/database.ts';
import { type FlowRow, readFlows } from '../../log/read/flows.ts';
import { hasSubject, readRun, readState, readTimeline } from '../../log/read/timeline.ts';
import type { TimelineSubject } from '../../log/read/timelinePart.ts';
import { readSubjectOutcomes } from '../../outcomes/readOutcomes.ts';
import { pageQuery } from '../../wire/list.ts';
import { runOf } from '../accept/receipt.ts';
import { allowOnly } from '../http/allowOnly.ts';
import { sendJson, sendText } from '../http/answer.ts';
import { type Authenticate, callerOf } from '../http/authenticate.ts';
import { writeCursor } from '../http/cursor.ts';
import { readListQuery } from '../http/listQuery.ts';
import { noSuchFlow } from '../http/notFound.ts';
import type { IngressDeps } from './ingressDeps.ts';

/** A schema never changes while the process runs, and making one costs more than the rest of the answer. */
function typeSchemas(types: Flow['types']): Record<string, object> {
  const schemas = Object.entries(types).map(([type, { schema }]) => [
    type,
    z.toJSONSchema(schema, { unrepresentable: 'any', io: 'input' }),
  ]);
  return Object.fromEntries(schemas) as Record<string, object>;
}

async function stateOf(pool: Pool, flow: Flow, { tenant, subject }: TimelineSubject): Promise<JsonObject> {
  if (flow.reflex === undefined) return {};
  const key = flow.reflex.subjectKey(subject);
  const bytes = await readState(pool, { tenant, log: flow.name, key });
  return bytes === null ? {} : flow.reflex.show(key, bytes);
}

export function flowRoutes({ pool, flows, temporal }: IngressDeps, authenticate: Authenticate): Router {
  const router = Router();
  const schemas = new Map(
    flows.map(({ name, types, follows = {} }) => [name, { types: typeSchemas(types), follows: typeSchemas(follows) }]),
  );

  function shown(flow: Flow, row: FlowRow | undefined): object {
    return {
      name: flow.name,
      title: flow.title,
      ...schemas.get(flow.name),
      workflow: flow.workflow ?? null,
      policy: row?.policy ?? null,
      code: row?.code ?? null,
      entries: row?.entries ?? 0,
      waiting: row?.waiting ?? 0,
      quarantined: row?.quarantined ?? 0,
      openApprovals: row?.openApprovals ?? 0,
    };
  }

  function flowNamed(name: unknown): Flow {
    const flow = flows.find((one) => one.name === name);
    if (flow === undefined) throw noSuchFlow();
    return flow;
  }

  // each flow counts as a log of one item, so that a cursor holds which were read, and one that comes later is new to it
  router.get('/v1/flows', authenticate('read'), async (request, response) => {
    const { after, limit } = readListQuery(pageQuery, request.query);
    const rows = await readFlows(pool, callerOf(response).tenant);
    const unread = flows.filter(({ name }) => !after.has(name));
    const page = unread.slice(0, limit);
    const items = page.map((flow) =>
      shown(
        flow,
        rows.find((row) => row.flow === flow.name),
      ),
    );
    const next = writeCursor(new Map([...after, ...page.map(({ name }) => [name, 1] as const)]));
    sendJson(response, 200, { items, next, more: unread.length > page.length });
  });

  router.get('/v1/flows/:flow', authenticate('read'), async (request, response) => {
    const flow = flowNamed(request.params.flow);
    const rows = await readFlows(pool, callerOf(response).tenant);
    sendJson(
      response,
      200,
      shown(
        flow,
        rows.find((row) => row.flow === flow.name),
      ),
    );
  });

  router.get('/v1/flows/:flow/subjects/:subject', authenticate('read'), async (request, response) => {
    const flow = flowNamed(request.params.flow);
    const { after, limit } = readListQuery(pageQuery, request.query);
    const of = { tenant: callerOf(response).tenant, flow: flow.name, subject: String(request.params.subject) };
    if (of.subject.includes('\u0000') || !(await hasSubject(pool, of)))
      throw new SignalboxError('not-found', 'The flow has seen no such subject');
    const [page, state, run] = await Promise.all([
      readTimeline(pool, of, { after, limit, more: [['outcomes', readSubjectOutcomes]] }),
      stateOf(pool, flow, of),
      readRun(pool, { ...of, caseId: temporal.caseIds.of(of) }),
    ]);
    const workflow = run === undefined ? null : runOf({ ...of, run }, temporal);
    const items = page.items.map(({ detail, ...item }) => `${JSON.stringify(item).slice(0, -1)},"detail":${detail}}`);
    const head = JSON.stringify({ flow: of.flow, subject: of.subject, workflow, state, next: writeCursor(page.next), more: page.more });
    sendText(response, 200, `${head.slice(0, -1)},"items":[${items.join(',')}]}`);
  });

  router.all('/v1/flows', allowOnly('GET, HEAD'));
  router.all('/v1/flows/:flow', allowOnly('GET, HEAD'));
  router.all('/v1/flows/:flow/subjects/:subject', allowOnly('GET, HEAD'));
  return router;
}
