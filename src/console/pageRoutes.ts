/** Pages for people, and the document that one of them is made from. Security headers are for pages alone: they cost on every answer. */
import { type Response, Router } from 'express';
import helmet from 'helmet';
import { allowOnly } from '../ingress/http/allowOnly.ts';
import { sendText } from '../ingress/http/answer.ts';
import type { IngressDeps } from '../ingress/routes/ingressDeps.ts';
import { openApiDocument } from '../ingress/routes/openapi.ts';
import { docsPage } from './docsPage.ts';
import { homePage } from './homePage.ts';

/** Nothing runs and nothing is fetched; the style is inline. */
const headers = helmet({
  contentSecurityPolicy: {
    useDefaults: false,
    directives: { defaultSrc: ["'none'"], styleSrc: ["'unsafe-inline'"], frameAncestors: ["'none'"], baseUri: ["'none'"] },
  },
  // this service speaks plain HTTP behind whoever speaks TLS for it
  strictTransportSecurity: false,
});

function sendPage(response: Response, text: string): void {
  response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8', 'Content-Length': Buffer.byteLength(text) });
  response.end(text);
}

export function pageRoutes({ flows, temporal }: IngressDeps): Router {
  const router = Router();
  // made once: they follow from the code alone
  const home = homePage(flows, temporal.web);
  const docs = docsPage();
  const openapi = JSON.stringify(openApiDocument());

  router.get('/openapi.json', (_request, response) => sendText(response, 200, openapi));
  router.get('/docs', headers, (_request, response) => sendPage(response, docs));
  router.get('/', headers, (_request, response) => sendPage(response, home));
  for (const path of ['/openapi.json', '/docs', '/']) router.all(path, allowOnly('GET, HEAD'));
  return router;
}
