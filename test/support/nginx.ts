/** A real nginx in front of a service, as Debian's package has it: it buffers what comes from behind it, and packs it. */
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../src/local/freePort.ts';
import { until } from '../../src/local/until.ts';
import { type Launched, launch } from './shared.ts';

export interface TestNginx {
  readonly url: string;
  /** As a crash would: every connection through it is gone. */
  kill(): Promise<void>;
  /** On the same port. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

const READY_MS = 20_000;

/** Debian puts servers where not every path leads. Null: there is none here. */
export const nginxPath = (): string | null =>
  ['nginx', '/usr/sbin/nginx'].find((path) => spawnSync(path, ['-v']).error === undefined) ?? null;

/** `location`: what stands in the server of the site, as an operator writes it. */
export async function openNginx(program: string, location: string): Promise<TestNginx> {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-nginx-'));
  const port = await freePort();
  const file = join(folder, 'nginx.conf');
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${folder}/${name};`);
  const text = `daemon off; master_process off; pid ${folder}/pid; error_log ${folder}/error warn;
events {}
http { access_log off; ${paths.join(' ')}
  gzip on; gzip_proxied any; gzip_min_length 1; gzip_types application/json text/javascript text/css text/event-stream;
  server { listen 127.0.0.1:${port};
${location}
} }`;
  await writeFile(file, text);
  const ready = (signal: AbortSignal): Promise<void> =>
    until(
      () =>
        new Promise<boolean>((resolve) => {
          const socket = connect(port, '127.0.0.1', () => {
            socket.destroy();
            resolve(true);
          }).once('error', () => resolve(false));
        }),
      signal,
    );
  const spec = { name: 'nginx', command: program, args: ['-c', file, '-e', join(folder, 'error')], showFrom: 60, ready };
  let running: Launched | null = null;
  const start = async (): Promise<void> => {
    running = await launch({ ...spec, stopSignal: 'SIGTERM', stopTimeoutMs: 5000, readyTimeoutMs: READY_MS }, { log: join(folder, 'log') });
  };
  await start();
  return {
    url: `http://127.0.0.1:${port}`,
    start,
    kill: async () => running?.end('SIGKILL'),
    stop: async () => {
      await running?.end('SIGKILL');
      await rm(folder, { recursive: true, force: true });
    },
  };
}
