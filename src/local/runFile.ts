/**
 * `run.json` in the data folder: what runs there, for the commands that find the stack by it and for the next start, which ends what a killed
 * predecessor left. It holds the database's password, so only its owner may read it.
 */
import { randomUUID } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ProcessIdentity } from './processIdentity.ts';

export interface RunFile {
  readonly supervisor: ProcessIdentity;
  readonly startedAt: string;
  /** Where the HTTP API answers; null until it does. */
  readonly url: string | null;
  readonly database: string | null;
  readonly temporal: { readonly address: string; readonly namespace: string; readonly web: string | null } | null;
  /** What whoever looks at the stack from outside cannot tell: whether keys are checked, and where actions go (without what may hold a token). */
  readonly settings: { readonly auth: 'off' | 'keys'; readonly webhook: string | null } | null;
  /** By name: postgres, temporal, ingress, worker; those of them that run. */
  readonly processes: Readonly<Record<string, ProcessIdentity>>;
}

const place = (data: string): string => join(data, 'run.json');

/** Null where nothing was started in this folder, or it was ended properly. */
export async function readRunFile(data: string): Promise<RunFile | null> {
  const text = await readFile(place(data), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  return text === null ? null : (JSON.parse(text) as RunFile);
}

/** Renamed into place: a reader never sees half of it. */
export async function writeRunFile(data: string, content: RunFile): Promise<void> {
  const making = `${place(data)}.${randomUUID()}`;
  try {
    await writeFile(making, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
    await rename(making, place(data));
  } catch (error) {
    // half of it, on a full disk
    await rm(making, { force: true });
    throw error;
  }
}

export async function removeRunFile(data: string): Promise<void> {
  await rm(place(data), { force: true });
}
