/** Every refusal in one shape: RFC 9457 `application/problem+json`. No stack, no SQL, no secret. */
import type { ServerResponse } from 'node:http';
import { ERRORS, type FieldError, SignalboxError } from '../../domain/errors.ts';
import { shownText } from '../../domain/exposure.ts';
import { isDatabaseAway } from '../../log/db/database.ts';
import type { Problem } from '../../wire/problem.ts';

export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';

const POINTER_CHARS_MAX = 200;

const shownFault = ({ pointer, detail }: FieldError): FieldError => ({
  pointer: shownText(pointer, POINTER_CHARS_MAX),
  detail: shownText(detail),
});

/**
 * What a caller is told about an error; whatever is not one of ours is `internal` and says nothing more. Details name paths, fields and
 * ids that were sent: answers end up in logs of others, so they are redacted and cut too.
 */
export function problemOf(error: unknown): Problem {
  const known = asKnown(error);
  const { status, title } = ERRORS[known.code];
  return {
    type: `/docs#${known.code}`,
    title,
    status,
    code: known.code,
    ...(known.message === title ? {} : { detail: shownText(known.message) }),
    ...(known.errors.length === 0 ? {} : { errors: known.errors.map(shownFault) }),
    ...known.more,
  };
}

function asKnown(error: unknown): SignalboxError {
  if (error instanceof SignalboxError) return error;
  // express's own: a path that is not UTF-8 after percent-decoding
  if (error instanceof URIError) return new SignalboxError('bad-request', 'Cannot decode the path');
  if (error instanceof Error && isDatabaseAway(error)) return new SignalboxError('database-away');
  return new SignalboxError('internal');
}

/** Headers that belong to a status whoever answers it. `Allow` of a 405 is set where the methods are known. */
function problemHeaders(status: number, retryAfterSeconds = 1): Record<string, string> {
  if (status === 401) return { 'WWW-Authenticate': 'Bearer realm="signalbox"' };
  if (status === 429 || status === 503) return { 'Retry-After': String(retryAfterSeconds) };
  return {};
}

export function sendProblem(response: ServerResponse, error: unknown): void {
  const problem = problemOf(error);
  const text = JSON.stringify(problem);
  response.writeHead(problem.status, {
    ...problemHeaders(problem.status, error instanceof SignalboxError ? error.retryAfterSeconds : undefined),
    'Content-Type': PROBLEM_TYPE,
    'Content-Length': Buffer.byteLength(text),
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
  });
  response.end(text);
}
