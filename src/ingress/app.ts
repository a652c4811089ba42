/**
 * The HTTP API as a listener that is not bound to a port: an Express application, and before it POST /v1/events, which is most of
 * what comes in. Every layer between showed in its rate, Express' own most of all.
 */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import express, { type ErrorRequestHandler } from 'express';
import { approveRoutes } from '../console/approveRoutes.ts';
import { pageRoutes } from '../console/pageRoutes.ts';
import { SignalboxError } from '../errors.ts';
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
import { sendProblem } from './problem.ts';
import { qualityRoutes } from './qualityRoutes.ts';
import { quarantineRoutes } from './quarantineRoutes.ts';
import { receiverRoutes } from './receiverRoutes.ts';
import { reviewRoutes } from './reviewRoutes.ts';
import { openTroubleLog } from './troubleLog.ts';

const ROUTES = [
  ...[eventRoutes, decisionRoutes, flowRoutes, policyRoutes, qualityRoutes, approvalRoutes, reviewRoutes],
  ...[actionRoutes, receiverRoutes, quarantineRoutes, operationRoutes],
];

export function createApp(deps: IngressDeps): RequestListener {
  const { pool, config, accept, logger } = deps;
  const guard = createGuard(config.SIGNALBOX_AUTH);
  const callers = createCallers({ pool, auth: config.SIGNALBOX_AUTH });
  const authenticate = createAuthenticate(callers);
  const note = openTroubleLog(logger);
  const refuse = (error: unknown, request: IncomingMessage, response: ServerResponse): void => {
    note(error, request);
    // a stream that broke on its way: the client sees that it did not end
    if (response.headersSent) response.destroy();
    else sendProblem(response, error);
  };

  async function postEvents(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      guard(request);
      const caller = callers(request, 'events:write');
      await accept(request, response, caller instanceof Promise ? await caller : caller);
    } catch (error) {
      refuse(error, request, response);
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
  const onError: ErrorRequestHandler = (error: unknown, request, response, _next) => refuse(error, request, response);
  app.use(onError);
  return (request, response) => {
    if (request.url === '/v1/events' && request.method === 'POST') void postEvents(request, response);
    else app(request, response);
  };
}
