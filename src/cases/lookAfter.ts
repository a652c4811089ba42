/**
 * Looks after cases with open events: one whose run is gone begins again from the rows, one that sits on a signal is sent it again.
 *
 * Hundreds of cases wait for people for days, and asked about one by one every three seconds they kept Temporal busy: a hundred times a second.
 * Its list answers for all at once. As it may lag, what it does not name is asked about by itself.
 */
import type { Logger } from 'pino';
import type { Pool } from '../log/db/database.ts';
import type { CaseClient } from './caseClient.ts';
import { type Delivery, rewind, type Unsettled } from './mail.ts';

interface LookAfterDeps {
  readonly pool: Pool;
  readonly cases: CaseClient;
  readonly logger: Logger;
}

/** No acknowledgement for this long though the run has no task waiting: sent again. */
const QUIET_SECONDS_MAX = 15;
/** Once in that time, within its first seconds: after an outage all are quiet, and most of them busy. */
const LOOK_WITHIN_SECONDS = 5;

/** What tells of each whether it must get mail again. */
export async function lookAfter(deps: LookAfterDeps, due: readonly Unsettled[]): Promise<(one: Unsettled) => Promise<boolean>> {
  const running = await namedAsRunning(deps, due);
  return async (unsettled) => {
    const { caseId, sent, taken, quietSeconds } = unsettled;
    const quiet = taken < sent && quietSeconds > QUIET_SECONDS_MAX && quietSeconds % QUIET_SECONDS_MAX < LOOK_WITHIN_SECONDS;
    if (running.has(caseId) && !quiet) return false;
    const run = await deps.cases.look(caseId);
    if (run === 'gone') return beginAgain(deps, unsettled);
    return run === 'idle' && quiet ? rewind(deps.pool, unsettled, 'taken') : false;
  };
}

async function namedAsRunning({ cases, logger }: LookAfterDeps, due: readonly Unsettled[]): Promise<ReadonlySet<string>> {
  if (due.length === 0) return new Set();
  try {
    return await cases.running(due.map(({ caseId }) => caseId));
  } catch (error) {
    logger.debug({ err: error }, 'Temporal did not list its runs, each case is asked about');
    return new Set();
  }
}

/** A new run gets all that is open, in order. False where the row has moved meanwhile. */
export function beginAgain({ pool, logger }: LookAfterDeps, delivery: Delivery): Promise<boolean> {
  const { caseId, settled } = delivery;
  logger.info({ case: caseId, settled }, 'a case with open events has no live run, it is started again');
  return rewind(pool, delivery, 'settled');
}
