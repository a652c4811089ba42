/** What it takes to approve or decline a payment without a person. */
import type { FlowConditions } from '../../domain/conditions.ts';
import { model, rules } from '../../kit/conditions.ts';
import { ATTEMPTED } from './payment.ts';
import type { FraudPolicy } from './policy.ts';

export const fraudConditions: FlowConditions<FraudPolicy> = {
  of({ type, data, seen, score, policy: { bands, rules: terms, limits } }) {
    if (type !== ATTEMPTED) return {};
    const calm = [
      rules.atMost('velocity', 'payments of the card within an hour', seen.paymentsInHour, terms.velocity.paymentsPerHourMax),
      rules.atMost('failures', 'failed payments of the card within an hour', seen.failuresInHour, terms.failures.failuresPerHourMax),
    ];
    const probability = 'probability of fraud';
    return {
      approve: [
        ...calm,
        model.below('score', probability, score, bands.reviewFrom),
        rules.atMost('above-limit', 'amount that may be released without a person', data.amount, limits.autoApproveMax),
      ],
      review: [model.atLeast('score', probability, score, bands.reviewFrom), model.below('score', probability, score, bands.declineFrom)],
      decline: [
        ...calm,
        model.atLeast('score', probability, score, bands.declineFrom),
        rules.atLeast('new-card', 'earlier payments of the card that are known', seen.knownPayments, terms.newCard.knownPaymentsMin),
      ],
    };
  },
  bands: ({ bands: { reviewFrom, declineFrom } }) => [
    { outcome: 'approve', from: 0, to: reviewFrom },
    { outcome: 'review', from: reviewFrom, to: declineFrom },
    { outcome: 'decline', from: declineFrom, to: 1 },
  ],
};
