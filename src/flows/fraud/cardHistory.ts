/** What is remembered of a card: its payments, its disputes by arrival, its failures of the last day. About 5.5 bytes a payment. */
import { countUntil, insertAt } from '../../kit/sense/timeColumn.ts';
import { amounts, notes, times } from '../../kit/state/columns.ts';
import { record } from '../../kit/state/record.ts';
import type { StateOf } from '../../kit/state/stateCodec.ts';
import { CARD_WINDOW_MS, ENTRIES_MAX, HABIT_PAYMENTS_MIN, HOUR_MS, LATENESS_MS } from './horizon.ts';

const DISPUTES_MAX = 64;
const FAILURES_MAX = 200;
/** No window sees what is older, also not a late payment's. */
const SEEN_MS = CARD_WINDOW_MS + LATENESS_MS;

export const cardHistory = record({
  /** Of payments, ascending; `amounts` beside them. The habit is read from some of them however old they are. */
  times: times({ keepMs: SEEN_MS, max: ENTRIES_MAX, atLeast: { count: HABIT_PAYMENTS_MIN, behindMs: LATENESS_MS } }),
  amounts: amounts(),
  /** Disputed payments, with the time that their label came with. Oldest arrival first. */
  disputes: notes({ keepMs: SEEN_MS, max: DISPUTES_MAX }),
  /** Times of failed payments, ascending. */
  failures: times({ keepMs: HOUR_MS + LATENESS_MS, max: FAILURES_MAX }),
});

export type CardHistory = StateOf<typeof cardHistory>;

/** Puts a payment where its time says and returns its place. */
export function addCardPayment(card: CardHistory, timeMs: number, amount: number): number {
  const at = countUntil(card.times, timeMs);
  insertAt(card.times, at, timeMs);
  insertAt(card.amounts, at, amount);
  return at;
}

/** Counts a dispute from now on; `fraud: false` takes it back. A repeat changes nothing. Returns whether anything changed. */
export function setCardDispute(card: CardHistory, payment: number, { timeMs, fraud }: { timeMs: number; fraud: boolean }): boolean {
  const known = card.disputes.findIndex(({ of }) => of === payment);
  if ((known !== -1) === fraud) return false;
  if (fraud) card.disputes.push({ of: payment, timeMs });
  else card.disputes.splice(known, 1);
  return true;
}

export function addCardFailure({ failures }: CardHistory, timeMs: number): void {
  failures.splice(countUntil(failures, timeMs), 0, timeMs);
}
