/** One run of a case: what its stories share. What must outlive it is in rows, or carried to the next run. */
import { condition, continueAsNew, workflowInfo } from '@temporalio/workflow';
import type { PlannedAgain, Taken } from '../activities/takeEvents.ts';
import type { CaseEnding, EndedEvent } from '../domain/caseEnding.ts';
import { parseId } from '../domain/ids.ts';
import type { Verdict } from '../domain/verdict.ts';
import { assertFits } from './assertFits.ts';
import { shown, stepsOfRun } from './calls.ts';
import type { CaseArguments } from './caseInput.ts';
import { CaseShown, type CaseStatus } from './caseShown.ts';
import { Inbox } from './inbox.ts';
import { groupsOf, type Rest } from './parked.ts';
import { Places } from './places.ts';
import { type LoadedCase, ReadEvents, withPolicies } from './readEvents.ts';
import type { RunLimits } from './runLimits.ts';
import { SentAgain } from './sentAgain.ts';
import type { SpokenVerdict } from './signals.ts';
import { parkedStage, type Stage } from './stages.ts';
import { Waits } from './waits.ts';

/** What still runs then is an action between or in its tries: its row keeps the next run from trying at the same time. */
const DRAIN = '10 s';

export class CaseRun {
  readonly key: { readonly tenant: string; readonly flow: string; readonly caseId: string; readonly subject: string };
  readonly inbox: Inbox;
  /** By approval: verdicts that stand on their rows. */
  readonly verdicts = new Map<string, Verdict>();
  readonly #steps = stepsOfRun();
  readonly waits = new Waits();
  readonly places = new Places();
  readonly sentAgain = new SentAgain();
  readonly #read = new ReadEvents();
  readonly #input: CaseArguments;
  readonly limits: RunLimits;
  readonly #shown: CaseShown;
  #failed: number;
  #inFlight = 0;
  #renewing = false;

  constructor(input: CaseArguments, limits: RunLimits) {
    const { workflowId } = workflowInfo();
    const { tenant, flow, subject, after, carried } = input;
    this.key = { tenant, flow, caseId: workflowId, subject };
    this.inbox = new Inbox(after, carried, this.parks ? this.key : undefined);
    this.#shown = new CaseShown(this.key);
    for (const [position, rest] of this.inbox.parked.rests) this.#shown.stage(position, parkedStage(this.key, position, rest));
    this.#input = input;
    this.limits = limits;
    this.#failed = carried?.failed ?? 0;
  }

  get steps() {
    return this.#steps.steps;
  }

  /** Stories that wait hold no place, and the next run does not begin them anew. */
  get parks(): boolean {
    return this.#steps.parks;
  }

  /** Waits for what ends the rest of a story. While it lasts, the story keeps no other from being told. */
  async rest<Result>(position: number, rest: Rest, wait: () => Promise<Result>): Promise<Result> {
    if (this.parks) this.places.resting.set(position, rest);
    this.places.idle += 1;
    try {
      return await wait();
    } finally {
      this.places.idle -= 1;
      this.places.resting.delete(position);
    }
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
    const { signalsMax, historyEventsMax, historyBytesMax } = this.limits;
    return this.inbox.signals >= signalsMax || historyLength >= historyEventsMax || historySize >= historyBytesMax;
  }

  /**
   * Goes on as a new run, with what has arrived and is not acknowledged: the dispatcher sends nothing more until it is. Nothing is
   * awaited between the last look at the inbox and the end of this run.
   */
  async renew(): Promise<never> {
    this.#renewing = true;
    await condition(() => this.#inFlight === 0, DRAIN);
    // whose actions were sent again and are not over is begun anew: it takes them
    const waiting = [...this.inbox.parked.rests, ...this.places.resting];
    const parked = groupsOf(waiting.filter(([position]) => !this.sentAgain.has(position)));
    const carried = { ...this.inbox.carry(), failed: this.#failed, ...(parked.length === 0 ? {} : { parked }) };
    const next: CaseArguments = { ...this.#input, carried };
    return continueAsNew(next);
  }

  /** Tells the dispatcher what was taken; of the rest, `room` events are to be begun at once. Gives what was sent again of stories that wait. */
  async acknowledge(room: number): Promise<readonly PlannedAgain[]> {
    const load = this.inbox.next(room);
    const again = this.sentAgain.askedOf(this);
    const positions = this.inbox.arrivals();
    const { ours, planned = [] } = await this.during(() => this.#take({ positions, load, again }));
    this.inbox.accept(positions, ours);
    return this.sentAgain.fresh(this, planned);
  }

  async #take({ positions, load, again }: { positions: number[]; load: number[]; again: number[] }): Promise<Omit<Taken, 'loaded'>> {
    if (!this.#steps.inOne) return { ours: await this.steps.acknowledge({ ...this.address, positions }) };
    const asked = { ...this.address, positions, load };
    const { loaded, ...taken } = await this.steps.takeEvents(again.length === 0 ? asked : { ...asked, again });
    if (loaded !== null) this.#read.keep(withPolicies(loaded));
    return taken;
  }

  /** Puts a verdict on its approval's row, which decides what counts. */
  async hearVerdict(said: SpokenVerdict): Promise<void> {
    const summary = `${said.verdict} ${said.approval}`;
    // what was read before it may not say what is known now
    this.#read.clear();
    const heard = await this.during(() => this.steps.recordVerdict.executeWithOptions({ summary }, [{ ...this.address, ...said }]));
    if ('standing' in heard) this.#stands(said.approval, heard.standing);
    else this.inbox.dropped += 1;
    // only now: a run that ends before has it carried on
    this.inbox.verdicts.shift();
  }

  #stands(approval: string, verdict: Verdict): void {
    this.verdicts.set(approval, verdict);
    const { position = 0 } = parseId('apr', approval) ?? {};
    if (this.inbox.parked.take(position)) this.inbox.wake([position]);
  }

  /** Events with what is known of them, up to half a megabyte: at least the first. The policy was checked by the activity. */
  async load<Policy>(positions: readonly number[]): Promise<LoadedCase<Policy>[]> {
    const read = this.#read.take<Policy>(positions);
    const asked = { ...this.address, positions: [...positions] };
    const loaded = read.length > 0 ? read : withPolicies<Policy>(await this.during(() => this.steps.loadEvents(asked)));
    for (const event of loaded) {
      this.waits.tell(event);
      this.inbox.wake(this.inbox.parked.takeHearing(event.event));
    }
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
    if (outcome !== undefined) this.#shown.decided(outcome, this.#steps.inOne ? 'later' : 'now');
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
    this.#shown.stage(position, stage);
  }

  finish(positions: readonly number[]): void {
    this.inbox.end(positions);
    this.#shown.finish(positions, this.inbox.open > 0);
  }

  close(): void {
    this.#shown.close(this.#failed > 0);
  }

  status(): CaseStatus {
    return this.#shown.status(this.inbox);
  }

  get address(): Omit<CaseRun['key'], 'subject'> {
    const { subject: _, ...address } = this.key;
    return address;
  }
}
