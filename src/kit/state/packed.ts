/**
 * States in bytes that a flow writes and reads number by number, where neither JSON nor columns of one length fit. The format stands in
 * front, then the newest event time, which is told without reading the rest.
 */
import type { JsonObject } from '../../domain/event.ts';
import { ByteReader, ByteWriter } from '../sense/bytes.ts';
import type { StateCodec } from './stateCodec.ts';

/** The first byte of JSON is 123: formats stay below it. */
const FORMAT_MAX = 100;
const HEAD_BYTES_MAX = 10;

interface Packing<State> {
  /** Raised by hand when what is written changes; what was written before is read with `older`. */
  readonly format?: number;
  empty(): State;
  /** Reads in the order in which `write` wrote. */
  read(reader: ByteReader): State;
  write(writer: ByteWriter, state: State): void;
  /** What is likely enough; more than that costs a copy. */
  readonly bytesLikely?: number;
  show(state: State): JsonObject;
}

export function packed<State>({ format = 1, empty, read, write, bytesLikely = 0, show }: Packing<State>): StateCodec<State> {
  if (!(Number.isInteger(format) && format > 0 && format <= FORMAT_MAX))
    throw new RangeError(`Cannot number a format as it must be a whole number from 1 to ${FORMAT_MAX}: ${format}`);
  const open = (bytes: Uint8Array): { reader: ByteReader; newestMs: number } => {
    const reader = new ByteReader(bytes);
    const found = reader.byte();
    if (found !== format) throw new RangeError(`Cannot read a state of format ${found}`);
    return { reader, newestMs: reader.byte() === 0 ? Number.NEGATIVE_INFINITY : reader.zigzag() };
  };
  return {
    ...{ format, empty, show },
    wrote: (bytes) => bytes[0] === format,
    read: (bytes) => read(open(bytes).reader),
    write(state, newestMs) {
      const writer = new ByteWriter(HEAD_BYTES_MAX + bytesLikely);
      writer.byte(format);
      writer.byte(Number.isFinite(newestMs) ? 1 : 0);
      if (Number.isFinite(newestMs)) writer.zigzag(newestMs);
      write(writer, state);
      return writer.finish();
    },
    newestMs: (bytes) => open(bytes).newestMs,
  };
}
