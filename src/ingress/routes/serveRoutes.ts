/** The table of routes as an Express router: who may, what was sent, then the handler; 405 with `Allow` for every other method. */
import { type Request, type RequestHandler, type Response, Router } from 'express';
import type { Caller } from '../../domain/caller.ts';
import { SignalboxError } from '../../domain/errors.ts';
import { sendJson } from '../http/answer.ts';
import type { Callers } from '../http/authenticate.ts';
import { parseQuery } from '../http/listQuery.ts';
import { isIdKind, notFound } from '../http/notFound.ts';
import type { IngressDeps } from './ingressDeps.ts';
import { type Call, NO_QUERY, type Route } from './route.ts';

/** Calls a route that needs no key. */
const NOBODY: Caller = { tenant: '', actor: 'nobody', scopes: [], roles: [], rate: null };

export function serveRoutes(routes: readonly Route[], deps: IngressDeps, callers: Callers): Router {
  const router = Router();
  for (const path of new Set(routes.map((route) => route.path)))
    router.all(path, (_request, response, next) => {
      // what metrics call it
      response.locals.route = path;
      next();
    });
  for (const route of routes) router[route.method === 'GET' ? 'get' : 'post'](route.path, serve(route, deps, callers));
  for (const path of new Set(routes.map((route) => route.path))) {
    const methods = routes.filter((route) => route.path === path).map(({ method }) => method);
    router.all(path, allowOnly(methods.includes('GET') ? ['GET', 'HEAD', ...methods.filter((method) => method !== 'GET')] : methods));
  }
  return router;
}

function serve(route: Route, deps: IngressDeps, callers: Callers): RequestHandler {
  const handle = route.handler(deps) as (call: Call) => Promise<void> | void;
  return async (request: Request, response: Response) => {
    const caller = route.scopes.length === 0 ? NOBODY : await callers(request, ...route.scopes);
    const params = paramsOf(route, request);
    const query = route.query === 'any' ? {} : parseQuery(route.query ?? NO_QUERY, request.query);
    const body = await route.body?.read?.(request);
    await handle({
      ...{ request, response, caller, params, query, body },
      recheck: async () => route.scopes.length > 0 && callers(request, ...route.scopes),
      send: (status, sent, headers) => sendJson(response, Number(status), sent, headers),
    });
  };
}

/** A parameter that cannot be one names nothing that is there. */
function paramsOf({ params = {} }: Route, { params: given }: Request): Record<string, string> {
  const entries = Object.entries(params).map(([name, schema]) => {
    const parsed = schema.safeParse(given[name]);
    if (!parsed.success) throw isIdKind(name) ? notFound(name) : new SignalboxError('not-found');
    return [name, parsed.data] as const;
  });
  return Object.fromEntries(entries);
}

/** 405 with `Allow`, or the same as the answer to OPTIONS. */
function allowOnly(methods: readonly string[]): RequestHandler {
  const allow = methods.join(', ');
  return (request, response) => {
    response.setHeader('Allow', allow);
    if (request.method !== 'OPTIONS') throw new SignalboxError('method-not-allowed', `${request.method} is not allowed here: ${allow}`);
    response.writeHead(204).end();
  };
}
