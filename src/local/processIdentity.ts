/**
 * Tells a process of ours from an unrelated one that got its number later: a pid alone is not enough to kill by.
 * The start time is compared as the system writes it; the command line says whose it is where no start time was kept.
 */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface ProcessIdentity {
  readonly pid: number;
  /** Opaque; equal texts are the same process. */
  readonly started: string;
}

async function ps(pid: number, column: string): Promise<string | null> {
  const found = await run('ps', ['-ww', '-o', `${column}=`, '-p', String(pid)], { timeout: 5000 }).catch(() => null);
  const text = found?.stdout.trim() ?? '';
  return text === '' ? null : text;
}

/** Slim images have no `ps`, macOS has no `/proc`: each is asked where the other is missing. */
async function startTime(pid: number): Promise<string | null> {
  if (process.platform !== 'linux') return await ps(pid, 'lstart');
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  // the command's name stands in brackets and may hold spaces: count from the last bracket; state 3, start time 22
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields === undefined || fields[0] === 'Z' ? null : `${fields[19] ?? ''}`;
}

export async function identify(pid: number): Promise<ProcessIdentity | null> {
  const started = await startTime(pid);
  return started === null ? null : { pid, started };
}

export async function isRunning({ pid, started }: ProcessIdentity): Promise<boolean> {
  return (await startTime(pid)) === started;
}

export async function commandLine(pid: number): Promise<string | null> {
  if (process.platform !== 'linux') return await ps(pid, 'command');
  const text = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => null);
  return text === null || text === '' ? null : text.replaceAll('\0', ' ').trim();
}
