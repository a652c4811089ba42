/** How each of the flow's states begins: its format, then the time of the newest event, which is read without the rest. */
import { ByteReader, ByteWriter } from '../../../kit/sense/bytes.ts';

export const FORMAT = 1;

export function startState(timeMs: number, bytesLikely: number): ByteWriter {
  const writer = new ByteWriter(bytesLikely);
  writer.byte(FORMAT);
  writer.zigzag(timeMs);
  return writer;
}

/** Throws RangeError for bytes that are no state of this flow. */
export function openState(state: Uint8Array): { timeMs: number; reader: ByteReader } {
  const reader = new ByteReader(state);
  const format = reader.byte();
  if (format !== FORMAT) throw new RangeError(`Cannot read a state as its format must be ${FORMAT}: ${format}`);
  return { timeMs: reader.zigzag(), reader };
}

export const newestMs = (state: Uint8Array): number => openState(state).timeMs;
