/**
 * Event times of one key, sorted, and windows over them. Windows are half open, `(t - width, t]`, the semantics of
 * `pandas.Series.rolling('7d')` with its default `closed='right'`: the event at `t` counts, one exactly `width` ago does not.
 * Events of the same instant keep the order in which they were folded.
 */
import type { ByteReader, ByteWriter } from './bytes.ts';

const SECOND_MS = 1000;

/**
 * How many of the ascending `times` (milliseconds) are at or before `timeMs`; also the place where an event of that time is put.
 * Looks from the end first, where events that are not late belong; binary search otherwise.
 */
export function countUntil(times: readonly number[], timeMs: number): number {
  let high = times.length;
  if (high === 0 || (times[high - 1] as number) <= timeMs) return high;
  let low = 0;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((times[middle] as number) <= timeMs) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Puts a value into a column at the place that `countUntil` gave: nearly always the end, where `splice` would make a list for nothing. */
export function insertAt(column: number[], at: number, value: number): void {
  if (at === column.length) column.push(value);
  else column.splice(at, 0, value);
}

/** Drops the oldest of a column. */
export function dropFirst(column: number[], count: number): void {
  if (count > 0) column.splice(0, count);
}

/** How many lie in `(afterMs, untilMs]`. */
export function countBetween(times: readonly number[], afterMs: number, untilMs: number): number {
  return Math.max(0, countUntil(times, untilMs) - countUntil(times, afterMs));
}

/** A gap in milliseconds as one number: whole seconds even, others odd. Most senders give whole seconds, which saves a byte an event. */
function packGap(gapMs: number): number {
  const seconds = Math.floor(gapMs / SECOND_MS);
  return seconds * SECOND_MS === gapMs ? seconds * 2 : gapMs * 2 + 1;
}

/** `& 1` and not `% 2`, which is slow for doubles. */
const unpackGap = (packed: number): number => ((packed & 1) === 0 ? (packed / 2) * SECOND_MS : (packed - 1) / 2);

/** Writes ascending whole milliseconds: their count, the newest, then the gaps back to the oldest; 2 to 4 bytes an event. */
export function writeTimes(writer: ByteWriter, times: readonly number[]): void {
  writer.varint(times.length);
  let later = times[times.length - 1];
  if (later === undefined) return;
  writer.zigzag(later);
  for (let at = times.length - 2; at >= 0; at--) {
    const time = times[at] as number;
    writer.varint(packGap(later - time));
    later = time;
  }
}

/** The inverse of `writeTimes`. */
export function readTimes(reader: ByteReader): number[] {
  const count = reader.varint();
  if (count === 0) return [];
  const times: number[] = [reader.zigzag()];
  for (let at = 1; at < count; at++) times.push((times[at - 1] as number) - unpackGap(reader.varint()));
  return times.reverse();
}

/** The newest time where `writeTimes` wrote; -Infinity where there is none. Reads only the first bytes. */
export function readNewest(reader: ByteReader): number {
  return reader.varint() === 0 ? Number.NEGATIVE_INFINITY : reader.zigzag();
}
