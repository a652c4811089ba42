/**
 * The HTTP API as an express application that never listens. POST /v1/events is the first route and has nothing in front of
 * it but the guard and the key: every further layer showed in its rate.
 */
import express, { type ErrorRequestHandler, type Express } from 'express';
import type { Logger } from 'pino';
import { pageRoutes } from '../console/pageRoutes.ts';
import { ERRORS, SignalboxError } from '../errors.ts';
import { approvalRoutes } from './approvalRoutes.ts';
import { createAuthenticate } from './authenticate.ts';
import { decisionRoutes } from './decisionRoutes.ts';
import { eventRoutes } from './eventRoutes.ts';
import { flowRoutes } from './flowRoutes.ts';
import { createGuard } from './guard.ts';
import type { IngressDeps } from './ingressDeps.ts';
import { operationRoutes } from './operationRoutes.ts';
import { problemOf, sendProblem } from './problem.ts';
import { quarantineRoutes } from './quarantineRoutes.ts';

export function createApp(deps: IngressDeps): Express {
  const { pool, config, accept, logger } = deps;
  const authenticate = createAuthenticate({ pool, auth: config.SIGNALBOX_AUTH });
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', 'simple');
  app.use(createGuard(config.SIGNALBOX_AUTH));
  app.post('/v1/events', authenticate('events:write'), accept);
  for (const routes of [eventRoutes, decisionRoutes, flowRoutes, approvalRoutes, quarantineRoutes, operationRoutes]) {
    app.use(routes(deps, authenticate));
  }
  app.use(pageRoutes(deps));
  app.use((request) => {
    throw new SignalboxError('not-found', `There is nothing at ${request.method} ${request.path.slice(0, 200)}`);
  });
  app.use(refuse(logger));
  return app;
}

/** Express tells an error handler by its four parameters. */
function refuse(logger: Logger): ErrorRequestHandler {
  return (error: unknown, request, response, _next) => {
    const { code } = problemOf(error);
    if (ERRORS[code].status >= 500) logger.error({ err: error, code, method: request.method, path: request.path }, 'a request failed');
    // a stream that broke on its way: the client sees that it did not end
    if (response.headersSent) response.destroy();
    else sendProblem(response, error);
  };
}
