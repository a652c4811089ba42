/** How good a flow's decisions were, as far as anyone knows. */
import { Router } from 'express';
import { SignalboxError } from '../errors.ts';
import { readQuality } from '../log/queries/quality.ts';
import { allowOnly } from './allowOnly.ts';
import { sendJson } from './answer.ts';
import { type Authenticate, callerOf } from './authenticate.ts';
import type { IngressDeps } from './ingressDeps.ts';
import { parseQuery } from './listQuery.ts';
import { noSuchFlow } from './notFound.ts';
import { qualityQuery } from './qualityShapes.ts';

export function qualityRoutes({ pool, flows }: IngressDeps, authenticate: Authenticate): Router {
  const router = Router();

  router.get('/v1/flows/:flow/quality', authenticate('read'), async (request, response) => {
    const flow = flows.find(({ name }) => name === request.params.flow);
    if (flow === undefined) throw noSuchFlow();
    const { by = 'rung', from = null, to = null } = parseQuery(qualityQuery, request.query);
    if (from !== null && to !== null && from > to)
      throw new SignalboxError('bad-query', undefined, { errors: [{ pointer: '/from', detail: `must not be after to: ${from}` }] });
    sendJson(response, 200, await readQuality(pool, callerOf(response).tenant, flow, { by, from, to }));
  });

  router.all('/v1/flows/:flow/quality', allowOnly('GET, HEAD'));
  return router;
}
