/** The HTTP server: what a request may cost before it reaches a route, and how those are refused that never do. */
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { HEADER_BYTES_MAX, refuseBadPackets } from './badPackets.ts';
import { holdContinue } from './expectContinue.ts';
import { endSlowReaders } from './slowReaders.ts';

export interface ServerOptions {
  readonly PORT: number;
  readonly HOST: string;
  /** For the whole request, body and all; 20 s. */
  readonly requestTimeoutMs?: number;
  /** For its headers; 10 s. */
  readonly headersTimeoutMs?: number;
  /** For an answer of which no byte is taken; 30 s. */
  readonly stallTimeoutMs?: number;
  /** At a time; 10,000. A further one is closed at once. */
  readonly connectionsMax?: number;
}

export interface Listening {
  address(): AddressInfo;
  /** Refuses new connections, answers what is under way, and ends what is idle. After ten seconds it ends the rest too. */
  close(): Promise<void>;
}

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
  server.maxConnections = options.connectionsMax ?? 10_000;
  holdContinue(server);
  refuseBadPackets(server);
  endSlowReaders(server, options.stallTimeoutMs ?? 30_000);
  const silent = silentConnections(server);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.PORT, options.HOST, resolve);
  });
  return { address: () => server.address() as AddressInfo, close: () => close(server, silent) };
}

/** Connections on which nothing was sent yet, such as a pool's spare. Node does not count them as idle: a stop waited for their whole time. */
function silentConnections(server: Server): ReadonlySet<Socket> {
  const silent = new Set<Socket>();
  server.on('connection', (socket) => {
    silent.add(socket);
    socket.once('close', () => silent.delete(socket));
  });
  server.on('request', ({ socket }) => silent.delete(socket));
  return silent;
}

async function close(server: Server, silent: ReadonlySet<Socket>): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  for (const socket of silent) if (socket.bytesRead === 0) socket.destroy();
  const timer = setTimeout(() => server.closeAllConnections(), CLOSE_MS);
  await closed;
  clearTimeout(timer);
}
