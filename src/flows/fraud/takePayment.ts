/** Folds a payment into its card and its terminal, and tells what was known about both when it came. No model, no policy. */
import { fingerprint } from '../../kit/sense/fingerprint.ts';
import { addCardPayment, type CardHistory } from './cardHistory.ts';
import { failuresInHour, featuresOf, habitOf, paymentsInHour, ratio } from './features.ts';
import type { Attempted } from './payment.ts';
import type { Facts } from './rules.ts';
import { addTerminalPayment, levelOf, type TerminalHistory } from './terminalHistory.ts';

export interface TakenPayment {
  /** One number per name in `FEATURES`. */
  readonly row: Float64Array;
  readonly facts: Facts;
}

/** Changes both histories. */
export function takePayment(
  { card, terminal }: { card: CardHistory; terminal: TerminalHistory },
  { timeMs, data: { paymentId, amount, currency } }: Attempted,
  found: Facts['found'] = [],
): TakenPayment {
  const at = addCardPayment(card, timeMs, amount);
  const habit = habitOf(card, at);
  const row = featuresOf(card, at, { terminal, habit });
  const facts: Facts = {
    amount,
    currency,
    paymentsInHour: paymentsInHour(card, at),
    failuresInHour: failuresInHour(card, timeMs),
    knownPayments: habit.known,
    found,
  };
  addTerminalPayment(terminal, timeMs, { payment: fingerprint(paymentId), level: levelOf(ratio(amount, habit.amount)) });
  return { row, facts };
}
