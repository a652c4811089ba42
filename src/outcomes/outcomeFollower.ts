/**
 * Follows the logs of all flows as long as it is open: a batch of each in turn, then a pause. Any number of processes may; the cursor's
 * lock lets one at a time at a flow, and the others pass on.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Flow } from '../domain/flow.ts';
import { isDatabaseAway, type Pool } from '../log/db/database.ts';
import { joinOutcomes } from './joinOutcomes.ts';

interface FollowerDeps {
  readonly pool: Pool;
  readonly tenant: string;
  readonly flows: readonly Flow[];
  readonly logger: Logger;
}

/** How late a label may show; and how soon a flow is tried again that could not be followed. */
const PAUSE_MS = 1000;

/**
 * Pauses after a batch, in times that it took: it has a tenth of one connection's time. At half of it, accepting at full speed beside it fell
 * from 1.06 to 0.82 of an echo's rate, and one connection's median rose from 5.4 to 6.2 times the echo's (two runs of the bench).
 */
const PAUSES = 9;

/** A worker may be there before the first ingress has made the schema. */
const NO_TABLE = '42P01';

export interface OutcomeFollower {
  /** Waits for the batch under way. */
  close(): Promise<void>;
}

export function openOutcomeFollower(deps: FollowerDeps): OutcomeFollower {
  const stopping = new AbortController();
  const running = run(deps, stopping.signal);
  return {
    async close() {
      stopping.abort();
      await running;
    },
  };
}

async function run(deps: FollowerDeps, stop: AbortSignal): Promise<void> {
  while (!stop.aborted) {
    const startedMs = performance.now();
    let more = false;
    for (const flow of deps.flows) {
      if (!stop.aborted && (await followOne(deps, flow))) more = true;
    }
    // batches that are slow, because accepting wants the machine, make the pauses longer too
    const pauseMs = more ? PAUSES * (performance.now() - startedMs) : PAUSE_MS;
    await pause(pauseMs, undefined, { signal: stop }).catch(() => undefined);
  }
}

/** Whether there may be more at once. Never rejects: the cursor stands where it stood, the next turn tries again. */
async function followOne({ pool, tenant, logger }: FollowerDeps, flow: Flow): Promise<boolean> {
  try {
    const { state, failures } = await joinOutcomes(pool, { tenant, flow });
    for (const error of failures) logger.error({ err: error, flow: flow.name }, 'an event could not be read as a label and counts as none');
    return state === 'more';
  } catch (error) {
    if (isDatabaseAway(error) || (error as { code?: string }).code === NO_TABLE)
      logger.debug({ err: error, flow: flow.name }, 'outcomes wait for the database');
    else logger.error({ err: error, flow: flow.name }, 'the outcomes of a flow cannot be followed');
    return false;
  }
}
