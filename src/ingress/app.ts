/**
 * The HTTP API as a listener that is not bound to a port: an Express application, and before it POST /v1/events, which is most of
 * what comes in. Every layer between showed in its rate, Express' own most of all.
 */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import express, { type ErrorRequestHandler } from 'express';
import { SignalboxError } from '../domain/errors.ts';
import { didYouMean } from '../domain/nearest.ts';
import { createCallers } from './http/authenticate.ts';
import { createHostCheck } from './http/hostCheck.ts';
import { sendProblem } from './http/problem.ts';
import { openTroubleLog } from './http/troubleLog.ts';
import { httpMetrics, type ObserveRequest } from './metrics/httpMetrics.ts';
import type { IngressDeps } from './routes/ingressDeps.ts';
import { createPostEvents, postEventsRoute } from './routes/postEvents.ts';
import type { Route } from './routes/route.ts';
import { serveRoutes } from './routes/serveRoutes.ts';
import { answerOptions, isWebhook, WEBHOOK_PATH } from './routes/webhookRoutes.ts';

export function createApp(deps: IngressDeps, routes: readonly Route[]): RequestListener {
  const { pool, config, logger } = deps;
  const accept = createPostEvents(deps.accepting);
  const checkHost = createHostCheck(config.SIGNALBOX_AUTH);
  const callers = createCallers({ pool, auth: config.SIGNALBOX_AUTH });
  const note = openTroubleLog(logger, deps.trace?.of);
  const count = httpMetrics(deps.registry);
  const observe: ObserveRequest = (request, response, route) => {
    deps.trace?.request(request, response, route);
    count(request, response, route);
  };
  const refuse = (error: unknown, request: IncomingMessage, response: ServerResponse): void => {
    note(error, request);
    // a stream that broke on its way: the client sees that it did not end
    if (response.headersSent) response.destroy();
    else sendProblem(response, error);
  };

  async function postEvents(request: IncomingMessage, response: ServerResponse): Promise<void> {
    observe(request, response, () => postEventsRoute.path);
    try {
      checkHost(request);
      const caller = callers(request, ...postEventsRoute.scopes);
      await accept(request, response, caller instanceof Promise ? await caller : caller);
    } catch (error) {
      refuse(error, request, response);
    }
  }

  const paths = routes.map(({ path }) => path).filter((path) => !/[:{]/.test(path));
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', 'simple');
  app.use((request, response, next) => {
    observe(request, response, () => response.locals.route as string | undefined);
    // a provider's request comes by any name, and its signature says who sent it
    if (!isWebhook(request)) checkHost(request);
    next();
  });
  app.options(WEBHOOK_PATH, answerOptions(deps));
  app.use(serveRoutes(routes, deps, callers));
  app.use((request) => {
    const meant = didYouMean(request.path, paths);
    throw new SignalboxError('not-found', `There is nothing at ${request.method} ${request.path.slice(0, 200)}${meant}`);
  });
  // Express tells an error handler by its four parameters
  const onError: ErrorRequestHandler = (error: unknown, request, response, _next) => refuse(error, request, response);
  app.use(onError);
  return (request, response) => {
    if (request.url === '/v1/events' && request.method === 'POST') void postEvents(request, response);
    else app(request, response);
  };
}
