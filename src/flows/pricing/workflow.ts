/** A price whose move is larger than the flow may make by itself: a person is asked, who may change it within limits; then it is set. */
import type { Decision } from '../../domain/decision.ts';
import type { Json } from '../../domain/event.ts';
import type { Question } from '../../workflows/askLadder.ts';
import type { LoadedCase } from '../../workflows/readEvents.ts';
import { storyCase } from '../../workflows/storyCase.ts';
import type { StoryRun } from '../../workflows/storyRun.ts';
import type { PricingPolicy } from './policy.ts';

export function priceReview({ event: { data }, provisional }: LoadedCase<PricingPolicy>): Question {
  // the reflex proposes a price with each question
  const { price, previous } = (provisional as Decision).result as { price: number; previous: number };
  return {
    question: `Change the price of ${data.sku} from ${previous} to ${price}?`,
    dataAs: 'event',
    proposed: { outcome: 'reprice', result: { price, previous } },
    rejected: 'hold',
  };
}

/** The flow itself is to know what was agreed: its next price begins there. */
export async function priceStory(run: StoryRun<PricingPolicy>): Promise<void> {
  const { about } = run;
  const decided = await run.ask(priceReview(about));
  if (decided.outcome === 'reprice')
    await run.emit('price.agreed', { sku: about.event.data.sku as Json, price: decided.result.price as Json });
  await run.done(decided);
}

export const pricingCase = storyCase(priceStory);
