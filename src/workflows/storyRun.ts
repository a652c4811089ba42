/**
 * A run of a story: what happens about one event of a case, told from the event to its end. It asks, acts, waits and is done, and reaches
 * the outside in no other way.
 *
 * A run that is lost begins its story anew: `ask` then gives what was decided, `act` and `done` take what is left to be taken, a wait
 * gives what ended it or goes on to the time that it had. So whatever a story does between them must depend on nothing else.
 */
import type { CaseEnding } from '../domain/caseEnding.ts';
import type { Decision, DecisionDraft } from '../domain/decision.ts';
import type { Emission } from '../domain/emission.ts';
import type { JsonObject } from '../domain/event.ts';
import { HEARD, type HeardEvent } from '../domain/story.ts';
import type { LadderPolicy } from '../policy/ladderPolicy.ts';
import { askLadder, type Question } from './askLadder.ts';
import type { Outside } from './outside.ts';

/** What is read of a policy by a story that asks. */
export type AskingPolicy = Pick<LadderPolicy, 'rungs' | 'approvals'>;

export type Story<Policy> = (run: StoryRun<Policy>) => Promise<unknown>;

export interface Awaited {
  /** One or more types of events; the first that comes to the case and fits ends the wait. */
  readonly type: string | readonly string[];
  /** Pure: also asked of what came before the story waited. Absent: each fits. */
  readonly fits?: (heard: HeardEvent) => boolean;
  /** Milliseconds since the epoch: nobody waits for ever. */
  readonly untilMs: number;
}

export class StoryRun<Policy> {
  readonly #outside: Outside<Policy>;
  #done = false;
  #waits = 0;
  /** Of events that it waited for. */
  readonly #heard: number[] = [];
  /** To be told with the decision. */
  #emits: Emission[] = [];
  /** It goes on after its decision, so its row must be ended. */
  #open: boolean;
  /** The decision that stands. */
  #decision: Decision | null;

  constructor(outside: Outside<Policy>) {
    const { final, story, why } = outside.about;
    this.#outside = outside;
    this.#decision = final;
    this.#open = story?.open === true || why === 'look';
  }

  /** The event, with what is known of it and its policy's content. `about.final` is there where its reflex has decided it. */
  get about() {
    return this.#outside.about;
  }

  get isDone(): boolean {
    return this.#done;
  }

  /** By the case's own clock. */
  nowMs(): number {
    return this.#outside.nowMs();
  }

  /** Asks whom the policy lists above the model, in its order: an LLM, a person; where none of them decides, its default does. */
  async ask(this: StoryRun<Policy & AskingPolicy>, question: Question): Promise<DecisionDraft> {
    const { final } = this.about;
    return final === null ? askLadder(this.#outside, question) : draftOf(final);
  }

  /**
   * Records the final decision, with the actions that its policy lets follow, and takes these; or takes the action of that name, which the
   * policy keeps for the story to ask for. The story goes on. Gives the decision that stands.
   */
  async act(what: DecisionDraft | string): Promise<Decision | null> {
    const { planned, story } = this.about;
    if (typeof what === 'string') return this.#end({ ending: 'case', asks: what }, 'open');
    // told anew: nothing is left of it
    if (this.#decision !== null && story?.open === true && planned.length === 0) return this.#decision;
    return this.#end(this.#decided(what), 'open');
  }

  /**
   * Tells others of something: an event of a type that the flow `emits`, appended by an ingress. It is asked for in the transaction that records
   * the decision; once that is made, at once. A story makes one of a type. Of what it heard, the longest chain of own events counts.
   */
  async emit(type: string, data: JsonObject): Promise<void> {
    this.#emits.push({ type, data, causes: [...this.#heard] });
    if (this.#decision !== null) await this.#end({ ending: 'case' }, 'open');
  }

  /** Waits for an event of the subject; null where none came in time. Also one that came since the story's own event counts. */
  waitFor({ type, fits = () => true, untilMs }: Awaited): Promise<HeardEvent | null> {
    return this.#wait({ types: typeof type === 'string' ? [type] : type, fits, untilMs });
  }

  async sleepUntil(untilMs: number): Promise<void> {
    await this.#wait({ types: [], fits: () => false, untilMs });
  }

  /** Ends the story, with a decision that is recorded and acted on as by `act`; without one, an event that had none asked nothing of its case. */
  async done(draft?: DecisionDraft): Promise<Decision | null> {
    this.#done = true;
    if (draft !== undefined) return this.#end(this.#decided(draft), 'over');
    return this.#end(this.#decision === null ? { ending: 'recorded', note: HEARD } : { ending: 'case' }, 'over');
  }

  #decided(draft: DecisionDraft): Omit<CaseEnding, 'position'> {
    return this.#decision === null ? { ending: 'case', decision: { draft, policy: this.about.policy } } : { ending: 'case' };
  }

  async #end(ending: Omit<CaseEnding, 'position'>, story: 'open' | 'over'): Promise<Decision | null> {
    if (story === 'open') this.#open = true;
    const emits = this.#emits;
    this.#emits = [];
    const ended = await this.#outside.end({ ...ending, ...(this.#open ? { story } : {}), ...(emits.length > 0 ? { emits } : {}) });
    this.#decision = ended.decision;
    await this.#outside.takeActions(ended);
    return ended.decision;
  }

  async #wait(wait: Omit<Parameters<Outside<Policy>['waitFor']>[0], 'nth'>): Promise<HeardEvent | null> {
    const nth = this.#waits;
    this.#waits += 1;
    this.#open = true;
    const heard = await this.#outside.waitFor({ nth, ...wait });
    if (heard !== null) this.#heard.push(heard.event.position);
    return heard;
  }
}

function draftOf({ outcome, confidence, score, rung, reasons, result }: Decision): DecisionDraft {
  return { outcome, confidence, score, rung, reasons, result, provisional: false, rungs: [] };
}

/**
 * Tells the story of an event. One that came too late has none. Of one that its reflex has decided, what follows is done first; that is
 * all, unless it is to be looked at again.
 */
export async function tellStory<Policy>(outside: Outside<Policy>, story: Story<Policy>): Promise<void> {
  const { about } = outside;
  if (about.expired) {
    await outside.end({ ending: 'expired' });
    return;
  }
  const run = new StoryRun(outside);
  if (about.why === 'act') {
    await run.done();
    return;
  }
  if (about.why === 'look' && about.final !== null) await run.act(draftOf(about.final));
  await story(run);
  // fails the workflow task, which is tried again until the code is mended
  if (!run.isDone) throw new TypeError(`Cannot end the story of ${about.eventId} as it was not done: it must end by run.done`);
}
