/**
 * What is remembered of a terminal: each payment's time, its fingerprint, how large it was for its card, and whether it was
 * disputed. About 8 bytes a payment. A label that comes before its payment waits here for it.
 */
import { ByteWriter } from '../../kit/sense/bytes.ts';
import { countUntil, dropFirst, insertAt, readTimes, writeTimes } from '../../kit/sense/timeColumn.ts';
import { openState } from './cardHistory.ts';
import { ENTRIES_MAX, LATENESS_MS, TERMINAL_WINDOW_MS } from './horizon.ts';

const FORMAT = 1;
/** Labels without a payment: mostly of payments that are already forgotten. */
const PENDING_MAX = 32;
const FRAUD = 64;
const LEVELS_PER_HABIT = 8;
const LEVEL_MAX = 62;
/** The card had no habit to compare with. */
const LEVEL_UNKNOWN = 63;

export interface TerminalHistory {
  /** Of payments, ascending; `payments` (fingerprints) and `marks` (level, and FRAUD where disputed) beside them. */
  times: number[];
  payments: number[];
  marks: number[];
  /** Labels whose payment is not known, oldest arrival first. */
  pending: { payment: number; timeMs: number }[];
}

/** How large a payment is for its card, in eighths of the card's habit; LEVEL_UNKNOWN where `ratio` is 0. */
export function levelOf(ratio: number): number {
  return ratio === 0 ? LEVEL_UNKNOWN : Math.min(LEVEL_MAX, Math.floor(ratio * LEVELS_PER_HABIT));
}

export const isFraud = (mark: number): boolean => (mark & FRAUD) !== 0;
/** A payment that its card could have made on any day: below `ratio` times the habit. */
export const isOrdinary = (mark: number, ratio: number): boolean => (mark & ~FRAUD) < ratio * LEVELS_PER_HABIT;

/** An empty history for a terminal without state. Throws RangeError for bytes that are none. */
export function readTerminal(state: Uint8Array | null): TerminalHistory {
  if (state === null) return { times: [], payments: [], marks: [], pending: [] };
  const reader = openState(state);
  const times = readTimes(reader);
  const payments = times.map(() => reader.uint32());
  const marks = times.map(() => reader.byte());
  const pending = Array.from({ length: reader.varint() }, () => ({ payment: reader.uint32(), timeMs: reader.zigzag() }));
  return { times, payments, marks, pending };
}

/** New bytes, without what no window can see any more, also not a late payment's. */
export function writeTerminal(terminal: TerminalHistory): Uint8Array {
  trim(terminal);
  const { times, payments, marks, pending } = terminal;
  const writer = new ByteWriter(32 + 10 * times.length + 12 * pending.length);
  writer.byte(FORMAT);
  writeTimes(writer, times);
  for (const payment of payments) writer.uint32(payment);
  for (const mark of marks) writer.byte(mark);
  writer.varint(pending.length);
  for (const { payment, timeMs } of pending) {
    writer.uint32(payment);
    writer.zigzag(timeMs);
  }
  return writer.finish();
}

function trim(terminal: TerminalHistory): void {
  const { times, payments, marks, pending } = terminal;
  const seenFromMs = (times[times.length - 1] ?? Number.NEGATIVE_INFINITY) - TERMINAL_WINDOW_MS - LATENESS_MS;
  const dropped = Math.max(countUntil(times, seenFromMs), times.length - ENTRIES_MAX);
  for (const column of [times, payments, marks]) dropFirst(column, dropped);
  if (pending.length > 0) terminal.pending = pending.filter(({ timeMs }) => timeMs > seenFromMs).slice(-PENDING_MAX);
}

/** Puts a payment where its time says, with the label that came before it, if one did. */
export function addTerminalPayment(
  terminal: TerminalHistory,
  timeMs: number,
  { payment, level }: { payment: number; level: number },
): void {
  const { times, payments, marks, pending } = terminal;
  const waiting = pending.findIndex((label) => label.payment === payment);
  if (waiting !== -1) pending.splice(waiting, 1);
  const at = countUntil(times, timeMs);
  insertAt(times, at, timeMs);
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
  const waiting = pending.findIndex((label) => label.payment === payment);
  if ((waiting !== -1) === fraud) return false;
  if (fraud) pending.push({ payment, timeMs });
  else pending.splice(waiting, 1);
  return true;
}
