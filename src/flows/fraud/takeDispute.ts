/** Folds a dispute into its card and its terminal. It counts from its arrival on, whatever its payment's time; it decides nothing. */
import type { FlowEvent } from '../../domain/event.ts';
import type { StateBytes } from '../../domain/flow.ts';
import { fingerprint } from '../../kit/sense/fingerprint.ts';
import { readCard, setCardDispute, writeCard } from './cardHistory.ts';
import { disputedOf } from './payment.ts';
import { readTerminal, setTerminalDispute, writeTerminal } from './terminalHistory.ts';

/** New states of the card and of the terminal; null where nothing changed. */
export function takeDispute(
  [cardState = null, terminalState = null]: readonly (StateBytes | null)[],
  event: FlowEvent,
): [StateBytes | null, StateBytes | null] {
  const { paymentId, fraud } = disputedOf(event);
  const label = { timeMs: event.timeMs, fraud };
  const payment = fingerprint(paymentId);
  const card = readCard(cardState);
  const terminal = readTerminal(terminalState);
  const cardChanged = setCardDispute(card, payment, label);
  const terminalChanged = setTerminalDispute(terminal, payment, label);
  return [cardChanged ? writeCard(card) : null, terminalChanged ? writeTerminal(terminal) : null];
}
