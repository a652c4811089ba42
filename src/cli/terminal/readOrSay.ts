/** A file that an option names. */
import { readFile } from 'node:fs/promises';
import { CannotRun } from '../../domain/errors.ts';

/** Throws CannotRun where it cannot be read. */
export async function readOrSay(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new CannotRun(`Cannot read ${file}: ${(error as Error).message}`, { cause: error });
  }
}
