/** A shell of its own for each test: commands run in it, what they print is kept, and the service that they ask is a fake on the wire. */
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, jest } from '@jest/globals';
import { program } from '../../src/cli/program.ts';
import { report } from '../../src/cli/terminal/report.ts';

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

interface Shell {
  /** What the service was asked, in order. */
  readonly asked: Asked[];
  /** What it answers, by the decoded path without its query; 404 for others. */
  readonly answers: Record<string, [status: number, body: unknown]>;
  readonly printed: { out: string; err: string };
  /** The data folder of its environment. */
  folder(): string;
  /** The exit code. */
  run(...words: string[]): Promise<number>;
}

const NOTHING: [number, object] = [404, { status: 404, title: 'Not found', code: 'not-found' }];

async function run(...words: string[]): Promise<number> {
  process.exitCode = 0;
  try {
    await program().parseAsync(['node', 'signalbox', ...words]);
    return Number(process.exitCode);
  } catch (error) {
    return report(error, false);
  } finally {
    process.exitCode = 0;
  }
}

/** For the whole file: everything is new for each of its tests. */
export function openShell(): Shell {
  const environment = { ...process.env };
  const asked: Asked[] = [];
  const answers: Shell['answers'] = {};
  const printed = { out: '', err: '' };
  let server: Server;
  let folder = '';
  const keep = (stream: 'out' | 'err') => (chunk: string | Uint8Array) => {
    printed[stream] += String(chunk);
    return true;
  };
  beforeEach(async () => {
    asked.length = 0;
    for (const path of Object.keys(answers)) delete answers[path];
    Object.assign(printed, { out: '', err: '' });
    folder = await mkdtemp(join(tmpdir(), 'signalbox-cli-'));
    server = createServer(async (request, response) => {
      const path = request.url ?? '';
      asked.push({ method: request.method ?? '', path, headers: request.headers, body: await text(request) });
      const [status, body] = answers[decodeURIComponent(path.split('?')[0] ?? '')] ?? NOTHING;
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    process.env.SIGNALBOX_URL = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    process.env.SIGNALBOX_KEY = 'sbx_test';
    process.env.SIGNALBOX_DATA = folder;
    jest.spyOn(process.stdout, 'write').mockImplementation(keep('out'));
    jest.spyOn(process.stderr, 'write').mockImplementation(keep('err'));
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    process.env = { ...environment };
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await rm(folder, { recursive: true, force: true });
  });
  return { asked, answers, printed, run, folder: () => folder };
}
