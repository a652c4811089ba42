/** The last handler of a path: 405 with `Allow`, or the same as the answer to OPTIONS. */
import type { RequestHandler } from 'express';
import { SignalboxError } from '../../domain/errors.ts';

export function allowOnly(methods: string): RequestHandler {
  return (request, response) => {
    response.setHeader('Allow', methods);
    if (request.method !== 'OPTIONS') throw new SignalboxError('method-not-allowed', `${request.method} is not allowed here: ${methods}`);
    response.writeHead(204).end();
  };
}
