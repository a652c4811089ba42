/**
 * A log file with a limit: at the limit it becomes `<name>.1`, and what was there before goes.
 *
 * Writing never throws: a full disk, or a folder that somebody removed, must not end whoever logs. What cannot be written is lost and counted.
 */
import { appendFileSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

const BYTES_MAX = 10 * 1024 * 1024;

export interface LogFile {
  /** Written before it returns: the last words of a process that ends are the ones needed most. */
  write(line: string): void;
}

interface LogFileOptions {
  readonly bytesMax?: number;
  /** Tells that lines are lost, and that they are not any more. */
  readonly say?: (line: string) => void;
}

const isGone = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT';

export function logFile(file: string, { bytesMax = BYTES_MAX, say = () => undefined }: LogFileOptions = {}): LogFile {
  let bytes: number | null = null;
  let lost = 0;

  function append(line: string): void {
    const size = Buffer.byteLength(line);
    bytes ??= statSync(file, { throwIfNoEntry: false })?.size ?? 0;
    if (bytes > 0 && bytes + size > bytesMax) {
      renameSync(file, `${file}.1`);
      bytes = 0;
    }
    appendFileSync(file, line, { mode: 0o600 });
    bytes += size;
  }

  function appendAgain(line: string): void {
    try {
      append(line);
    } catch (error) {
      // what was written of the line counts too
      bytes = null;
      if (!isGone(error)) throw error;
      mkdirSync(dirname(file), { recursive: true });
      append(line);
    }
  }

  return {
    write(line) {
      try {
        appendAgain(line);
      } catch (error) {
        if (lost === 0) say(`${file} cannot be written (${(error as Error).message}): its lines are lost until it can`);
        lost += 1;
        return;
      }
      if (lost > 0) say(`${file} is written again: ${lost} lines were lost`);
      lost = 0;
    },
  };
}
