/**
 * The one load generator of all benches: HTTP/1.1 over plain sockets, keep-alive, one request in flight a connection. It builds
 * requests ahead of time and reads no more of an answer than its status and length, so that it costs the machine little.
 */
import { connect, type Socket } from 'node:net';

export interface Load {
  readonly port: number;
  readonly path: string;
  readonly contentType: string;
  readonly connections: number;
  readonly durationMs: number;
  /** The next request's body. */
  readonly body: () => string;
}

export interface LoadResult {
  readonly requests: number;
  readonly seconds: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** Answers by status; anything but 2xx makes a figure worthless. */
  readonly statuses: Readonly<Record<string, number>>;
}

const HEAD_END = Buffer.from('\r\n\r\n');

/** Reads answers off one connection; calls back at the end of each. */
class Answers {
  #rest: Buffer = Buffer.alloc(0);
  readonly #done: (status: string) => void;

  constructor(done: (status: string) => void) {
    this.#done = done;
  }

  add(chunk: Buffer): void {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    for (;;) {
      const end = this.#rest.indexOf(HEAD_END);
      if (end < 0) return;
      const head = this.#rest.toString('latin1', 0, end);
      const length = /\r\ncontent-length: *(\d+)/i.exec(head);
      if (length === null) throw new Error(`Cannot measure an answer without Content-Length: ${head.slice(0, 80)}`);
      const total = end + HEAD_END.length + Number(length[1]);
      if (this.#rest.length < total) return;
      this.#rest = this.#rest.subarray(total);
      this.#done(head.slice(9, 12));
    }
  }
}

async function open(port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  return socket;
}

const percentile = (sorted: Float64Array, share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;

export async function runLoad({ port, path, contentType, connections, durationMs, body }: Load): Promise<LoadResult> {
  const sockets = await Promise.all(Array.from({ length: connections }, () => open(port)));
  const latencies: number[] = [];
  const statuses: Record<string, number> = {};
  const startedMs = performance.now();
  const untilMs = startedMs + durationMs;
  const head = `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Type: ${contentType}\r\nContent-Length: `;
  const drive = (socket: Socket): Promise<void> =>
    new Promise((resolve, reject) => {
      let sentMs = 0;
      const send = (): void => {
        sentMs = performance.now();
        if (sentMs >= untilMs) {
          socket.end();
          resolve();
          return;
        }
        const text = body();
        socket.write(`${head}${Buffer.byteLength(text)}\r\n\r\n${text}`);
      };
      const answers = new Answers((status) => {
        latencies.push(performance.now() - sentMs);
        statuses[status] = (statuses[status] ?? 0) + 1;
        send();
      });
      socket.on('data', (chunk) => answers.add(chunk));
      socket.once('error', reject);
      socket.once('close', () => reject(new Error('the server closed a connection under load')));
      send();
    });
  await Promise.all(sockets.map(drive));
  const seconds = (performance.now() - startedMs) / 1000;
  const sorted = Float64Array.from(latencies).sort();
  return {
    requests: latencies.length,
    seconds,
    perSecond: latencies.length / seconds,
    p50Ms: percentile(sorted, 0.5),
    p99Ms: percentile(sorted, 0.99),
    maxMs: sorted.at(-1) ?? Number.NaN,
    statuses,
  };
}

/** Throws where anything else came: such a figure is worthless. */
export function assertAllAccepted(what: string, { statuses }: LoadResult): void {
  const bad = Object.keys(statuses).filter((status) => status !== '202');
  if (bad.length > 0) throw new Error(`${what}: answers other than 202: ${JSON.stringify(statuses)}`);
}
