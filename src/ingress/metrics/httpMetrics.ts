/** What /metrics shows of requests. Labels are routes of the table, methods and statuses: never a path as it was sent. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Counter, Histogram, type Registry } from 'prom-client';

/** For a request whose path is no route. */
const NO_ROUTE = 'none';
/** The caller went before its answer. */
const GONE = 499;
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** `route`: asked when the answer has gone out. */
export type ObserveRequest = (request: IncomingMessage, response: ServerResponse, route: () => string | undefined) => void;

/** Call it when the request comes in: it counts the request when its answer has gone out, or its connection is gone. */
export function httpMetrics(registry: Registry): ObserveRequest {
  const registers = [registry];
  const requests = new Counter({
    name: 'signalbox_http_requests_total',
    help: 'Requests answered, by route, method and status; 499: the caller went before its answer',
    labelNames: ['route', 'method', 'status'],
    registers,
  });
  const seconds = new Histogram({
    name: 'signalbox_http_request_seconds',
    help: 'From the head of a request to the end of its answer, by route; a wait that the caller asked for counts',
    labelNames: ['route'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60],
    registers,
  });
  return ({ method = '' }, response, route) => {
    const startedAt = performance.now();
    response.once('close', () => {
      const named = route() ?? NO_ROUTE;
      const status = response.writableFinished ? response.statusCode : GONE;
      requests.inc({ route: named, method: METHODS.has(method) ? method : 'other', status });
      seconds.observe({ route: named }, (performance.now() - startedAt) / 1000);
    });
  };
}
