/**
 * Who of this process asks the database next for a place at a model. One does at a time, the first in line, so that a hundred that wait
 * cost no more than one; it looks again when a request of this process is over, and now and then for those of others.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { compareWaiters, type Waiter } from './record/places.ts';

/** For places that other processes give back. */
const LOOK_AGAIN_MS = 250;

type Order = Pick<Waiter, 'untilMs' | 'value'>;

interface Line {
  readonly standing: Standing[];
  /** What the first one waits by; ended when a place may be free. */
  bell: AbortController;
  /** The first one was told so when it looked last. */
  full: boolean;
}

interface Standing extends Order {
  readonly turn: AbortController;
}

interface Limits {
  /** Where all places are taken, it waits no longer than this. */
  readonly giveUpMs: number;
  readonly signal: AbortSignal;
}

export interface WaitingLine {
  /** Waits for its turn, then works: again and again until `work` gives something. Null: it gave up. */
  through<Result>(model: string, order: Order, work: () => Promise<Result | null>, limits: Limits): Promise<Result | null>;
  /** A place of the model may be free. */
  freed(model: string): void;
}

/** Ends early where one of the signals does. */
async function wait(ms: number, ...signals: AbortSignal[]): Promise<void> {
  await pause(Math.max(0, ms), undefined, { signal: AbortSignal.any(signals) }).catch(() => undefined);
}

export function createWaitingLine(): WaitingLine {
  const lines = new Map<string, Line>();

  function enter(model: string, mine: Standing): Line {
    const line = lines.get(model) ?? { standing: [], bell: new AbortController(), full: false };
    lines.set(model, line);
    const behind = line.standing.findIndex((other) => compareWaiters(mine, other) < 0);
    line.standing.splice(behind < 0 ? line.standing.length : behind, 0, mine);
    return line;
  }

  function leave(model: string, { standing }: Line, mine: Standing): void {
    standing.splice(standing.indexOf(mine), 1);
    standing[0]?.turn.abort();
    if (standing.length === 0) lines.delete(model);
  }

  return {
    async through(model, order, work, { giveUpMs, signal }) {
      const untilMs = performance.now() + giveUpMs;
      let mine: Standing = { ...order, turn: new AbortController() };
      const line = enter(model, mine);
      try {
        for (;;) {
          signal.throwIfAborted();
          if (line.standing[0] === mine) {
            const result = await work();
            line.full = result === null;
            if (result !== null) return result;
            line.bell = new AbortController();
            await wait(Math.min(LOOK_AGAIN_MS, untilMs - performance.now()), line.bell.signal, signal);
          } else {
            await wait(line.full ? untilMs - performance.now() : giveUpMs, mine.turn.signal, signal);
            // somebody who is in more of a hurry may have come first meanwhile
            if (mine.turn.signal.aborted) mine = again(line, mine);
          }
          if (line.full && performance.now() >= untilMs) return null;
        }
      } finally {
        leave(model, line, mine);
      }
    },
    freed: (model) => lines.get(model)?.bell.abort(),
  };
}

/** The same place in line, with a turn that has not come yet. */
function again({ standing }: Line, mine: Standing): Standing {
  const renewed = { ...mine, turn: new AbortController() };
  standing[standing.indexOf(mine)] = renewed;
  return renewed;
}
