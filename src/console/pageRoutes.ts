/** Pages for people, and the document that one of them is made from. Security headers are for pages alone: they cost on every answer. */
import type { Response } from 'express';
import helmet from 'helmet';
import { sendText } from '../ingress/http/answer.ts';
import { openApiDocument } from '../ingress/routes/openapi.ts';
import { type Call, type Route, route } from '../ingress/routes/route.ts';
import { details } from '../wire/fields.ts';
import { docsPage } from './docsPage.ts';

/** Nothing runs and nothing is fetched; the style is inline. */
const security = helmet({
  contentSecurityPolicy: {
    useDefaults: false,
    directives: { defaultSrc: ["'none'"], styleSrc: ["'unsafe-inline'"], frameAncestors: ["'none'"], baseUri: ["'none'"] },
  },
  // this service speaks plain HTTP behind whoever speaks TLS for it
  strictTransportSecurity: false,
});

function sendPage({ request, response }: { request: Call['request']; response: Response }, text: string): void {
  security(request, response, () => undefined);
  response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8', 'Content-Length': Buffer.byteLength(text) });
  response.end(text);
}

const HTML = { description: 'A page', type: 'text/html', example: '<!doctype html>' } as const;

/** `table`: all routes, these too. What they show is made once: it follows from the code alone. */
export const pageRoutes = (table: () => readonly Route[]): readonly Route[] => [
  route({
    method: 'GET',
    path: '/openapi.json',
    id: 'getOpenApi',
    tag: 'operations',
    summary: 'The API as an OpenAPI 3.1 document',
    scopes: [],
    query: 'any',
    answers: { 200: { description: 'It', schema: details, example: { openapi: '3.1.1' } } },
    handler: () => {
      const text = JSON.stringify(openApiDocument(table()));
      return ({ response }) => sendText(response, 200, text);
    },
  }),
  route({
    method: 'GET',
    path: '/docs',
    id: 'showReference',
    tag: 'pages',
    summary: 'The reference: what to send to each route, and what comes back',
    scopes: [],
    query: 'any',
    answers: { 200: HTML },
    handler: ({ flows }) => {
      const page = docsPage(table(), flows);
      return (call) => sendPage(call, page);
    },
  }),
];
