/**
 * The loop of every case: acknowledge what arrived, work on it, go on as a new run before a limit, close when nothing is left.
 * The business is in `handle`.
 */
import {
  ApplicationFailure,
  condition,
  defineQuery,
  defineSignal,
  isCancellation,
  rootCause,
  setHandler,
  TemporalFailure,
} from '@temporalio/workflow';
import { APPROVAL_DECIDED, CASE_STATUS, EVENTS_ARRIVED } from '../domain/temporalNames.ts';
import { CaseRun, type CaseStatus, type RunLimits } from './caseRun.ts';
import { parseCaseInput } from './signals.ts';

export interface Handling extends Partial<RunLimits> {
  /** One story: works on these events to their end. */
  readonly handle: (run: CaseRun, positions: number[]) => Promise<void>;
  /** Events in one story at most. */
  readonly batchMax: number;
  /** Stories that are told at a time; those that wait do not count. */
  readonly storiesMax: number;
}

/**
 * Far from Temporal's own limits (10,000 signals, 51,200 events, 50 MB), so that replaying a run stays quick. A history over 4 MB
 * cannot be fetched in one message, as clients do (tried at 7 MB: refused).
 */
const LIMITS: RunLimits = { signalsMax: 500, historyEventsMax: 8000, historyBytesMax: 3 * 1024 * 1024 };

/** Stories that are told or wait, in one run: the next event waits until one is over, and each wait has its time. */
const OPEN_MAX = 1000;

const LINGER = '500 ms';

const eventsArrived = defineSignal<[unknown]>(EVENTS_ARRIVED);
const approvalDecided = defineSignal<[unknown]>(APPROVAL_DECIDED);
const caseStatus = defineQuery<CaseStatus>(CASE_STATUS);

export async function runCase(given: unknown, handling: Handling): Promise<void> {
  const input = parseCaseInput(given);
  if (input === null) throw ApplicationFailure.nonRetryable('A case is started by the dispatcher', 'bad-request');
  const run = new CaseRun(input, { ...LIMITS, ...handling });
  const stories = new Stories(run, handling);
  const { inbox } = run;
  // these only take note, so no handler is ever unfinished
  setHandler(eventsArrived, (said) => inbox.hearEvents(said));
  setHandler(approvalDecided, (said) => inbox.hearVerdict(said));
  setHandler(caseStatus, () => run.status());
  for (;;) {
    stories.throwFailure();
    // before the acknowledgement of what brought the run to its limit: until then nothing more is sent
    if (run.full) await run.renew();
    const said = inbox.verdicts[0];
    if (said !== undefined) await run.hearVerdict(said);
    else if (inbox.mustAcknowledge) await run.acknowledge(stories.room);
    else {
      stories.begin();
      // a run that closes while a signal is on its way has to do its last task again: in a flood, every batch was recorded twice
      if (inbox.empty && inbox.expectsMore()) await condition(() => !inbox.empty, LINGER, { summary: 'more events are expected' });
      // nothing is awaited between this look and the return
      else if (inbox.empty) return run.close();
      else await condition(() => run.full || stories.moved || inbox.verdicts.length > 0 || inbox.mustAcknowledge || inbox.empty);
    }
  }
}

/** The events being worked on, some at a time. */
class Stories {
  readonly #run: CaseRun;
  readonly #handling: Handling;
  #running = 0;
  #failure: { error: unknown } | null = null;

  constructor(run: CaseRun, handling: Handling) {
    this.#run = run;
    this.#handling = handling;
  }

  /** Those that wait keep no other from being told. */
  get #working(): number {
    return this.#running - this.#run.waits.idle;
  }

  get #mayBegin(): boolean {
    return this.#working < this.#handling.storiesMax && this.#running < OPEN_MAX && this.#run.inbox.waiting > 0;
  }

  /** So many events more could be begun now. */
  get room(): number {
    return (this.#handling.storiesMax - this.#working) * this.#handling.batchMax - this.#run.inbox.waiting;
  }

  get moved(): boolean {
    return this.#mayBegin || this.#failure !== null;
  }

  begin(): void {
    while (this.#mayBegin) {
      const positions = this.#run.inbox.begin(this.#handling.batchMax);
      this.#running += 1;
      this.#tell(positions).catch((error: unknown) => {
        this.#failure = { error };
      });
    }
  }

  throwFailure(): void {
    if (this.#failure !== null) throw this.#failure.error;
  }

  async #tell(positions: number[]): Promise<void> {
    try {
      await this.#handling.handle(this.#run, positions);
    } catch (error) {
      // an error of our own code fails the workflow task, which is tried again until the code is mended
      if (isCancellation(error) || !(error instanceof TemporalFailure)) throw error;
      await this.#run.putAside(positions, rootCause(error) ?? error.message);
    }
    this.#running -= 1;
    this.#run.finish(positions);
  }
}
