/**
 * What is remembered of a card: its payments, its disputes by arrival, its failures of the last day. About 5.5 bytes a payment.
 * Pure: a state's bytes are never changed, `writeCard` gives new ones.
 */
import { readAmounts, writeAmounts } from '../../kit/sense/amountColumn.ts';
import { ByteReader, ByteWriter } from '../../kit/sense/bytes.ts';
import { countUntil, dropFirst, insertAt, readNewest, readTimes, writeTimes } from '../../kit/sense/timeColumn.ts';
import { CARD_WINDOW_MS, ENTRIES_MAX, HABIT_PAYMENTS_MIN, HOUR_MS, LATENESS_MS } from './horizon.ts';

const FORMAT = 1;
const DISPUTES_MAX = 64;
const FAILURES_MAX = 200;

export interface CardHistory {
  /** Of payments, ascending; `amounts` beside them. */
  times: number[];
  amounts: number[];
  /** Disputed payments by fingerprint, with the time that their label came with. Oldest arrival first. */
  disputes: { payment: number; timeMs: number }[];
  /** Times of failed payments, ascending. */
  failures: number[];
}

/** An empty history for a card without state. Throws RangeError for bytes that are none. */
export function readCard(state: Uint8Array | null): CardHistory {
  if (state === null) return { times: [], amounts: [], disputes: [], failures: [] };
  const reader = openState(state);
  const times = readTimes(reader);
  const amounts = readAmounts(reader, times.length);
  const disputes = Array.from({ length: reader.varint() }, () => ({ payment: reader.uint32(), timeMs: reader.zigzag() }));
  return { times, amounts, disputes, failures: readTimes(reader) };
}

/** New bytes, without what no window can see any more, also not a late payment's. */
export function writeCard(card: CardHistory): Uint8Array {
  trim(card);
  const { times, amounts, disputes, failures } = card;
  const writer = new ByteWriter(32 + 8 * times.length + 12 * disputes.length + 4 * failures.length);
  writer.byte(FORMAT);
  writeTimes(writer, times);
  writeAmounts(writer, amounts);
  writer.varint(disputes.length);
  for (const { payment, timeMs } of disputes) {
    writer.uint32(payment);
    writer.zigzag(timeMs);
  }
  writeTimes(writer, failures);
  return writer.finish();
}

function trim(card: CardHistory): void {
  const { times, amounts, failures } = card;
  const newestMs = times[times.length - 1] ?? Number.NEGATIVE_INFINITY;
  const seenFromMs = newestMs - CARD_WINDOW_MS - LATENESS_MS;
  // late payments may still come, so the habit's payments are counted from behind the lateness
  const habitFrom = Math.max(0, countUntil(times, newestMs - LATENESS_MS) - HABIT_PAYMENTS_MIN);
  const dropped = Math.max(Math.min(countUntil(times, seenFromMs), habitFrom), times.length - ENTRIES_MAX);
  dropFirst(times, dropped);
  dropFirst(amounts, dropped);
  if (card.disputes.length > 0) card.disputes = card.disputes.filter(({ timeMs }) => timeMs > seenFromMs).slice(-DISPUTES_MAX);
  const newestFailureMs = failures[failures.length - 1] ?? Number.NEGATIVE_INFINITY;
  dropFirst(failures, Math.max(countUntil(failures, newestFailureMs - HOUR_MS - LATENESS_MS), failures.length - FAILURES_MAX));
}

/** A reader behind the format byte, which cards and terminals both begin with. */
export function openState(state: Uint8Array): ByteReader {
  const reader = new ByteReader(state);
  const format = reader.byte();
  if (format !== FORMAT) throw new RangeError(`Cannot read a state of format ${format}`);
  return reader;
}

/** The newest payment's time, of a card's state or a terminal's; -Infinity where there is none. */
export const newestPayment = (state: Uint8Array): number => readNewest(openState(state));

/** Puts a payment where its time says and returns its place. */
export function addCardPayment({ times, amounts }: CardHistory, timeMs: number, amount: number): number {
  const at = countUntil(times, timeMs);
  insertAt(times, at, timeMs);
  insertAt(amounts, at, amount);
  return at;
}

/** Counts a dispute from now on; `fraud: false` takes it back. A repeat changes nothing. Returns whether anything changed. */
export function setCardDispute(card: CardHistory, payment: number, { timeMs, fraud }: { timeMs: number; fraud: boolean }): boolean {
  const known = card.disputes.findIndex((dispute) => dispute.payment === payment);
  if ((known !== -1) === fraud) return false;
  if (fraud) card.disputes.push({ payment, timeMs });
  else card.disputes.splice(known, 1);
  return true;
}

export function addCardFailure({ failures }: CardHistory, timeMs: number): void {
  failures.splice(countUntil(failures, timeMs), 0, timeMs);
}
