/** A payment that the reflex could not decide: an LLM or a person is asked, the default holds if nobody answers, the card's processor is told. */
import { type Review, reviewCase } from '../../workflows/reviewCase.ts';

export const paymentReview: Review = ({ event: { data } }) => ({
  question: `Release payment ${data.paymentId} of ${data.amount} ${data.currency} by card ${data.cardId}?`,
  dataAs: 'payment',
  proposed: { outcome: 'approve', result: { paymentId: data.paymentId ?? null } },
  rejected: 'decline',
});

export const fraudCase = reviewCase(paymentReview);
