/** How far an import has come. Repeats are harmless, so a checkpoint that is a second old costs only that second again. */
import { createHash } from 'node:crypto';
import { mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { CannotRun } from '../domain/errors.ts';

const SAMPLE_BYTES = 64 * 1024;

const stored = z.strictObject({
  fingerprint: z.string(),
  /** Events and rejected rows settled since the start of the file. */
  items: z.number(),
  rows: z.number(),
  /** An event that the service must still hold: a database made anew starts the import anew. */
  last: z.strictObject({ source: z.string(), id: z.string() }).nullable(),
  /** Length of the rejected-rows file then. */
  rejectedBytes: z.number(),
});
export type Checkpoint = z.infer<typeof stored>;

/** Of the file's size, start and end, the map and whatever else decides the order of items. */
export async function fingerprint(file: string, rest: readonly unknown[]): Promise<string> {
  const handle = await open(file, 'r').catch((error: NodeJS.ErrnoException) => {
    throw new CannotRun(`Cannot read ${file}: ${error.code ?? error.message}`);
  });
  try {
    const { size } = await handle.stat();
    const hash = createHash('sha256').update(JSON.stringify([size, ...rest]));
    for (const from of [0, Math.max(0, size - SAMPLE_BYTES)]) {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(SAMPLE_BYTES), 0, SAMPLE_BYTES, from);
      hash.update(buffer.subarray(0, bytesRead));
    }
    return hash.digest('hex');
  } finally {
    await handle.close();
  }
}

/** Null where there is none, or one of another file or map. */
export async function readCheckpoint(path: string, of: string): Promise<Checkpoint | null> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw new CannotRun(`Cannot read the checkpoint ${path}: ${error.code ?? error.message}`);
  });
  if (text === null) return null;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new CannotRun(`Cannot read the checkpoint ${path} as it is not JSON: remove it to start from the beginning`);
  }
  const parsed = stored.safeParse(value);
  if (!parsed.success) throw new CannotRun(`Cannot use the checkpoint ${path}: remove it to start from the beginning`);
  return parsed.data.fingerprint === of ? parsed.data : null;
}

/** Whole or not at all: a kill leaves the one before. */
export async function writeCheckpoint(path: string, checkpoint: Checkpoint): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(`${path}.new`, JSON.stringify(checkpoint));
  await rename(`${path}.new`, path);
}

export async function removeCheckpoint(path: string): Promise<void> {
  await rm(path, { force: true });
}
