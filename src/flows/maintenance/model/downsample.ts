/** Tells of each `stride` rows of a sensor one, so that a shape is looked for in hours rather than in seconds. Values in the sensor's unit. */
import type { ByteReader, ByteWriter } from '../../../kit/sense/bytes.ts';

export interface Downsample {
  count: number;
  sum: number;
  least: number;
  most: number;
}

/** Of the rows of one step. */
export interface Step {
  readonly mean: number;
  readonly least: number;
  readonly most: number;
}

export const noRows = (): Downsample => ({ count: 0, sum: 0, least: 0, most: 0 });

/** The step that this row completes; null where it completes none. */
export function addRow(rows: Downsample, value: number, stride: number): Step | null {
  const first = rows.count === 0;
  rows.count += 1;
  rows.sum = Math.fround(first ? value : rows.sum + value);
  rows.least = Math.fround(first ? value : Math.min(rows.least, value));
  rows.most = Math.fround(first ? value : Math.max(rows.most, value));
  if (rows.count < stride) return null;
  const { count, sum, least, most } = rows;
  rows.count = 0;
  return { mean: Math.fround(sum / count), least, most };
}

export function saveRows(writer: ByteWriter, { count, sum, least, most }: Downsample): void {
  writer.varint(count);
  if (count > 0) writer.floats([sum, least, most]);
}

export function loadRows(reader: ByteReader): Downsample {
  const count = reader.varint();
  if (count === 0) return noRows();
  return { count, sum: reader.float32(), least: reader.float32(), most: reader.float32() };
}
