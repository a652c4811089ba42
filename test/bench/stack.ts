/** A whole local stack in an empty data folder, as `npm start` makes it, for a bench. */
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface RunFile {
  readonly processes: { readonly ingress: { readonly pid: number }; readonly postgres: { readonly pid: number } };
  readonly temporal: { readonly address: string; readonly namespace: string };
}

export interface BenchStack {
  readonly port: number;
  readonly run: RunFile;
  readonly ingressMegabytes: () => number;
  /** Processor time since their starts, in seconds; Postgres with all its backends. */
  readonly processorSeconds: () => Readonly<Record<'ingress' | 'postgres', number>>;
  stop(): Promise<void>;
}

const READY_MS = 90_000;

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Resident memory of a process, from /proc. */
export function residentMegabytes(pid: number): number {
  const kilobytes = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kilobytes) / 1024;
}

/** From /proc, with what its ended children took; 0 for a process that has ended by now: then it is counted with its parent. */
function secondsOf(pid: number): number {
  try {
    const fields = (readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ').at(-1) ?? '').split(' ');
    return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks) / 100, 0);
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return 0;
    throw error;
  }
}

function secondsWithChildren(pid: number): number {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').trim().split(' ');
  return children.reduce((sum, child) => sum + secondsOf(Number(child)), secondsOf(pid));
}

const OWN_BUILD = fileURLToPath(new URL('../../../', import.meta.url));

/** `folder`: a clone that was built. */
export async function startStack(folder = OWN_BUILD): Promise<BenchStack> {
  const data = await mkdtemp(join(tmpdir(), 'signalbox-bench-'));
  const port = await freePort();
  const main = join(folder, 'dist', 'main.js');
  const environment = {
    ...process.env,
    PORT: String(port),
    SIGNALBOX_DATA: data,
    TEMPORAL_PORT: String(await freePort()),
    TEMPORAL_UI_PORT: String(await freePort()),
  };
  const child = spawn(process.execPath, [main, 'start'], { env: environment, stdio: ['ignore', 'ignore', 'inherit'] });
  const ended = new Promise<never>((_, reject) => child.once('exit', (code) => reject(new Error(`the stack ended with ${code}`))));
  const stop = async (): Promise<void> => {
    const gone = child.exitCode === null ? once(child, 'exit') : null;
    child.kill('SIGTERM');
    await gone;
    await rm(data, { recursive: true, force: true });
  };
  try {
    await Promise.race([ready(port), ended]);
  } catch (error) {
    await stop();
    throw error;
  }
  ended.catch(() => undefined);
  const run = JSON.parse(await readFile(join(data, 'run.json'), 'utf8')) as RunFile;
  return {
    port,
    run,
    ingressMegabytes: () => residentMegabytes(run.processes.ingress.pid),
    processorSeconds: () => ({ ingress: secondsOf(run.processes.ingress.pid), postgres: secondsWithChildren(run.processes.postgres.pid) }),
    stop,
  };
}

async function ready(port: number): Promise<void> {
  const untilMs = Date.now() + READY_MS;
  while (Date.now() < untilMs) {
    const answer = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => null);
    if (answer?.ok === true && ((await answer.json()) as { worker: { ok: boolean } }).worker.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error('the stack was not ready in time');
}

export async function startEcho(): Promise<{ port: number; child: ChildProcess }> {
  const child = fork(fileURLToPath(new URL('./echo.js', import.meta.url)), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const port = await new Promise<number>((resolve) => child.once('message', (message) => resolve((message as { port: number }).port)));
  return { port, child };
}
