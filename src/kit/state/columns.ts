/**
 * The columns of a `record`: lists in compact bytes. `times()` are event times in order; the columns behind them stand beside them, with
 * one value for each time, until a column comes that has a length of its own.
 */
import { readAmounts, writeAmounts } from '../sense/amountColumn.ts';
import type { ByteReader, ByteWriter } from '../sense/bytes.ts';
import { countUntil, dropFirst, readTimes, writeTimes } from '../sense/timeColumn.ts';

/** How much of a column is kept; what no longer is goes when the state is written. */
interface Keep {
  /** As long as the newest of the times is not more than this later. */
  readonly keepMs?: number;
  /** At most so many, the newest. */
  readonly max?: number;
}

export interface Column<Values> {
  /** `times`: begins a series. `beside`: one value for each time of the series. `own`: a length of its own. */
  readonly kind: 'times' | 'beside' | 'own';
  /** Bytes that a value likely takes. */
  readonly bytes: number;
  /** `count` is that of the series, for columns beside it. */
  read(reader: ByteReader, count: number): Values;
  write(writer: ByteWriter, values: Values): void;
  /** How many of the oldest times go. Only `times` have it. */
  readonly dropped?: (times: readonly number[]) => number;
  /** What is kept of a column with a length of its own, by the record's newest time. */
  readonly trimmed?: (values: Values, newestMs: number) => Values;
}

interface KeepTimes extends Keep {
  /** So many stay however old they are, counted from behind `behindMs` before the newest: late ones may still come there. */
  readonly atLeast?: { readonly count: number; readonly behindMs: number };
}

const newestOf = (times: readonly number[]): number => times[times.length - 1] ?? Number.NEGATIVE_INFINITY;

/** Ascending event times in whole milliseconds, 2 to 4 bytes each. */
export function times({ keepMs = Number.POSITIVE_INFINITY, max = Number.POSITIVE_INFINITY, atLeast }: KeepTimes = {}): Column<number[]> {
  return {
    kind: 'times',
    bytes: 4,
    read: readTimes,
    write: writeTimes,
    dropped(column) {
      const newestMs = newestOf(column);
      const old = countUntil(column, newestMs - keepMs);
      const spare = atLeast === undefined ? old : Math.max(0, countUntil(column, newestMs - atLeast.behindMs) - atLeast.count);
      return Math.max(Math.min(old, spare), column.length - max);
    },
  };
}

/** Amounts of money from 0, given back exactly, 2 to 9 bytes each. */
export function amounts(): Column<number[]> {
  return { kind: 'beside', bytes: 4, read: readAmounts, write: writeAmounts };
}

/** Whole numbers of 0 to 255. */
export function smallNumbers(): Column<number[]> {
  return {
    kind: 'beside',
    bytes: 1,
    read(reader, count) {
      const values: number[] = [];
      for (let at = 0; at < count; at++) values.push(reader.byte());
      return values;
    },
    write(writer, values) {
      for (const value of values) writer.byte(value);
    },
  };
}

function readFingerprints(reader: ByteReader, count: number): number[] {
  const values: number[] = [];
  for (let at = 0; at < count; at++) values.push(reader.uint32());
  return values;
}

function writeFingerprints(writer: ByteWriter, values: readonly number[]): void {
  for (const value of values) writer.uint32(value);
}

/** `fingerprint()`s, 4 bytes each: beside the times, or, with `max`, a list of its own that keeps its last ones. */
export function fingerprints(max?: number): Column<number[]> {
  if (max === undefined) return { kind: 'beside', bytes: 4, read: readFingerprints, write: writeFingerprints };
  return {
    kind: 'own',
    bytes: 4,
    read: (reader) => readFingerprints(reader, reader.varint()),
    write(writer, values) {
      writer.varint(values.length);
      writeFingerprints(writer, values);
    },
    trimmed: (values) => (values.length > max ? values.slice(-max) : values),
  };
}

/** Something that was said of a thing, with the time that it came with. */
export interface Note {
  /** Its `fingerprint()`. */
  of: number;
  timeMs: number;
}

/** A list of its own, oldest arrival first, some 10 bytes each. */
export function notes({ keepMs = Number.POSITIVE_INFINITY, max = Number.POSITIVE_INFINITY }: Keep): Column<Note[]> {
  return {
    kind: 'own',
    bytes: 12,
    read(reader) {
      const list: Note[] = [];
      for (let rest = reader.varint(); rest > 0; rest--) list.push({ of: reader.uint32(), timeMs: reader.zigzag() });
      return list;
    },
    write(writer, list) {
      writer.varint(list.length);
      for (const { of, timeMs } of list) {
        writer.uint32(of);
        writer.zigzag(timeMs);
      }
    },
    trimmed(list, newestMs) {
      if (list.length === 0) return list;
      const seenFromMs = newestMs - keepMs;
      const seen = list.filter(({ timeMs }) => timeMs > seenFromMs);
      return seen.length > max ? seen.slice(-max) : seen;
    },
  };
}

/** Drops the same from each column of a series. */
export function dropOldest(series: readonly number[][], count: number): void {
  for (const column of series) dropFirst(column, count);
}
