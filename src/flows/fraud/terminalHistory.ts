/**
 * What is remembered of a terminal: each payment's time, its fingerprint, how large it was for its card, and whether it was
 * disputed. About 8 bytes a payment. A label that comes before its payment waits here for it.
 */
import { countUntil, insertAt } from '../../kit/sense/timeColumn.ts';
import { fingerprints, notes, smallNumbers, times } from '../../kit/state/columns.ts';
import { record } from '../../kit/state/record.ts';
import type { StateOf } from '../../kit/state/stateCodec.ts';
import { ENTRIES_MAX, LATENESS_MS, TERMINAL_WINDOW_MS } from './horizon.ts';

/** Labels without a payment: mostly of payments that are already forgotten. */
const PENDING_MAX = 32;
const FRAUD = 64;
const LEVELS_PER_HABIT = 8;
const LEVEL_MAX = 62;
/** The card had no habit to compare with. */
const LEVEL_UNKNOWN = 63;
/** No window sees what is older, also not a late payment's. */
const SEEN_MS = TERMINAL_WINDOW_MS + LATENESS_MS;

export const terminalHistory = record({
  /** Of payments, ascending; `payments` (fingerprints) and `marks` (level, and FRAUD where disputed) beside them. */
  times: times({ keepMs: SEEN_MS, max: ENTRIES_MAX }),
  payments: fingerprints(),
  marks: smallNumbers(),
  /** Labels whose payment is not known, oldest arrival first. */
  pending: notes({ keepMs: SEEN_MS, max: PENDING_MAX }),
});

export type TerminalHistory = StateOf<typeof terminalHistory>;

/** How large a payment is for its card, in eighths of the card's habit; LEVEL_UNKNOWN where `ratio` is 0. */
export function levelOf(ratio: number): number {
  return ratio === 0 ? LEVEL_UNKNOWN : Math.min(LEVEL_MAX, Math.floor(ratio * LEVELS_PER_HABIT));
}

export const isFraud = (mark: number): boolean => (mark & FRAUD) !== 0;
/** A payment that its card could have made on any day: below `ratio` times the habit. */
export const isOrdinary = (mark: number, ratio: number): boolean => (mark & ~FRAUD) < ratio * LEVELS_PER_HABIT;

/** Puts a payment where its time says, with the label that came before it, if one did. */
export function addTerminalPayment(
  terminal: TerminalHistory,
  timeMs: number,
  { payment, level }: { payment: number; level: number },
): void {
  const { payments, marks, pending } = terminal;
  const waiting = pending.findIndex(({ of }) => of === payment);
  if (waiting !== -1) pending.splice(waiting, 1);
  const at = countUntil(terminal.times, timeMs);
  insertAt(terminal.times, at, timeMs);
  insertAt(payments, at, payment);
  insertAt(marks, at, waiting === -1 ? level : level | FRAUD);
}

/**
 * Marks a payment as fraud from now on; `fraud: false` takes that back. A repeat changes nothing. Several payments of one id are
 * disputed together. Returns whether anything changed.
 */
export function setTerminalDispute(
  terminal: TerminalHistory,
  payment: number,
  { timeMs, fraud }: { timeMs: number; fraud: boolean },
): boolean {
  const { payments, marks } = terminal;
  let known = false;
  let changed = false;
  for (let at = payments.indexOf(payment); at !== -1; at = payments.indexOf(payment, at + 1)) {
    known = true;
    const mark = marks[at] as number;
    if (isFraud(mark) === fraud) continue;
    marks[at] = mark ^ FRAUD;
    changed = true;
  }
  return known ? changed : setPending(terminal, payment, { timeMs, fraud });
}

function setPending({ pending }: TerminalHistory, payment: number, { timeMs, fraud }: { timeMs: number; fraud: boolean }): boolean {
  const waiting = pending.findIndex(({ of }) => of === payment);
  if ((waiting !== -1) === fraud) return false;
  if (fraud) pending.push({ of: payment, timeMs });
  else pending.splice(waiting, 1);
  return true;
}
