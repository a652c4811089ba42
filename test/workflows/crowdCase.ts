/** The shipped case with so little history to a run that what waits is over many of them. */
import { paymentReview } from '../../src/flows/fraud/workflow.ts';
import { reviewCase } from '../../src/workflows/reviewCase.ts';

export const crowdCase = reviewCase(paymentReview, { storiesMax: 3, historyEventsMax: 100 });
