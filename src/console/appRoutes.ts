/**
 * The console: one page whose script shows every other one, so each of its addresses gives the same page. It needs no key to be loaded: what it
 * shows comes over the API, by the rights of who looks.
 */
import type { Request, Response } from 'express';
import helmet from 'helmet';
import { SignalboxError } from '../domain/errors.ts';
import { type Call, type Route, route } from '../ingress/routes/route.ts';
import { tokenParam } from '../wire/params.ts';
import { type AppFile, readAppFiles } from './appFiles.ts';
import { html, page } from './page.ts';

const OWN = ["'self'"];

/** Only what this service serves: no inline script or style, nothing from anywhere else. */
const security = helmet({
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      ...{ defaultSrc: ["'none'"], scriptSrc: OWN, styleSrc: OWN, connectSrc: OWN, imgSrc: OWN },
      ...{ frameAncestors: ["'none'"], baseUri: ["'none'"], formAction: ["'none'"] },
    },
  },
  referrerPolicy: { policy: 'same-origin' },
  strictTransportSecurity: false,
});

/** The page itself is asked for anew each time and names the files of its build. */
const CACHE_PAGE = 'no-cache';
const CACHE_ASSET = 'public, max-age=31536000, immutable';

const NOT_BUILT = page(
  'Signalbox',
  html`<h1>Signalbox</h1><p>The console is not built here: <code>npm run build</code> makes it, then start again.</p>
<p><a href="/docs">Reference</a> · <a href="/readyz">Is it ready?</a></p>`,
);

function sendFile({ request, response }: { request: Request; response: Response }, file: AppFile, cache: string): void {
  security(request, response, () => undefined);
  const headers = { 'Cache-Control': cache, ETag: file.etag, Vary: 'Accept-Encoding' };
  if (request.headers['if-none-match'] === file.etag) {
    response.writeHead(304, headers).end();
    return;
  }
  const gzip = request.acceptsEncodings(['gzip', 'identity']) === 'gzip';
  const body = gzip ? file.packed : file.bytes;
  const encoding = gzip ? { 'Content-Encoding': 'gzip' } : {};
  response.writeHead(200, { ...headers, ...encoding, 'Content-Type': file.type, 'Content-Length': body.length });
  response.end(body);
}

function sendNotBuilt({ request, response }: Pick<Call, 'request' | 'response'>): void {
  security(request, response, () => undefined);
  response.writeHead(503, { 'Content-Type': 'text/html; charset=utf-8', 'Content-Length': Buffer.byteLength(NOT_BUILT) });
  response.end(NOT_BUILT);
}

const HTML = { description: 'A page', type: 'text/html', example: '<!doctype html>' } as const;

const PAGES = { method: 'GET', tag: 'pages', scopes: [], query: 'any', answers: { 200: HTML } } as const;

function showApp(): (call: Pick<Call, 'request' | 'response'>) => void {
  const files = readAppFiles();
  return (call) => (files === null ? sendNotBuilt(call) : sendFile(call, files.index, CACHE_PAGE));
}

export const appRoutes: readonly Route[] = [
  route({
    ...PAGES,
    path: '/',
    id: 'showConsole',
    summary: 'The console: what happens now, and what waits for a person',
    handler: showApp,
  }),
  route({
    ...PAGES,
    path: '/console/*page',
    id: 'showConsolePage',
    summary: 'Its other pages, each an address to share',
    handler: showApp,
  }),
  route({
    ...PAGES,
    path: '/assets/:file',
    id: 'getAsset',
    summary: 'What the console is made of: its script, style and pictures',
    params: { file: tokenParam.describe('As the page names it').meta({ examples: ['index.js'] }) },
    answers: { 200: { description: 'It', type: 'text/javascript', example: 'export {};' } },
    handler: () => {
      const files = readAppFiles();
      return (call) => {
        const file = files?.assets.get(String(call.params.file));
        if (file === undefined) throw new SignalboxError('not-found', 'The console has no such file: load its page again');
        sendFile(call, file, CACHE_ASSET);
      };
    },
  }),
];
