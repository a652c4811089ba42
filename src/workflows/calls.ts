/** The activities as workflows call them. A database that is away is waited for: nothing here gives up. */
import { patched, proxyActivities, proxyLocalActivities } from '@temporalio/workflow';
import type { Activities } from '../activities/createActivities.ts';
import { QUEUES, type WAYS } from '../domain/temporalNames.ts';

const RETRY = { initialInterval: '100 ms', backoffCoefficient: 2, maximumInterval: '5 s' } as const;

const ON_THE_DATABASE = { startToCloseTimeout: '8 s', retry: RETRY } as const;

export const shown =
  proxyActivities<Pick<Activities, 'recordEndings' | 'openApproval' | 'closeApproval' | 'lookUp' | 'beginWait' | 'endWait'>>(
    ON_THE_DATABASE,
  );

type Steps = Pick<
  Activities,
  'acknowledge' | 'takeEvents' | 'loadEvents' | 'recordEndings' | 'recordProvisional' | 'recordVerdict' | 'recordTimer'
>;

const local = proxyLocalActivities<Steps>(ON_THE_DATABASE);
const steps = proxyActivities<Steps>(ON_THE_DATABASE);

export interface RunSteps {
  readonly steps: typeof steps;
  /** Takes events and reads them in one step, and shows its outcome together with its state. */
  readonly inOne: boolean;
  /** Stories that wait hold no place, and the next run leaves them waiting. */
  readonly parks: boolean;
}

const begins = (way: (typeof WAYS)[number]): boolean => patched(way);

/**
 * How a run does its short steps, to be asked once, at its start: runs that began in an older way go on in it. As local activities these
 * saved round trips, and jammed cases: several at a time are answered in one order and replayed in another (decision 22).
 */
export function stepsOfRun(): RunSteps {
  if (begins('parked')) return { steps, inOne: true, parks: true };
  if (begins('together')) return { steps, inOne: true, parks: false };
  return { steps: begins('steps-in-order') ? steps : local, inOne: false, parks: false };
}

/** When the next try is due is said by the action's row; these pauses are for tries whose worker was killed. */
export const acting = proxyActivities<Pick<Activities, 'act'>>({
  taskQueue: QUEUES.actions,
  startToCloseTimeout: '35 s',
  retry: { initialInterval: '1 s', backoffCoefficient: 2, maximumInterval: '1 minute' },
});

/** How long is given with each call. A worker that is killed is missed after the heartbeats; what it asked is a row. */
export const asking = proxyActivities<Pick<Activities, 'askLlm'>>({
  taskQueue: QUEUES.llm,
  startToCloseTimeout: '1 minute',
  heartbeatTimeout: '10 s',
  retry: { initialInterval: '1 s', backoffCoefficient: 2, maximumInterval: '30 s' },
});

/** As above. Told in time or not at all. */
export const telling = proxyActivities<Pick<Activities, 'sendNotice'>>({
  taskQueue: QUEUES.actions,
  startToCloseTimeout: '50 s',
  scheduleToCloseTimeout: '3 hours',
  retry: { initialInterval: '1 s', backoffCoefficient: 2, maximumInterval: '1 minute' },
});
