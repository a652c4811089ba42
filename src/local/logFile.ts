/** A log file with a limit: at the limit it becomes `<name>.1`, and what was there before goes. */
import { appendFileSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

const BYTES_MAX = 10 * 1024 * 1024;

export interface LogFile {
  /** Written before it returns: the last words of a process that ends are the ones needed most. */
  write(line: string): void;
}

export function logFile(file: string, bytesMax = BYTES_MAX): LogFile {
  mkdirSync(dirname(file), { recursive: true });
  let bytes = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  return {
    write(line) {
      const size = Buffer.byteLength(line);
      if (bytes > 0 && bytes + size > bytesMax) {
        renameSync(file, `${file}.1`);
        bytes = 0;
      }
      appendFileSync(file, line, { mode: 0o600 });
      bytes += size;
    },
  };
}
