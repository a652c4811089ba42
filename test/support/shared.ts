/**
 * Servers that one test run shares. jest runs suites in processes of their own, so the first that needs a server starts it detached, under a lock,
 * and leaves its address in the run's folder (made and removed by jest's global setup and teardown) for the others.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ProcessSpec } from '../../src/local/processSpec.ts';
import { until } from '../../src/local/until.ts';

const START_TIMEOUT_MS = 120_000;

function runFolder(): string {
  const folder = process.env.SIGNALBOX_TEST_RUN;
  if (folder === undefined) throw new Error('SIGNALBOX_TEST_RUN is not set: tests run under jest with its global setup');
  return folder;
}

/** Whether this process is the run's first to ask for that name. */
export function claim(name: string): Promise<boolean> {
  return mkdir(join(runFolder(), name)).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'EEXIST') return false;
      throw error;
    },
  );
}

/** What `start` gave, from whichever process ran it. */
export async function shared<T extends object>(name: string, start: (folder: string) => Promise<T>): Promise<T> {
  const folder = runFolder();
  const file = join(folder, `${name}.json`);
  const read = async () => JSON.parse(await readFile(file, 'utf8')) as T;
  if (await claim(`${name}.lock`)) {
    try {
      const given = await start(folder);
      await writeFile(`${file}.new`, JSON.stringify(given));
      await rename(`${file}.new`, file);
    } catch (error) {
      // the next suite tries again instead of waiting for what will not come
      await rm(join(folder, `${name}.lock`), { recursive: true, force: true });
      throw error;
    }
  }
  await until(async () => (await read()) !== null, AbortSignal.timeout(START_TIMEOUT_MS));
  return await read();
}

export interface Launched {
  readonly pid: number;
  readonly child: ChildProcess;
  /** Sends the signal and waits for the end. */
  end(signal: NodeJS.Signals): Promise<void>;
}

/** jest killed by a second Ctrl-C runs no teardown: a shell of a few hundred kB sees to it that the server does not outlive it. */
export function endWith(runner: number, pid: number): void {
  const script = 'while kill -0 "$1" 2>/dev/null && kill -0 "$2" 2>/dev/null; do sleep 1; done; kill -INT "$2" 2>/dev/null';
  spawn('/bin/sh', ['-c', script, 'sh', String(runner), String(pid)], { detached: true, stdio: 'ignore' }).unref();
}

/** Starts a process and waits until it serves. A shared one is written down for jest's teardown and outlives this process. */
export async function launch(spec: ProcessSpec, { log, shared: outlives = false }: { log: string; shared?: boolean }): Promise<Launched> {
  await spec.prepare?.(AbortSignal.timeout(spec.readyTimeoutMs));
  const output = await open(log, 'a');
  const child = spawn(spec.command, spec.args, {
    ...spec.owner,
    cwd: spec.cwd,
    env: { ...process.env, ...spec.env },
    detached: true,
    stdio: ['ignore', output.fd, output.fd],
  });
  await once(child, 'spawn').finally(() => output.close());
  child.unref();
  const pid = child.pid ?? 0;
  endWith(outlives ? Number(process.env.SIGNALBOX_TEST_RUNNER) : process.pid, pid);
  if (outlives) await appendFile(join(runFolder(), 'pids'), `${pid}\n`);
  const gone = new AbortController();
  child.once('exit', (code, signal) => gone.abort(new Error(`${spec.name} ended with ${code ?? signal}; its log is ${log}`)));
  await spec.ready(AbortSignal.any([gone.signal, AbortSignal.timeout(spec.readyTimeoutMs)]), pid).catch((error: unknown) => {
    throw gone.signal.aborted ? gone.signal.reason : error;
  });
  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
  };
  return { pid, child, end };
}
