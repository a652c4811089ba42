/**
 * Rows as parameters of a statement: of some rows each column is an array, of one row a value. The server unpacks arrays by a function that it
 * sets up for each statement; without, an event at one connection took a twentieth less.
 */
import { firstOf, packedBooleans, packedBytes, packedIntegers, packedPositions, packedTexts, packedTimes } from './packedArray.ts';

export interface Columns {
  positions(values: readonly number[]): Buffer | null;
  integers(values: readonly number[]): Buffer | null;
  booleans(values: readonly boolean[]): Buffer | null;
  times(values: readonly number[]): Buffer | null;
  texts(values: readonly (string | null)[]): Buffer | null;
  bytes(values: readonly Uint8Array[]): Buffer | null;
  /** The table of such columns; parameters with their types, as `$1::bigint`. The first is null in no row. */
  table(...typed: readonly string[]): string;
}

export const SOME_ROWS: Columns = {
  positions: packedPositions,
  integers: packedIntegers,
  booleans: packedBooleans,
  times: packedTimes,
  texts: packedTexts,
  bytes: packedBytes,
  table: (...typed) => `unnest(${typed.map((one) => `${one}[]`).join(', ')})`,
};

/** Or none. */
export const ONE_ROW: Columns = {
  positions: firstOf(packedPositions),
  integers: firstOf(packedIntegers),
  booleans: firstOf(packedBooleans),
  times: firstOf(packedTimes),
  texts: firstOf(packedTexts),
  bytes: firstOf(packedBytes),
  table: (...typed) => `(select ${typed.join(', ')} where ${typed[0]} is not null)`,
};
