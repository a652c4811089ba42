/** Disputes as labels: what a payment turned out to be. Folding has no part in it: this may change without a change of its code. */
import type { FlowOutcomes } from '../../domain/flow.ts';
import { ATTEMPTED, DISPUTED } from './payment.ts';

/** What is not disputed within a week is taken for genuine: the delay with which the model was trained. */
const SILENCE_DAYS = 7;

export const fraudLabels: FlowOutcomes = {
  truths: ['fraud', 'genuine'],
  claims: { decline: 'fraud', approve: 'genuine' },
  positive: 'fraud',
  silence: { days: SILENCE_DAYS, truth: 'genuine' },
  keyOf: ({ type, data }) => (type === ATTEMPTED ? String(data.paymentId) : null),
  labelOf: ({ type, data }) =>
    type === DISPUTED ? { key: String(data.paymentId), truth: data.fraud === true ? 'fraud' : 'genuine' } : null,
};
