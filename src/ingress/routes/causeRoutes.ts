/** What led to an event, and what followed from it. */
import { parseId } from '../../domain/ids.ts';
import { readCauses } from '../../log/causes/readCauses.ts';
import { CAUSE_DEPTH, CAUSE_NODES, causes, causesExample, causesQuery } from '../../wire/causes.ts';
import { eventParam } from '../../wire/params.ts';
import { runOf } from '../accept/receipt.ts';
import { notFound } from '../http/notFound.ts';
import { type Route, route } from './route.ts';

export const causeRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/v1/events/:event/graph',
    id: 'getEventGraph',
    tag: 'events',
    summary: 'What caused what: what led to an event, its case, calls, decisions and actions, and the events that followed',
    scopes: ['read'],
    params: { event: eventParam },
    query: causesQuery,
    answers: { 200: { description: 'The graph', schema: causes, example: causesExample } },
    handler:
      ({ pool, temporal, flows }) =>
      async ({ caller: { tenant }, params, query, send }) => {
        const id = String(params.event);
        const place = parseId('evt', id);
        const limits = { depth: Number(query.depth ?? CAUSE_DEPTH), nodes: Number(query.nodes ?? CAUSE_NODES) };
        const source = { pool, caseIds: temporal.caseIds, flows };
        const found = place?.tenant === tenant ? await readCauses(source, place, limits) : null;
        if (found === null) throw notFound('event');
        const nodes = found.nodes.map((node) => {
          const { kind, flow, subject } = node;
          const url = kind === 'case' && flow !== null ? runOf({ tenant, flow, subject: subject ?? '', run: null }, temporal).url : null;
          return { ...node, url };
        });
        send(200, { event: id, nodes, edges: [...found.edges], cut: found.cut });
      },
  }),
];
