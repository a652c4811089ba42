/**
 * All that a story can reach of what is outside of it. A case reaches it by Temporal, a test by a script and a clock of its own: so a
 * story says the same in both.
 */
import type { CaseEnding, EndedEvent } from '../domain/caseEnding.ts';
import type { DecisionDraft } from '../domain/decision.ts';
import type { JsonObject } from '../domain/event.ts';
import type { HeardEvent } from '../domain/story.ts';
import type { Verdict } from '../domain/verdict.ts';
import type { Said } from '../kit/climb.ts';
import type { ApprovalsPolicy } from '../policy/approvalsPolicy.ts';
import type { LlmRung } from '../policy/ladderPolicy.ts';
import type { LoadedCase } from './readEvents.ts';
import type { Stage } from './stages.ts';

/** What is proposed to a person: the outcome of an approval, and a result whose fields it may change as far as the policy lets it. */
export interface Proposal {
  readonly outcome: string;
  readonly result: JsonObject;
}

/** A question to a person, as their approval shows it. */
export interface PersonQuestion {
  readonly question: string;
  /** What the event's data is called among the evidence. */
  readonly dataAs: string;
  readonly proposed: Proposal;
  /** The outcome of a rejection. */
  readonly rejected: string;
  /** What the rungs below would have done. */
  readonly advice: JsonObject;
  /** As policies give them. */
  readonly terms: ApprovalsPolicy;
}

/** What a person, or the default in their place, said, and to which proposal: an earlier run may have made another one. */
export interface PersonAnswer {
  readonly verdict: Verdict;
  readonly proposed: Proposal;
  /** The outcome where nobody answered. */
  readonly byDefault: string;
  readonly waitedMs: number;
}

export interface StoryWait {
  /** Counts the waits of the story, from 0. */
  readonly nth: number;
  /** Types of events; none where it waits for the time alone. */
  readonly types: readonly string[];
  /** Pure: it is asked of every such event that comes to the case. */
  fits(heard: HeardEvent): boolean;
  readonly untilMs: number;
}

export interface Outside<Policy> {
  /** The event, with what is known of it and its policy's content. */
  readonly about: LoadedCase<Policy>;
  /** By the clock of whoever tells the story. */
  nowMs(): number;
  /** Shows where the event stands. */
  stage(stage: Stage): void;
  /** Records what holds while a slow rung is climbed. */
  answerMeanwhile(draft: DecisionDraft): Promise<void>;
  askLlm(terms: LlmRung): Promise<Said>;
  askPerson(question: PersonQuestion): Promise<PersonAnswer>;
  /** Records how the event ends; gives what stands: another run may have been first. */
  end(ending: Omit<CaseEnding, 'position'>): Promise<EndedEvent>;
  /** The first event of the subject behind the story's own that fits; null where none came in time. */
  waitFor(wait: StoryWait): Promise<HeardEvent | null>;
  /** Takes the actions that are planned, and what takes them back where one fails. */
  takeActions(ended: EndedEvent): Promise<void>;
}
