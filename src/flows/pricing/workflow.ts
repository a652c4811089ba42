/** A price whose move is larger than the flow may make by itself: a person is asked, who may change it within limits; then it is set. */
import type { Decision } from '../../domain/decision.ts';
import type { Question } from '../../workflows/askLadder.ts';
import type { LoadedCase } from '../../workflows/readEvents.ts';
import { reviewCase } from '../../workflows/reviewCase.ts';
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

export const pricingCase = reviewCase(priceReview);
