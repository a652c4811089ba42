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
  /** With a channel the child learns when we are gone, however we went. */
  readonly channel?: boolean;
  readonly stopSignal: 'SIGINT' | 'SIGTERM';
  /** Then SIGKILL. */
  readonly stopTimeoutMs: number;
  readonly readyTimeoutMs: number;
  /** Before every start: ends or clears what a killed predecessor left. */
  readonly prepare?: () => Promise<void>;
  /** Resolves once it serves; gives up only when the signal says so. */
  readonly ready: (signal: AbortSignal) => Promise<void>;
}
