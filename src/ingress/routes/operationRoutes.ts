/** What operators and their tools ask: alive, ready, metrics. */
import { Router } from 'express';
import { allowOnly } from '../http/allowOnly.ts';
import { sendJson } from '../http/answer.ts';
import type { Authenticate } from '../http/authenticate.ts';
import type { IngressDeps } from './ingressDeps.ts';

export function operationRoutes({ health, registry }: IngressDeps, authenticate: Authenticate): Router {
  const router = Router();

  router.get('/healthz', (_request, response) => sendJson(response, 200, { ok: true }));

  router.get('/readyz', async (_request, response) => {
    const ready = await health();
    const headers = { 'Cache-Control': 'no-store', ...(ready.ready ? {} : { 'Retry-After': '1' }) };
    sendJson(response, ready.ready ? 200 : 503, ready, headers);
  });

  router.get('/metrics', authenticate('read'), async (_request, response) => {
    const text = await registry.metrics();
    response.writeHead(200, { 'Content-Type': registry.contentType, 'X-Content-Type-Options': 'nosniff' });
    response.end(text);
  });

  for (const path of ['/healthz', '/readyz', '/metrics']) router.all(path, allowOnly('GET, HEAD'));
  return router;
}
