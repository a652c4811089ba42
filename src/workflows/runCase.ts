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
import type { PlannedAgain } from '../activities/takeEvents.ts';
import { APPROVAL_DECIDED, CASE_STATUS, EVENTS_ARRIVED } from '../domain/temporalNames.ts';
import { parseCaseInput } from './caseInput.ts';
import { CaseRun } from './caseRun.ts';
import type { CaseStatus } from './caseShown.ts';
import { LIMITS, type RunLimits } from './runLimits.ts';

export interface Handling extends Partial<RunLimits> {
  /** One story: works on these events to their end. */
  readonly handle: (run: CaseRun, positions: number[]) => Promise<void>;
  /** Events in one story at most. */
  readonly batchMax: number;
  /** Stories that are told at a time; those that wait do not count. */
  readonly storiesMax: number;
}

/** In a run that does not park: each began anew with every run, and more filled it before the next event was looked at. */
const UNPARKED_MAX = 1000;

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
  wakeParked(run).catch((error: unknown) => stories.fail(error));
  for (;;) {
    stories.throwFailure();
    // before the acknowledgement of what brought the run to its limit: until then nothing more is sent
    if (run.full) await run.renew();
    const said = inbox.verdicts[0];
    if (said !== undefined) await run.hearVerdict(said);
    else if (inbox.mustAcknowledge) stories.actAgain(await run.acknowledge(stories.room));
    else {
      stories.begin();
      // a run that closes while a signal is on its way has to do its last task again: in a flood, every batch was recorded twice
      if (inbox.empty && inbox.expectsMore()) await condition(() => !inbox.empty, LINGER, { summary: 'more events are expected' });
      // nothing is awaited between this look and the return
      else if (inbox.empty) return run.close();
      else await stories.wait(() => run.full || stories.moved || inbox.verdicts.length > 0 || inbox.mustAcknowledge || inbox.empty);
    }
  }
}

/** Begins those anew whose time has come. Nothing is added to them in a run, so one timer after the other is enough. */
async function wakeParked({ inbox }: CaseRun): Promise<void> {
  for (;;) {
    const { nextMs } = inbox.parked;
    if (nextMs === null) return;
    const leftMs = nextMs - Date.now();
    if (leftMs > 0) await condition(() => inbox.parked.size === 0, leftMs, { summary: 'the next of those that wait' });
    inbox.wake(inbox.parked.takeDue(Date.now()));
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
    const { parks, places } = this.#run;
    return this.#running - (parks ? places.free(Date.now()) : places.idle);
  }

  get #open(): number {
    return this.#running + this.#run.inbox.parked.size;
  }

  get #openMax(): number {
    return this.#run.parks ? this.#run.limits.openMax : UNPARKED_MAX;
  }

  get #mayBegin(): boolean {
    return this.#working < this.#handling.storiesMax && this.#open < this.#openMax && this.#run.inbox.waiting > 0;
  }

  /** Also until an action has taken so long that it gives its place up to an event that waits for one. */
  async wait(moved: () => boolean): Promise<void> {
    const { parks, places, inbox } = this.#run;
    const freeMs = parks && inbox.waiting > 0 && this.#open < this.#openMax ? places.nextFreeMs(Date.now()) : null;
    if (freeMs === null) await condition(moved);
    else await condition(moved, freeMs, { summary: 'an action takes long' });
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
      this.#tell(positions).catch((error: unknown) => this.fail(error));
    }
  }

  /** Beside the stories that wait. What cannot be taken is on its row and on the timeline. */
  actAgain(planned: readonly PlannedAgain[]): void {
    for (const one of planned)
      this.#run.sentAgain.take(this.#run, one).catch((error: unknown) => {
        if (isCancellation(error) || !(error instanceof TemporalFailure)) this.fail(error);
        else this.#run.failed();
      });
  }

  fail(error: unknown): void {
    this.#failure = { error };
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
