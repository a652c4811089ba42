/** One stack per data folder: takes the folder, and ends what a killed predecessor left in it. */
import { randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { CannotRun } from '../domain/errors.ts';
import { identify, isRunning, type ProcessIdentity } from './processIdentity.ts';
import { readRunFile } from './runFile.ts';
import { until } from './until.ts';

const END_TIMEOUT_MS = 15_000;

export interface DataFolder {
  readonly path: string;
  readonly supervisor: ProcessIdentity;
  release(): Promise<void>;
}

/** A hard link appears whole or not at all, with its content: no second start reads an empty lock. */
async function takeLock(lock: string, self: ProcessIdentity): Promise<ProcessIdentity | null> {
  const making = `${lock}.${randomUUID()}`;
  await writeFile(making, JSON.stringify(self));
  try {
    await link(making, lock);
    return null;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return JSON.parse(await readFile(lock, 'utf8')) as ProcessIdentity;
  } finally {
    await rm(making, { force: true });
  }
}

/** Of several starts that found the same dead holder one may already hold the folder: what was moved away by mistake is put back. */
async function clearLock(lock: string, dead: ProcessIdentity): Promise<void> {
  const away = `${lock}.${randomUUID()}`;
  const moved = await rename(lock, away).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return false;
      throw error;
    },
  );
  if (!moved) return;
  const holder = JSON.parse(await readFile(away, 'utf8')) as ProcessIdentity;
  if (holder.pid !== dead.pid || holder.started !== dead.started) await link(away, lock);
  await rm(away);
}

async function endLeftover(name: string, process_: ProcessIdentity, say: (line: string) => void): Promise<void> {
  if (!(await isRunning(process_))) return;
  say(`${name} (process ${process_.pid}) was left by an earlier start: ending it`);
  // Postgres takes SIGINT as: end now, in order
  process.kill(process_.pid, name === 'postgres' ? 'SIGINT' : 'SIGTERM');
  const gone = async () => !(await isRunning(process_));
  await until(gone, AbortSignal.timeout(END_TIMEOUT_MS)).catch(async () => {
    if (await isRunning(process_)) process.kill(process_.pid, 'SIGKILL');
    await until(gone, AbortSignal.timeout(END_TIMEOUT_MS));
  });
}

/** With its parents. Node's own recursive `mkdir` tried for ever where the system says that a folder's parent is not there, though it is (`/proc/x`). */
async function makeFolder(path: string): Promise<void> {
  if (await isFolder(path)) return;
  await makeFolder(dirname(path));
  await mkdir(path).catch(async (error: unknown) => {
    // another start was first
    if (!(await isFolder(path))) throw error;
  });
}

const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );

export async function takeDataFolder(folder: string, say: (line: string) => void): Promise<DataFolder> {
  const path = resolve(folder);
  await makeFolder(path).catch((error: Error) => {
    throw new CannotRun(`Cannot use the data folder ${path}: ${error.message}`, { cause: error });
  });
  const supervisor = await identify(process.pid);
  if (supervisor === null) throw new CannotRun('Cannot tell processes apart: neither /proc nor ps can be read');
  const lock = join(path, 'start.lock');
  for (let holder = await takeLock(lock, supervisor); holder !== null; holder = await takeLock(lock, supervisor)) {
    if (await isRunning(holder)) {
      throw new CannotRun(
        `Cannot start a second time in ${path} as process ${holder.pid} runs there: stop it, or set another SIGNALBOX_DATA`,
      );
    }
    await clearLock(lock, holder);
  }
  const release = () => rm(lock, { force: true });
  try {
    const left = await readRunFile(path);
    // those that use others first
    for (const [name, process_] of Object.entries(left?.processes ?? {}).reverse()) await endLeftover(name, process_, say);
  } catch (error) {
    await release();
    throw error;
  }
  return { path, supervisor, release };
}
