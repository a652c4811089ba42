/** Keeps one process running: started again with back-off whenever it ends, until it is told to stop. */

import { setTimeout as pause } from 'node:timers/promises';
import { BackOff } from '../domain/backOff.ts';
import { CannotRun } from '../domain/errors.ts';
import { type RunningProcess, runProcess } from './childProcess.ts';
import type { ProcessLog } from './processLog.ts';
import type { ProcessSpec } from './processSpec.ts';

/** The longest is short enough that everything is back within a minute, even if all of it was killed several times. */
const PAUSES = { firstMs: 100, maxMs: 5000 };
/** Who served for this long starts again at once. */
const STEADY_MS = 5000;

export interface Supervised {
  stop(): Promise<void>;
}

interface Watching {
  readonly log: ProcessLog;
  /** What happened, for the operator. */
  readonly say: (line: string) => void;
  /** After every start and end. */
  readonly changed: (pid: number | null) => void;
  /** Ends the first start; later ends go through `stop()`. */
  readonly signal: AbortSignal;
}

/** Rejects when it ended, took too long, or the signal came. */
async function untilReady(spec: ProcessSpec, running: RunningProcess, signal: AbortSignal): Promise<void> {
  const over = new AbortController();
  const ended = running.ended.then((how) => {
    over.abort();
    throw new Error(`it ended with ${how}`);
  });
  const ready = spec.ready(AbortSignal.any([over.signal, signal, AbortSignal.timeout(spec.readyTimeoutMs)]), running.pid);
  // whichever loses the race must not count as an unhandled rejection
  ended.catch(() => undefined);
  ready.catch(() => undefined);
  await Promise.race([ended, ready]);
}

/** Resolves when the first run serves; throws CannotRun with its last words when that one does not come up. */
export async function supervise(spec: ProcessSpec, { log, say, changed, signal }: Watching): Promise<Supervised> {
  const stopping = new AbortController();
  let running: RunningProcess | null = null;

  const startOnce = async (within: AbortSignal) => {
    await spec.prepare?.(within);
    within.throwIfAborted();
    running = await runProcess(spec, log);
    changed(running.pid);
    try {
      await untilReady(spec, running, within);
    } catch (error) {
      await running.stop();
      running = null;
      changed(null);
      throw error;
    }
    return running;
  };

  const keep = async (first: RunningProcess) => {
    let current: RunningProcess | null = first;
    const backOff = new BackOff(PAUSES);
    while (!stopping.signal.aborted) {
      const sinceMs = performance.now();
      if (current !== null) {
        const how = await current.ended;
        running = null;
        changed(null);
        if (stopping.signal.aborted) return;
        if (performance.now() - sinceMs > STEADY_MS) backOff.reset();
        say(`${spec.name} ended with ${how}: starting it again`);
      }
      await pause(backOff.next(), undefined, { signal: stopping.signal }).catch(() => undefined);
      if (stopping.signal.aborted) return;
      current = await startOnce(stopping.signal).catch((error: Error) => {
        if (!stopping.signal.aborted) say(`${spec.name} did not come back (${error.message}; ${log.lastWords()}): trying again`);
        return null;
      });
      if (current !== null) say(`${spec.name} is back (process ${current.pid})`);
    }
  };

  const first = await startOnce(signal).catch((error: Error) => {
    signal.throwIfAborted();
    if (error instanceof CannotRun) throw error;
    throw new CannotRun(`Cannot start ${spec.name}: ${error.message}: ${log.lastWords()}`, { cause: error });
  });
  const kept = keep(first);
  return {
    async stop() {
      stopping.abort();
      await running?.stop();
      await kept;
    },
  };
}
