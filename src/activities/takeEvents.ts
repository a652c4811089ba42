import type { Acknowledgement } from './acknowledge.ts';
import type { Loaded, Loading } from './loadEvents.ts';

export interface Taking extends Acknowledgement {
  /** Those of the positions that are worked on at once. */
  readonly load: number[];
  /** Of positions that it has: those whose stories wait, and of which actions may have been sent again. */
  readonly again?: number[];
}

export interface PlannedAgain {
  readonly position: number;
  /** In order. */
  readonly actions: string[];
}

export interface Taken {
  /** The positions that are the case's business, in order. */
  readonly ours: number[];
  /** Null where there is nothing to load, or it cannot be read now. */
  readonly loaded: Loaded | null;
  /** Absent where nothing is. */
  readonly planned?: PlannedAgain[];
}

interface TakeEventsDeps {
  acknowledge(taken: Acknowledgement): Promise<number[]>;
  loadEvents(loading: Loading): Promise<Loaded>;
  /** Of those positions that have any. */
  readPlanned(of: Pick<Acknowledgement, 'tenant' | 'flow'>, positions: number[]): Promise<PlannedAgain[]>;
}

/**
 * Notes what the case has taken, as `acknowledge` does, and reads what it begins with, as `loadEvents` does: one step for both. What cannot be
 * read (a policy that this build does not know) must not hold up the acknowledgement: the story of these events asks for it again, by itself.
 *
 * *Retries*: without end, from 100 ms up to 5 s; the dispatcher waits meanwhile.
 * *Idempotency*: `taken` only grows; the same positions again give those that still wait.
 * *Fails with*: `database-away`.
 */
export function createTakeEvents({ acknowledge, loadEvents, readPlanned }: TakeEventsDeps) {
  return async ({ load, again = [], ...taken }: Taking): Promise<Taken> => {
    const { tenant, flow, caseId } = taken;
    const ours = await acknowledge(taken);
    const known = new Set(ours);
    const planned = again.length === 0 ? [] : await readPlanned({ tenant, flow }, again);
    const more = planned.length === 0 ? {} : { planned };
    const positions = load.filter((position) => known.has(position));
    if (positions.length === 0) return { ours, loaded: null, ...more };
    return { ours, loaded: await loadEvents({ tenant, flow, caseId, positions }).catch(() => null), ...more };
  };
}
