/** A process that can be started, watched and ended. */
import type { Owner } from './postgresHome.ts';

export interface ProcessSpec {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Added to our own environment. */
  readonly env?: Readonly<Record<string, string>>;
  readonly owner?: Owner;
  readonly cwd?: string;
  /** One of ours, which a channel tells when we are gone; any other is ended by a watcher then. */
  readonly ours?: boolean;
  readonly stopSignal: 'SIGINT' | 'SIGTERM';
  /** Then SIGKILL. */
  readonly stopTimeoutMs: number;
  readonly readyTimeoutMs: number;
  /** Before every start: clears what a killed predecessor left, waits for what it cannot start without. Gives up only when the signal says so. */
  readonly prepare?: (signal: AbortSignal) => Promise<void>;
  /** Resolves once it serves; gives up only when the signal says so. */
  readonly ready: (signal: AbortSignal, pid: number) => Promise<void>;
  /** Lines from this level on (pino's numbers) are shown in the terminal; all of them are in the log file. */
  readonly showFrom: number;
  /** The level of a line that is not JSON. */
  readonly levelOf?: (line: string) => number;
}
