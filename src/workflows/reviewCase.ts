/** The case of doubtful events: whom the policy lists above the model is asked about each, and what follows from the decision is done. */
import type { Question } from './askLadder.ts';
import type { LoadedCase } from './readEvents.ts';
import type { Handling } from './runCase.ts';
import { storyCase } from './storyCase.ts';
import type { AskingPolicy, Story } from './storyRun.ts';

/** What a flow asks about an event. */
export type Review<Policy extends AskingPolicy = AskingPolicy> = (about: LoadedCase<Policy>) => Question;

export const reviewStory =
  <Policy extends AskingPolicy>(review: Review<Policy>): Story<Policy> =>
  async (run) =>
    run.done(await run.ask(review(run.about)));

/** The workflow of a flow whose doubtful events are reviewed. */
export const reviewCase = <Policy extends AskingPolicy>(review: Review<Policy>, limits: Partial<Handling> = {}) =>
  storyCase(reviewStory(review), limits);
