/** The numbers that a payment was judged by, found again from the states that it was folded on. */
import type { FoldedEvent } from '../../../kit/foldAll.ts';
import { cardHistory } from '../cardHistory.ts';
import type { Attempted } from '../payment.ts';
import { takePayment } from '../takePayment.ts';
import { terminalHistory } from '../terminalHistory.ts';

/** One number per name in `FEATURES`. The event must be a `payment.attempted`. */
export function rowOf({ before: [card = null, terminal = null], event }: Pick<FoldedEvent, 'before' | 'event'>): Float64Array {
  const states = {
    card: card === null ? cardHistory.empty() : cardHistory.read(card),
    terminal: terminal === null ? terminalHistory.empty() : terminalHistory.read(terminal),
  };
  return takePayment(states, event as unknown as Attempted).row;
}
