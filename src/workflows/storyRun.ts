/**
 * A run of a story: what happens about one event of a case, told from the event to its end. It asks, acts and is done, and reaches the
 * outside in no other way.
 *
 * A run that is lost begins its story anew: `ask` then gives what was decided, `act` and `done` take what is left to be taken.
 */
import type { EndedEvent } from '../domain/caseEnding.ts';
import type { Decision, DecisionDraft } from '../domain/decision.ts';
import type { LadderPolicy } from '../policy/ladderPolicy.ts';
import { askLadder, type Question } from './askLadder.ts';
import type { Outside } from './outside.ts';

/** What is read of a policy by a story that asks. */
export type AskingPolicy = Pick<LadderPolicy, 'rungs' | 'approvals'>;

export type Story<Policy> = (run: StoryRun<Policy>) => Promise<unknown>;

export class StoryRun<Policy> {
  readonly #outside: Outside<Policy>;
  #done = false;
  /** What stands since the story acted. */
  #acted: Decision | null | undefined;

  constructor(outside: Outside<Policy>) {
    this.#outside = outside;
  }

  /** The event, with what is known of it and its policy's content. */
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

  /** Records the final decision, with the actions that its policy lets follow, and takes these. Gives the decision that stands. */
  async act(draft: DecisionDraft): Promise<Decision | null> {
    const { final, policy } = this.about;
    const ended = await this.#outside.end({ ending: 'case', ...(final === null ? { decision: { draft, policy } } : {}) });
    return this.#take(ended);
  }

  /** Ends the story: with a decision as `act` does; an event that had none asked nothing of its case. */
  async done(draft?: DecisionDraft): Promise<Decision | null> {
    this.#done = true;
    if (draft !== undefined) return this.act(draft);
    if (this.#acted !== undefined) return this.#acted;
    return this.#take(await this.#outside.end({ ending: this.about.final === null ? 'recorded' : 'case' }));
  }

  async #take(ended: EndedEvent): Promise<Decision | null> {
    await this.#outside.takeActions(ended);
    this.#acted = ended.decision;
    return ended.decision;
  }
}

function draftOf({ outcome, confidence, score, rung, reasons, result }: Decision): DecisionDraft {
  return { outcome, confidence, score, rung, reasons, result, provisional: false, rungs: [] };
}

/** Tells the story of an event. One that came too late has none; of one that its reflex has decided, only what follows is left to be done. */
export async function tellStory<Policy>(outside: Outside<Policy>, story: Story<Policy>): Promise<void> {
  if (outside.about.expired) {
    await outside.end({ ending: 'expired' });
    return;
  }
  const run = new StoryRun(outside);
  if (outside.about.why === 'act') {
    await run.done();
    return;
  }
  await story(run);
  // fails the workflow task, which is tried again until the code is mended
  if (!run.isDone) throw new TypeError(`Cannot end the story of ${outside.about.eventId} as it was not done: it must end by run.done`);
}
