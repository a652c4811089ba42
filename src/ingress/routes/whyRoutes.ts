/** Why an event was decided as it was, and not otherwise. */
import { parseId } from '../../domain/ids.ts';
import { readEvent } from '../../log/read/events.ts';
import { eventParam } from '../../wire/params.ts';
import { whyNotExample } from '../../wire/whyExamples.ts';
import { whyNot, whyNotQuery } from '../../wire/whyNot.ts';
import { notFound } from '../http/notFound.ts';
import { readWhyNot } from '../why/whyNot.ts';
import { type Route, route } from './route.ts';

export const whyRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/v1/events/:event/why-not',
    id: 'getWhyNot',
    tag: 'decisions',
    summary: 'Why an outcome did not happen: by flow and rung, what had to hold, what was seen and what was needed',
    scopes: ['read'],
    params: { event: eventParam },
    query: whyNotQuery,
    answers: { 200: { description: 'Why', schema: whyNot, example: whyNotExample } },
    handler:
      ({ pool, temporal, flows }) =>
      async ({ caller, params, query, send }) => {
        const source = { pool, caseIds: temporal.caseIds };
        const place = parseId('evt', String(params.event));
        const event = place?.tenant === caller.tenant ? await readEvent(source, place) : null;
        if (event === null) throw notFound('event');
        send(200, await readWhyNot(source, flows, { event, outcome: query.outcome ?? null }));
      },
  }),
];
