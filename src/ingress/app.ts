/**
 * The HTTP API as a listener that is not bound to a port: an Express application, and before it POST /v1/events, which is most of
 * what comes in. Every layer between showed in its rate, Express' own most of all.
 */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import express, { type ErrorRequestHandler } from 'express';
import type { Logger } from 'pino';
import { approveRoutes } from '../console/approveRoutes.ts';
import { pageRoutes } from '../console/pageRoutes.ts';
import { ERRORS, SignalboxError } from '../errors.ts';
import { actionRoutes } from './actionRoutes.ts';
import { approvalRoutes } from './approvalRoutes.ts';
import { createAuthenticate, createCallers } from './authenticate.ts';
import { decisionRoutes } from './decisionRoutes.ts';
import { eventRoutes } from './eventRoutes.ts';
import { flowRoutes } from './flowRoutes.ts';
import { createGuard } from './guard.ts';
import type { IngressDeps } from './ingressDeps.ts';
import { operationRoutes } from './operationRoutes.ts';
import { policyRoutes } from './policyRoutes.ts';
import { problemOf, sendProblem } from './problem.ts';
import { qualityRoutes } from './qualityRoutes.ts';
import { quarantineRoutes } from './quarantineRoutes.ts';
import { receiverRoutes } from './receiverRoutes.ts';
import { reviewRoutes } from './reviewRoutes.ts';

const ROUTES = [
  ...[eventRoutes, decisionRoutes, flowRoutes, policyRoutes, qualityRoutes, approvalRoutes, reviewRoutes],
  ...[actionRoutes, receiverRoutes, quarantineRoutes, operationRoutes],
];

export function createApp(deps: IngressDeps): RequestListener {
  const { pool, config, accept, logger } = deps;
  const guard = createGuard(config.SIGNALBOX_AUTH);
  const callers = createCallers({ pool, auth: config.SIGNALBOX_AUTH });
  const authenticate = createAuthenticate(callers);

  async function postEvents(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      guard(request);
      const caller = callers(request, 'events:write');
      await accept(request, response, caller instanceof Promise ? await caller : caller);
    } catch (error) {
      refuse(logger, error, { request, response });
    }
  }

  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', 'simple');
  app.use((request, _response, next) => {
    guard(request);
    next();
  });
  app.post('/v1/events', postEvents);
  for (const routes of ROUTES) {
    app.use(routes(deps, authenticate));
  }
  app.use(pageRoutes(deps));
  app.use(approveRoutes(deps));
  app.use((request) => {
    throw new SignalboxError('not-found', `There is nothing at ${request.method} ${request.path.slice(0, 200)}`);
  });
  // Express tells an error handler by its four parameters
  const onError: ErrorRequestHandler = (error: unknown, request, response, _next) => refuse(logger, error, { request, response });
  app.use(onError);
  return (request, response) => {
    if (request.url === '/v1/events' && request.method === 'POST') void postEvents(request, response);
    else app(request, response);
  };
}

/** The pattern, not the path: that names subjects and ids. */
function routeOf(request: IncomingMessage): string {
  const { route } = request as IncomingMessage & { readonly route?: { readonly path?: unknown } };
  return typeof route?.path === 'string' ? route.path : '/v1/events';
}

function refuse(logger: Logger, error: unknown, { request, response }: { request: IncomingMessage; response: ServerResponse }): void {
  const { code } = problemOf(error);
  if (ERRORS[code].status >= 500) {
    logger.error({ err: error, code, method: request.method, route: routeOf(request) }, 'a request failed');
  }
  // a stream that broke on its way: the client sees that it did not end
  if (response.headersSent) response.destroy();
  else sendProblem(response, error);
}
