/** One run of a case: what its stories share. What must outlive it is in rows, or carried to the next run. */
import { ApplicationFailure, condition, continueAsNew, workflowInfo } from '@temporalio/workflow';
import type { CaseEnding, EndedEvent } from '../domain/caseEnding.ts';
import type { Verdict } from '../domain/verdict.ts';
import { shown, stepsOfRun } from './calls.ts';
import { CaseDisplay } from './caseDisplay.ts';
import { Inbox } from './inbox.ts';
import { type LoadedCase, ReadEvents, withPolicies } from './readEvents.ts';
import type { CaseArguments, SpokenVerdict } from './signals.ts';
import { type CaseState, type Stage, Stages } from './stages.ts';
import { Waits } from './waits.ts';

/** What still runs then is an action between or in its tries: its row keeps the next run from trying at the same time. */
const DRAIN = '10 s';

/** The query's answer. */
export interface CaseStatus {
  flow: string;
  subject: string;
  state: string;
  waitingFor: string | null;
  deadline: string | null;
  taken: number;
  settled: number;
  approvals: string[];
  dropped: number;
}

export interface RunLimits {
  /** Signals that one run takes before the next one goes on. */
  readonly signalsMax: number;
  readonly historyEventsMax: number;
  readonly historyBytesMax: number;
}

/** A task whose commands are over 2 MB fails for ever. */
const CALL_CHARS_MAX = 512 * 1024;

/** Throws what puts the event aside. */
export function assertFits(what: string, value: unknown): void {
  const chars = JSON.stringify(value)?.length ?? 0;
  if (chars > CALL_CHARS_MAX)
    throw ApplicationFailure.nonRetryable(`Cannot go on as ${what} must be at most ${CALL_CHARS_MAX} characters: ${chars}`, 'too-large');
}

export class CaseRun {
  readonly key: { readonly tenant: string; readonly flow: string; readonly caseId: string; readonly subject: string };
  readonly inbox: Inbox;
  /** By approval: verdicts that stand on their rows. */
  readonly verdicts = new Map<string, Verdict>();
  readonly #steps = stepsOfRun();
  readonly waits = new Waits();
  readonly #read = new ReadEvents();
  readonly #input: CaseArguments;
  readonly #limits: RunLimits;
  readonly #stages = new Stages();
  readonly #display = new CaseDisplay();
  #failed: number;
  #inFlight = 0;
  #renewing = false;

  constructor(input: CaseArguments, limits: RunLimits) {
    const { workflowId } = workflowInfo();
    const { tenant, flow, subject, after, carried } = input;
    this.key = { tenant, flow, caseId: workflowId, subject };
    this.inbox = new Inbox(after, carried);
    this.#input = input;
    this.#limits = limits;
    this.#failed = carried?.failed ?? 0;
  }

  get steps() {
    return this.#steps.steps;
  }

  /** Calls an activity, unless the run is about to end: then it waits for an end that comes first. */
  async during<Result>(call: () => Promise<Result>): Promise<Result> {
    if (this.#renewing) await condition(() => false);
    this.#inFlight += 1;
    try {
      return await call();
    } finally {
      this.#inFlight -= 1;
    }
  }

  get full(): boolean {
    const { historyLength, historySize } = workflowInfo();
    const { signalsMax, historyEventsMax, historyBytesMax } = this.#limits;
    return this.inbox.signals >= signalsMax || historyLength >= historyEventsMax || historySize >= historyBytesMax;
  }

  /**
   * Goes on as a new run, with what has arrived and is not acknowledged: the dispatcher sends nothing more until it is. Nothing is
   * awaited between the last look at the inbox and the end of this run.
   */
  async renew(): Promise<never> {
    this.#renewing = true;
    await condition(() => this.#inFlight === 0, DRAIN);
    const next: CaseArguments = { ...this.#input, carried: { ...this.inbox.carry(), failed: this.#failed } };
    return continueAsNew(next);
  }

  /** Tells the dispatcher what was taken; what is no business of this case is dropped. Of the rest, `room` events are to be begun at once. */
  async acknowledge(room: number): Promise<void> {
    const load = this.inbox.next(room);
    const positions = this.inbox.arrivals();
    this.inbox.accept(positions, await this.during(() => this.#take(positions, load)));
  }

  async #take(positions: number[], load: number[]): Promise<number[]> {
    if (!this.#steps.inOne) return this.steps.acknowledge({ ...this.address, positions });
    const { ours, loaded } = await this.steps.takeEvents({ ...this.address, positions, load });
    if (loaded !== null) this.#read.keep(withPolicies(loaded));
    return ours;
  }

  /** Puts a verdict on its approval's row, which decides what counts. */
  async hearVerdict(said: SpokenVerdict): Promise<void> {
    const summary = `${said.verdict} ${said.approval}`;
    // what was read before it may not say what is known now
    this.#read.clear();
    const heard = await this.during(() => this.steps.recordVerdict.executeWithOptions({ summary }, [{ ...this.address, ...said }]));
    if ('standing' in heard) this.verdicts.set(said.approval, heard.standing);
    else this.inbox.dropped += 1;
    // only now: a run that ends before has it carried on
    this.inbox.verdicts.shift();
  }

  /** Events with what is known of them, up to half a megabyte: at least the first. The policy was checked by the activity. */
  async load<Policy>(positions: readonly number[]): Promise<LoadedCase<Policy>[]> {
    const read = this.#read.take<Policy>(positions);
    const asked = { ...this.address, positions: [...positions] };
    const loaded = read.length > 0 ? read : withPolicies<Policy>(await this.during(() => this.steps.loadEvents(asked)));
    for (const event of loaded) this.waits.tell(event);
    return loaded;
  }

  /** Ends one event, in sight of the Web UI. */
  async end(ending: CaseEnding): Promise<EndedEvent> {
    assertFits('its decision', ending.decision?.draft);
    const outcome = ending.decision?.draft.outcome ?? ending.ending;
    const summary = `event ${this.key.flow}.${ending.position}: ${outcome}`;
    const ended = await this.during(() => shown.recordEndings.executeWithOptions({ summary }, [{ ...this.key, endings: [ending] }]));
    return this.#ended(ended)[0] ?? { position: ending.position, decision: null, planned: [] };
  }

  /** Ends many events in one transaction. */
  async endAll(endings: CaseEnding[]): Promise<EndedEvent[]> {
    return this.#ended(await this.during(() => this.steps.recordEndings({ ...this.key, endings })));
  }

  #ended(ended: EndedEvent[]): EndedEvent[] {
    const outcome = ended.findLast(({ decision }) => decision !== null)?.decision?.outcome;
    if (outcome !== undefined) this.#display.decided(outcome, this.#steps.inOne ? 'later' : 'now');
    return ended;
  }

  /** An event that cannot be worked on is put aside, with the reason, and the case goes on. */
  async putAside(positions: readonly number[], reason: string): Promise<void> {
    this.#failed += positions.length;
    await this.endAll(positions.map((position) => ({ position, ending: 'quarantined', note: reason, story: 'over' })));
  }

  /** Something of an event ended badly for good. */
  failed(): void {
    this.#failed += 1;
  }

  stage(position: number, stage: Stage): void {
    this.#stages.set(position, stage);
    this.#show(this.#stages.state);
  }

  finish(positions: readonly number[]): void {
    this.#stages.end(positions);
    this.inbox.end(positions);
    if (this.inbox.open > 0) this.#show(this.#stages.state);
  }

  close(): void {
    this.#show(this.#failed > 0 ? 'failed' : 'done');
  }

  #show(state: CaseState): void {
    const { flow, subject } = this.key;
    this.#display.show(state, [`**${state}** ${flow} ${subject}`, ...this.#stages.describe(flow)]);
  }

  status(): CaseStatus {
    const { flow, subject } = this.key;
    const { taken, settled, dropped } = this.inbox;
    const first = this.#stages.first;
    const state = this.#display.state ?? this.#stages.state;
    return {
      flow,
      subject,
      state,
      waitingFor: first?.waitingFor ?? null,
      deadline: first?.deadline ?? null,
      taken,
      settled,
      approvals: this.#stages.approvals,
      dropped,
    };
  }

  get address(): { tenant: string; flow: string; caseId: string } {
    const { tenant, flow, caseId } = this.key;
    return { tenant, flow, caseId };
  }
}
