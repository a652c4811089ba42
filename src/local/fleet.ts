/** The stack's processes, and run.json kept in step with them. */
import { join } from 'node:path';
import type { DataFolder } from './dataFolder.ts';
import { logFile } from './logFile.ts';
import { identify, type ProcessIdentity } from './processIdentity.ts';
import { processLog } from './processLog.ts';
import type { ProcessSpec } from './processSpec.ts';
import { type RunFile, removeRunFile, writeRunFile } from './runFile.ts';
import { type Supervised, supervise } from './supervise.ts';

export type Addresses = Pick<RunFile, 'url' | 'database' | 'temporal' | 'settings'>;

export interface Terminal {
  /** One line for the operator. */
  readonly say: (line: string) => void;
  /** Ends a start that is under way. */
  readonly signal: AbortSignal;
}

export interface Fleet {
  start(spec: ProcessSpec): Promise<void>;
  learn(addresses: Partial<Addresses>): Promise<void>;
  pids(): Record<string, number>;
  atStop(close: () => Promise<void>): void;
  /** In reverse order of their starts; run.json goes with them. */
  stop(): Promise<void>;
}

export function openFleet({ path, supervisor }: DataFolder, { say, signal }: Terminal): Fleet {
  const startedAt = new Date().toISOString();
  const running: Supervised[] = [];
  const closing: (() => Promise<void>)[] = [];
  const pids = new Map<string, number>();
  let addresses: Addresses = { url: null, database: null, temporal: null, settings: null };
  let writing: Promise<void> = Promise.resolve();
  let written = true;

  const write = async () => {
    const processes: Record<string, ProcessIdentity> = {};
    for (const [name, pid] of pids) {
      const identity = await identify(pid);
      if (identity !== null) processes[name] = identity;
    }
    await writeRunFile(path, { supervisor, startedAt, ...addresses, processes });
  };
  // one after the other: an older picture must not replace a newer one
  const rewrite = async () => {
    writing = writing.then(write).then(
      () => {
        written = true;
      },
      (error: Error) => {
        if (written) say(`run.json could not be written: ${error.message}`);
        written = false;
      },
    );
    await writing;
  };

  return {
    async start(spec) {
      const changed = (pid: number | null) => {
        if (pid === null) pids.delete(spec.name);
        else pids.set(spec.name, pid);
        void rewrite();
      };
      const log = processLog(spec, logFile(join(path, 'logs', `${spec.name}.log`), { say }), say);
      running.push(await supervise(spec, { log, say, changed, signal }));
    },
    async learn(more) {
      addresses = { ...addresses, ...more };
      await rewrite();
    },
    atStop: (close) => void closing.push(close),
    pids: () => Object.fromEntries(pids),
    async stop() {
      for (const one of running.splice(0).reverse()) await one.stop();
      for (const close of closing.splice(0)) await close();
      await writing;
      await removeRunFile(path);
    },
  };
}
