/** Disputes as labels: what a payment turned out to be. Folding has no part in it: this may change without a change of its code. */
import { defineLabels } from '../../kit/defineLabels.ts';
import { ATTEMPTED, DISPUTED, paymentEvents } from './payment.ts';

/** What is not disputed within a week is taken for genuine: the delay with which the model was trained. */
const SILENCE_DAYS = 7;

export const fraudLabels = defineLabels(paymentEvents, {
  truths: ['fraud', 'genuine'],
  claims: { decline: 'fraud', approve: 'genuine' },
  positive: 'fraud',
  silence: { days: SILENCE_DAYS, truth: 'genuine' },
  keyOf: { [ATTEMPTED]: ({ paymentId }) => paymentId },
  labelOf: { [DISPUTED]: ({ paymentId, fraud }) => ({ key: paymentId, truth: fraud ? 'fraud' : 'genuine' }) },
});
