/** What the supervisor says to its operator. Never throws and never ends it: standard output may be a file on the disk that is full. */
import pino from 'pino';

/** What waits for space; beyond it lines are lost. */
const WAITING_CHARS_MAX = 1024 * 1024;

export interface Output {
  write(text: string): void;
}

/** `closed`: nobody reads it any more. */
export function openOutput(fd: number, closed: () => void): Output {
  const output = pino.destination({ fd, sync: true, maxLength: WAITING_CHARS_MAX });
  output.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') closed();
  });
  return { write: (text) => void output.write(text) };
}
