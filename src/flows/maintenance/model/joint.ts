/**
 * How a machine's sensors go together. The first rows are kept (26 kB of 16 sensors), then learnt from and dropped: some hundred bytes
 * stay, which are read with each row and written no more. Rows that lack one of the sensors are passed over.
 */
import type { ByteReader, ByteWriter } from '../../../kit/sense/bytes.ts';
import { firstAverage, learnTSquared, loadTSquared, nextAverage, saveTSquared, type TSquared } from '../../../kit/sense/tSquared.ts';
import { packed } from '../../../kit/state/packed.ts';

export interface Joint {
  /** Two or more; of the first row that had so many. */
  readonly names: readonly string[];
  /** The first row: values are told from there on. */
  readonly origins: readonly number[];
  /** Until it has learnt. */
  rows: Float32Array[];
  /** Null until then, and where fewer than two of the sensors vary. */
  learnt: TSquared | null;
  readonly learnRows: number;
  taken: number;
}

export const noJoint = (names: readonly string[], first: readonly number[], learnRows: number): Joint => ({
  ...{ names, origins: first, rows: [], learnt: null, learnRows, taken: 0 },
});

/** Its values less the origins; null where a sensor is missing. */
export function rowOf({ names, origins }: Joint, values: Readonly<Record<string, number>>): Float32Array | null {
  if (!names.every((name) => Object.hasOwn(values, name))) return null;
  return Float32Array.from(names, (name, at) => (values[name] as number) - (origins[at] as number));
}

/** Whether rows are still kept to learn from. */
export const learns = ({ taken, learnRows }: Joint): boolean => taken < learnRows;

/** Keeps a row; with the last of them it learns, and gives the average that those rows ended with. */
export function keepRow(joint: Joint, row: Float32Array): number | null {
  joint.rows.push(row);
  joint.taken += 1;
  if (learns(joint)) return null;
  const { rows } = joint;
  const learnt = learnTSquared(rows);
  joint.rows = [];
  joint.learnt = learnt;
  return learnt === null ? null : rows.reduce((average, one) => nextAverage(learnt, average, one), firstAverage(learnt));
}

const BYTES_LIKELY = 2048;

const loadLearnt = (reader: ByteReader): TSquared | null => (reader.byte() === 0 ? null : loadTSquared(reader));

function saveLearnt(writer: ByteWriter, learnt: TSquared | null): void {
  writer.byte(learnt === null ? 0 : 1);
  if (learnt !== null) saveTSquared(writer, learnt);
}

/** A machine of one sensor has none. */
export const jointState = packed<{ joint: Joint | null }>({
  bytesLikely: BYTES_LIKELY,
  empty: () => ({ joint: null }),
  read(reader) {
    const names = Array.from({ length: reader.varint() }, () => reader.text());
    const origins = names.map(() => reader.float64());
    const [learnRows, taken] = [reader.varint(), reader.varint()];
    const rows = Array.from({ length: reader.varint() }, () => reader.floats(names.length));
    return { joint: { names, origins, rows, learnRows, taken, learnt: loadLearnt(reader) } };
  },
  write(writer, { joint }) {
    if (joint === null) throw new TypeError('Cannot keep how sensors go together where there are none');
    const { names, origins, rows, learnt, learnRows, taken } = joint;
    writer.varint(names.length);
    for (const name of names) writer.text(name);
    for (const origin of origins) writer.float64(origin);
    for (const count of [learnRows, taken, rows.length]) writer.varint(count);
    for (const row of rows) writer.floats(row);
    saveLearnt(writer, learnt);
  },
  show: ({ joint }) => ({
    ...{ sensors: [...(joint?.names ?? [])], rows: joint?.taken ?? 0, learnRows: joint?.learnRows ?? 0 },
    limit: joint?.learnt?.limit ?? null,
  }),
});
