/** What operators and their tools ask: alive, ready, metrics. */
import { mayDo } from '../../domain/caller.ts';
import { SignalboxError } from '../../domain/errors.ts';
import { readyExample } from '../../wire/examples.ts';
import { alive, ready } from '../../wire/ready.ts';
import { type Route, route } from './route.ts';

export const operationRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/healthz',
    id: 'getHealth',
    tag: 'operations',
    summary: 'The process lives',
    scopes: [],
    query: 'any',
    answers: { 200: { description: 'It does', schema: alive, example: { ok: true } } },
    handler:
      () =>
      ({ send }) =>
        send(200, { ok: true }),
  }),
  route({
    method: 'GET',
    path: '/readyz',
    id: 'getReady',
    tag: 'operations',
    summary: 'Whether events can be accepted',
    scopes: [],
    query: 'any',
    answers: {
      200: { description: 'They can', schema: ready, example: readyExample },
      503: { description: 'They cannot', schema: ready, example: { ...readyExample, ready: false, database: { ok: false } } },
    },
    handler:
      ({ health }) =>
      async ({ send }) => {
        const now = await health();
        if (now.ready) send(200, now, { 'Cache-Control': 'no-store' });
        else send(503, now, { 'Cache-Control': 'no-store', 'Retry-After': '1' });
      },
  }),
  route({
    method: 'GET',
    path: '/metrics',
    id: 'getMetrics',
    tag: 'operations',
    summary: "Prometheus metrics of this ingress's tenant; a key of another one needs the scope admin",
    scopes: ['read'],
    query: 'any',
    answers: {
      200: {
        description: 'Text',
        type: 'text/plain',
        example: '# TYPE signalbox_events_accepted_total counter\nsignalbox_events_accepted_total{flow="fraud",ending="reflex"} 17\n',
      },
    },
    handler:
      ({ registry, tenant }) =>
      async ({ caller, response }) => {
        // figures have no tenant of their own: they are all of the one that is served here, or of the whole database
        if (caller.tenant !== tenant && !mayDo(caller, 'admin'))
          throw new SignalboxError('forbidden', `The figures of the tenant ${tenant} need a key of its own, or the scope admin`);
        const text = await registry.metrics();
        response.writeHead(200, { 'Content-Type': registry.contentType, 'X-Content-Type-Options': 'nosniff' });
        response.end(text);
      },
  }),
];
