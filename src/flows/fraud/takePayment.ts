/** Folds a payment into its card and its terminal, and tells what was known about both when it came. No model, no policy. */
import type { FlowEvent } from '../../domain/event.ts';
import type { StateBytes } from '../../domain/flow.ts';
import { fingerprint } from '../../kit/sense/fingerprint.ts';
import { addCardPayment, readCard, writeCard } from './cardHistory.ts';
import { failuresInHour, featuresOf, habitOf, paymentsInHour, ratio } from './features.ts';
import { attemptedOf } from './payment.ts';
import type { Facts } from './rules.ts';
import { addTerminalPayment, levelOf, readTerminal, writeTerminal } from './terminalHistory.ts';

export interface TakenPayment {
  /** Of the card and of the terminal. */
  readonly states: readonly [StateBytes, StateBytes];
  /** One number per name in `FEATURES`. */
  readonly row: Float64Array;
  readonly facts: Facts;
}

export function takePayment([cardState = null, terminalState = null]: readonly (StateBytes | null)[], event: FlowEvent): TakenPayment {
  const { paymentId, amount, currency } = attemptedOf(event);
  const { timeMs } = event;
  const card = readCard(cardState);
  const terminal = readTerminal(terminalState);
  const at = addCardPayment(card, timeMs, amount);
  const habit = habitOf(card, at);
  const row = featuresOf(card, at, { terminal, habit });
  const facts: Facts = {
    amount,
    currency,
    paymentsInHour: paymentsInHour(card, at),
    failuresInHour: failuresInHour(card, timeMs),
    knownPayments: habit.known,
  };
  addTerminalPayment(terminal, timeMs, { payment: fingerprint(paymentId), level: levelOf(ratio(amount, habit.amount)) });
  return { states: [writeCard(card), writeTerminal(terminal)], row, facts };
}
