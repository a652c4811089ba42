/** Folds a dispute into its card and its terminal. It counts from its arrival on, whatever its payment's time; it decides nothing. */
import { fingerprint } from '../../kit/sense/fingerprint.ts';
import { type CardHistory, setCardDispute } from './cardHistory.ts';
import type { Disputed } from './payment.ts';
import { setTerminalDispute, type TerminalHistory } from './terminalHistory.ts';

/** What has changed of the two, which may be nothing. */
export function takeDispute(
  { card, terminal }: { card: CardHistory; terminal: TerminalHistory },
  { timeMs, data: { paymentId, fraud } }: Disputed,
): { card?: CardHistory; terminal?: TerminalHistory } {
  const payment = fingerprint(paymentId);
  const label = { timeMs, fraud };
  return {
    ...(setCardDispute(card, payment, label) ? { card } : {}),
    ...(setTerminalDispute(terminal, payment, label) ? { terminal } : {}),
  };
}
