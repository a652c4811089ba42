/** The newest `capacity` numbers, as singles. Oldest first when read. */
import type { ByteReader, ByteWriter } from './bytes.ts';

export interface Ring {
  readonly capacity: number;
  /** At most `capacity`. */
  readonly values: number[];
}

export const noRing = (capacity: number): Ring => ({ capacity, values: [] });

export function push({ capacity, values }: Ring, value: number): void {
  values.push(Math.fround(value));
  if (values.length > capacity) values.shift();
}

export function saveRing(writer: ByteWriter, { values }: Ring): void {
  writer.varint(values.length);
  writer.floats(values);
}

export function loadRing(reader: ByteReader, capacity: number): Ring {
  const length = reader.varint();
  if (length > capacity) throw new RangeError(`Cannot read a state as it has more than ${capacity} numbers in a ring`);
  return { capacity, values: [...reader.floats(length)] };
}
