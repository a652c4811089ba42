/** How good a flow's decisions were, as far as anyone knows. */
import { SignalboxError } from '../../domain/errors.ts';
import { readQuality } from '../../outcomes/readQuality.ts';
import { qualityExample } from '../../wire/examples.ts';
import { flowParam } from '../../wire/params.ts';
import { quality, qualityQuery } from '../../wire/quality.ts';
import { flowNamed } from './flowNamed.ts';
import { type Route, route } from './route.ts';

export const qualityRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/v1/flows/:flow/quality',
    id: 'getQuality',
    tag: 'flows',
    summary: 'How the final decisions compare with what turned out to be true, and what they cost',
    scopes: ['read'],
    params: { flow: flowParam },
    query: qualityQuery,
    answers: { 200: { description: 'Figures, for all and by group', schema: quality, example: qualityExample } },
    handler:
      ({ pool, flows }) =>
      async ({ caller, params, query, send }) => {
        const flow = flowNamed(flows, params.flow);
        const { by = 'rung', from = null, to = null } = query;
        if (from !== null && to !== null && from > to)
          throw new SignalboxError('bad-query', undefined, { errors: [{ pointer: '/from', detail: `must not be after to: ${from}` }] });
        send(200, await readQuality(pool, caller.tenant, flow, { by, from, to }));
      },
  }),
];
