/** What Node's parser refuses, answered in our shape and in its turn: requests that came before it on the connection are answered first. */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { type ErrorCode, SignalboxError } from '../../domain/errors.ts';
import { PROBLEM_TYPE, problemOf } from './problem.ts';

export const HEADER_BYTES_MAX = 16 * 1024;

interface Connection {
  /** Answers that are still to be given, in order. */
  readonly open: Set<ServerResponse>;
  /** Of the request that came last, answered or not. */
  last?: ServerResponse;
  refused?: true;
}

interface RefusedPacket extends NodeJS.ErrnoException {
  readonly rawPacket?: Buffer;
}

export function refuseBadPackets(server: Server): void {
  const connections = new WeakMap<Duplex, Connection>();
  function connectionOf(socket: Duplex): Connection {
    const known = connections.get(socket) ?? { open: new Set() };
    connections.set(socket, known);
    return known;
  }
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const connection = connectionOf(request.socket);
    connection.open.add(response);
    connection.last = response;
    response.once('close', () => connection.open.delete(response));
  });
  server.on('connect', (_request: IncomingMessage, socket: Duplex) => end(socket, 'not-found'));
  server.on('clientError', (error: RefusedPacket, socket: Duplex) => {
    const connection = connectionOf(socket);
    // the parser says it again for whatever comes behind
    if (connection.refused) return;
    connection.refused = true;
    const { open, last } = connection;
    const gone = !socket.writable || error.code === 'ECONNRESET';
    if (gone) socket.destroy();
    else void inTurn(socket, { open: [...open], atFault: last?.req.complete === false ? last : null, code: codeOf(error) });
  });
}

/** `atFault`: the answer to the request in whose body the parser stopped; null where it stopped between requests. */
async function inTurn(
  socket: Duplex,
  { open, atFault, code }: { open: readonly ServerResponse[]; atFault: ServerResponse | null; code: ErrorCode },
): Promise<void> {
  await Promise.all(open.filter((response) => response !== atFault).map(closed));
  // answered before its body had ended: another answer would be taken for the next request's
  if (atFault?.headersSent === true) {
    if (atFault.writableEnded && open.includes(atFault)) await closed(atFault);
    socket.destroy();
  } else end(socket, code);
}

function closed(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    if (response.closed) resolve();
    else response.once('close', resolve);
  });
}

function end(socket: Duplex, code: ErrorCode): void {
  if (socket.writable) socket.end(rawProblem(code), () => socket.destroy());
  else socket.destroy();
}

function codeOf({ code, rawPacket }: RefusedPacket): ErrorCode {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return 'too-slow';
  if (code !== 'HPE_HEADER_OVERFLOW') return 'bad-request';
  // headers and address share one limit: an address alone that fills it shows as a first line without an end
  const firstLine = rawPacket?.subarray(0, HEADER_BYTES_MAX / 2).toString('latin1') ?? '';
  return /^[A-Z]+ [^\r\n]*$/.test(firstLine) && firstLine.length === HEADER_BYTES_MAX / 2 ? 'uri-too-long' : 'headers-too-large';
}

function rawProblem(code: ErrorCode): string {
  const problem = problemOf(new SignalboxError(code));
  const text = JSON.stringify(problem);
  const lines = [
    `HTTP/1.1 ${problem.status} ${problem.title}`,
    `Content-Type: ${PROBLEM_TYPE}`,
    `Content-Length: ${Buffer.byteLength(text)}`,
    'Connection: close',
  ];
  return `${lines.join('\r\n')}\r\n\r\n${text}`;
}
