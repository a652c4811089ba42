/** The HTTP server: what a request may cost before it reaches a route, and how those are refused that never do. */
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { type ErrorCode, SignalboxError } from '../../domain/errors.ts';
import { PROBLEM_TYPE, problemOf, sendProblem } from './problem.ts';

export interface ServerOptions {
  readonly PORT: number;
  readonly HOST: string;
  /** For the whole request, body and all; 20 s. */
  readonly requestTimeoutMs?: number;
  /** For its headers; 10 s. */
  readonly headersTimeoutMs?: number;
}

export interface Listening {
  address(): AddressInfo;
  /** Refuses new connections, answers what is under way, and ends what is idle. After ten seconds it ends the rest too. */
  close(): Promise<void>;
}

const HEADER_BYTES_MAX = 16 * 1024;
/** Longer than a load balancer's 60 s: it must be the one that closes. */
const KEEP_ALIVE_MS = 65_000;
/** How late a timeout may be noticed; Node's own 30 s would make 20 s mean 50. */
const TIMEOUT_CHECK_MS = 1000;
const CLOSE_MS = 10_000;

/** Rejects with the system's error where the port or host cannot be had. */
export async function listen(app: RequestListener, options: ServerOptions): Promise<Listening> {
  const server = createServer(
    {
      requestTimeout: options.requestTimeoutMs ?? 20_000,
      headersTimeout: options.headersTimeoutMs ?? 10_000,
      keepAliveTimeout: KEEP_ALIVE_MS,
      connectionsCheckingInterval: TIMEOUT_CHECK_MS,
      maxHeaderSize: HEADER_BYTES_MAX,
      // our own 400 instead of an empty one
      requireHostHeader: false,
    },
    app,
  );
  // a limit of 2,000 headers would drop the rest without a word; their bytes are limited above
  server.maxHeadersCount = 0;
  server.on('checkExpectation', (_request: IncomingMessage, response: ServerResponse) =>
    sendProblem(response, new SignalboxError('expectation-failed')),
  );
  refuseBadRequests(server);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.PORT, options.HOST, resolve);
  });
  return { address: () => server.address() as AddressInfo, close: () => close(server) };
}

/** Answers in our shape what Node's parser refuses. */
function refuseBadRequests(server: Server): void {
  const current = new WeakMap<Duplex, ServerResponse>();
  server.on('request', (request: IncomingMessage, response: ServerResponse) => current.set(request.socket, response));
  server.on('clientError', (error: RefusedPacket, socket: Duplex) => {
    const response = current.get(socket);
    // an answer is on its way, or was given before the body had ended: another one would be taken for the next request's
    const begun =
      response !== undefined && (response.headersSent ? !response.req.complete || !response.writableEnded : response.req.complete);
    if (!socket.writable || begun || error.code === 'ECONNRESET') {
      socket.destroy();
      return;
    }
    socket.end(rawProblem(codeOf(error)), () => socket.destroy());
  });
}

interface RefusedPacket extends NodeJS.ErrnoException {
  readonly rawPacket?: Buffer;
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

async function close(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const timer = setTimeout(() => server.closeAllConnections(), CLOSE_MS);
  await closed;
  clearTimeout(timer);
}
