/**
 * One run of a process. It does not outlive us: one of ours ends when its channel closes (./endWithParent.ts), any other is ended by a shell that
 * waits for the end of a pipe which only we hold open. So a kill -9 of the supervisor leaves nothing behind.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { CannotRun } from '../domain/errors.ts';
import type { ProcessLog } from './processLog.ts';
import type { ProcessSpec } from './processSpec.ts';

export interface RunningProcess {
  readonly pid: number;
  /** Resolves with how it ended. */
  readonly ended: Promise<string>;
  /** Asks it to end, then makes it. */
  stop(): Promise<void>;
}

function watch(pid: number, stopSignal: ProcessSpec['stopSignal']): ChildProcess {
  const script = 'read line; kill -s "$2" "$1" 2>/dev/null';
  return spawn('/bin/sh', ['-c', script, 'sh', String(pid), stopSignal.slice('SIG'.length)], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    cwd: '/',
  });
}

export async function runProcess(spec: ProcessSpec, log: ProcessLog): Promise<RunningProcess> {
  const child = spawn(spec.command, spec.args, {
    ...spec.owner,
    cwd: spec.cwd,
    env: { ...process.env, ...spec.env },
    // a group of its own: Ctrl-C goes to us alone, and we end them in order
    detached: true,
    stdio: spec.ours === true ? ['ignore', 'pipe', 'pipe', 'ipc'] : ['ignore', 'pipe', 'pipe'],
  });
  for (const output of [child.stdout, child.stderr]) if (output) log.read(output);
  await once(child, 'spawn').catch((error: Error) => {
    throw new CannotRun(`Cannot start ${spec.name} (${spec.command}): ${error.message}`, { cause: error });
  });
  const pid = child.pid ?? 0;
  const watcher = spec.ours === true ? null : watch(pid, spec.stopSignal);
  const ended = new Promise<string>((resolve) => {
    // not 'exit': its last lines are still in the pipe then
    child.once('close', (code, signal) => {
      watcher?.kill('SIGKILL');
      resolve(signal === null ? `exit code ${code}` : `signal ${signal}`);
    });
  });
  const stop = async () => {
    const late = new AbortController();
    child.kill(spec.stopSignal);
    const force = pause(spec.stopTimeoutMs, undefined, { signal: late.signal }).then(
      () => child.kill('SIGKILL'),
      () => undefined,
    );
    await ended;
    late.abort();
    await force;
  };
  return { pid, ended, stop };
}
