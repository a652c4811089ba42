/** The shipped case with low limits, so that a test reaches them. */
import { paymentReview } from '../../src/flows/fraud/workflow.ts';
import { reviewCase } from '../../src/workflows/reviewCase.ts';

export const smallCase = reviewCase(paymentReview, { storiesMax: 3, signalsMax: 20 });
