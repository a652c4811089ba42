/**
 * The log of requests that failed for reasons of ours. While the database is away or the queue is full, thousands a second are refused: of each
 * known trouble one line in some seconds tells, and how many came between. What nobody foresaw is logged each time.
 */
import type { IncomingMessage } from 'node:http';
import type { Logger } from 'pino';
import { ERRORS, type ErrorCode } from '../../domain/errors.ts';
import { problemOf } from './problem.ts';

const QUIET_MS = 5000;

/** The pattern, not the path: that names subjects and ids. */
function routeOf(request: IncomingMessage): string {
  const { route } = request as IncomingMessage & { readonly route?: { readonly path?: unknown } };
  return typeof route?.path === 'string' ? route.path : '/v1/events';
}

/** Takes every refusal; those of the caller's making are not logged. */
export function openTroubleLog(
  logger: Logger,
  traceOf: (request: IncomingMessage) => string | undefined = () => undefined,
  nowMs: () => number = () => performance.now(),
) {
  const quiet = new Map<ErrorCode, { untilMs: number; more: number }>();
  return (error: unknown, request: IncomingMessage): void => {
    const { code, title } = problemOf(error);
    if (ERRORS[code].status < 500) return;
    const trace = traceOf(request);
    const about = { err: error, code, method: request.method, route: routeOf(request), ...(trace === undefined ? {} : { trace }) };
    if (code === 'internal') {
      logger.error(about, 'a request failed');
      return;
    }
    const since = quiet.get(code);
    if (since !== undefined && nowMs() < since.untilMs) {
      since.more += 1;
      return;
    }
    quiet.set(code, { untilMs: nowMs() + QUIET_MS, more: 0 });
    logger.warn({ ...about, more: since?.more ?? 0 }, `requests are refused: ${title}`);
  };
}
