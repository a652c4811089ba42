/** States in compact bytes, where they count: columns one behind the other, and nothing that no window sees any more. */
import type { JsonObject } from '../../domain/event.ts';
import { ByteReader, ByteWriter } from '../sense/bytes.ts';
import { readNewest } from '../sense/timeColumn.ts';
import { type Column, dropOldest } from './columns.ts';
import type { StateCodec } from './stateCodec.ts';

/** The first byte of JSON is 123: formats stay below it. */
const FORMAT_MAX = 100;

type Columns<State> = { readonly [Name in keyof State]: Column<State[Name]> };
/** Without types: each column reads and writes its own. */
type AnyColumn = Column<unknown[]>;
type AnyState = Record<string, unknown[]>;

/** A column in its place: `series` are the columns that are trimmed with it. */
interface Placed {
  readonly name: string;
  readonly column: AnyColumn;
  /** Of a `times` column: the names of it and of those beside it. */
  readonly series: string[];
}

/**
 * The first column is `times()`: the newest of them says what is late, and is read without the rest. Which columns there are, in which
 * order, is the format: where it changes, `format` is raised and the record of before is read with `older`.
 */
export function record<State extends AnyState>(columns: Columns<State>, { format = 1 }: { format?: number } = {}): StateCodec<State> {
  if (!(Number.isInteger(format) && format > 0 && format <= FORMAT_MAX))
    throw new RangeError(`Cannot number a format as it must be a whole number from 1 to ${FORMAT_MAX}: ${format}`);
  const placed = place(columns as unknown as Readonly<Record<string, AnyColumn>>);
  const [{ name: first }] = placed as [Placed];
  const open = (bytes: Uint8Array): ByteReader => {
    const reader = new ByteReader(bytes);
    const found = reader.byte();
    if (found !== format) throw new RangeError(`Cannot read a state of format ${found}`);
    return reader;
  };
  return {
    format,
    empty() {
      const state: AnyState = Object.fromEntries(placed.map(({ name }) => [name, []]));
      return state as State;
    },
    wrote: (bytes) => bytes[0] === format,
    read(bytes) {
      const reader = open(bytes);
      const state: AnyState = {};
      let count = 0;
      for (const { name, column } of placed) {
        const values = column.read(reader, count);
        state[name] = values;
        if (column.kind === 'times') count = values.length;
      }
      return state as State;
    },
    write(given) {
      const state: AnyState = given;
      trim(state, { placed, first });
      const writer = new ByteWriter(placed.reduce((bytes, { name, column }) => bytes + column.bytes * lengthOf(state, name), 32));
      writer.byte(format);
      for (const { name, column } of placed) column.write(writer, state[name] as unknown[]);
      return writer.finish();
    },
    newestMs: (bytes) => readNewest(open(bytes)),
    show: (state) => Object.fromEntries(placed.map(({ name }) => [name, lengthOf(state, name)])) as JsonObject,
  };
}

const lengthOf = (state: Readonly<Record<string, readonly unknown[]>>, name: string): number => state[name]?.length ?? 0;

function place(columns: Readonly<Record<string, AnyColumn>>): Placed[] {
  const placed: Placed[] = [];
  let series: string[] | null = null;
  for (const [name, column] of Object.entries(columns)) {
    if (placed.length === 0 && column.kind !== 'times') throw new TypeError('Cannot make a record as its first column must be times()');
    if (column.kind === 'beside' && series === null) throw new TypeError(`Cannot put ${name} into a record as it stands beside no times()`);
    if (column.kind === 'times') series = [name];
    else if (column.kind === 'beside') series?.push(name);
    else series = null;
    placed.push({ name, column, series: column.kind === 'times' ? (series ?? []) : [] });
  }
  if (placed.length === 0) throw new TypeError('Cannot make a record without columns');
  return placed;
}

/** In place. Lists are trimmed by the newest time of the first column, which trimming never drops. */
function trim(state: AnyState, { placed, first }: { placed: readonly Placed[]; first: string }): void {
  for (const { name, column, series } of placed) {
    const values = state[name] as unknown[];
    if (column.dropped !== undefined) {
      dropOldest(
        series.map((each) => state[each] as number[]),
        column.dropped(values as number[]),
      );
    } else if (column.trimmed !== undefined) {
      const times = state[first] as number[];
      state[name] = column.trimmed(values, times[times.length - 1] ?? Number.NEGATIVE_INFINITY);
    }
  }
}
