/** How good a flow's decisions were, as far as anyone knows. */
import { Router } from 'express';
import { SignalboxError } from '../../domain/errors.ts';
import { readQuality } from '../../outcomes/readQuality.ts';
import { qualityQuery } from '../../wire/quality.ts';
import { allowOnly } from '../http/allowOnly.ts';
import { sendJson } from '../http/answer.ts';
import { type Authenticate, callerOf } from '../http/authenticate.ts';
import { parseQuery } from '../http/listQuery.ts';
import { noSuchFlow } from '../http/notFound.ts';
import type { IngressDeps } from './ingressDeps.ts';

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
