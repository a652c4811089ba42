/**
 * `Expect: 100-continue`: the client holds its body back until it is asked for. It is asked by whoever reads the body, so that a request
 * that is refused for its key, its path or its length never sends it.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { SignalboxError } from '../../domain/errors.ts';
import { sendProblem } from './problem.ts';

const held = new WeakMap<IncomingMessage, ServerResponse>();

export function holdContinue(server: Server): void {
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    held.set(request, response);
    // an answer instead of 100 ends the connection: nobody knows whether the body comes all the same
    response.shouldKeepAlive = false;
    server.emit('request', request, response);
  });
  server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) => {
    if (request.headers.expect?.trim() === '') server.emit('request', request, response);
    else sendProblem(response, new SignalboxError('expectation-failed'));
  });
}

/** Asks a client that waits for it to send its body. */
export function sendContinue(request: IncomingMessage): void {
  const response = held.get(request);
  if (response === undefined) return;
  held.delete(request);
  response.shouldKeepAlive = !/\bclose\b/i.test(request.headers.connection ?? '');
  response.writeContinue();
}
