/**
 * The first rung: what the policy wants a person to see, whatever the model says. Rules only ever ask, they never release or
 * block by themselves.
 */
import type { Reason } from '../../domain/decision.ts';
import type { FraudPolicy } from './policy.ts';

export interface Facts {
  readonly amount: number;
  readonly currency: string;
  /** This payment counted. */
  readonly paymentsInHour: number;
  readonly failuresInHour: number;
  /** Other payments of the card that its habit is read from. */
  readonly knownPayments: number;
  /** Card testing and impossible travel. */
  readonly found: readonly Reason[];
}

/** Before the model: how fast a card is used, and what else was `found`. */
export function velocityRules({ paymentsInHour, failuresInHour, found }: Facts, { rules }: FraudPolicy): Reason[] {
  const reasons: Reason[] = [...found];
  const { paymentsPerHourMax } = rules.velocity;
  if (paymentsInHour > paymentsPerHourMax)
    reasons.push({ code: 'velocity', text: `${paymentsInHour} payments of the card within an hour, more than ${paymentsPerHourMax}` });
  const { failuresPerHourMax } = rules.failures;
  if (failuresInHour > failuresPerHourMax)
    reasons.push({
      code: 'failures',
      text: `${failuresInHour} failed payments of the card within an hour, more than ${failuresPerHourMax}`,
    });
  return reasons;
}

/** After the model: what it may not do alone. */
export function limitRules(facts: Facts, proposed: 'approve' | 'decline', { rules, limits }: FraudPolicy): Reason[] {
  if (proposed === 'approve')
    return facts.amount > limits.autoApproveMax
      ? [
          {
            code: 'above-limit',
            text: `${facts.amount} ${facts.currency} is above ${limits.autoApproveMax}, which only a person may release`,
          },
        ]
      : [];
  return facts.knownPayments < rules.newCard.knownPaymentsMin
    ? [
        {
          code: 'new-card',
          text: `Of the card only ${earlierPayments(facts.knownPayments)} known, too few to decline it without a person`,
        },
      ]
    : [];
}

const earlierPayments = (count: number): string => (count === 1 ? '1 earlier payment is' : `${count} earlier payments are`);
