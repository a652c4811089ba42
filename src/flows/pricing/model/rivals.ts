/** The newest price of each competitor: a few, the one that was longest not heard of gives way. */
import type { ByteReader, ByteWriter } from '../../../kit/sense/bytes.ts';

export interface Rival {
  readonly name: string;
  readonly price: number;
  readonly timeMs: number;
}

const RIVALS_MAX = 12;

/** What is older than what is known of the same competitor says nothing. Newest first. */
export function noteRival(rivals: readonly Rival[], rival: Rival): Rival[] {
  const known = rivals.find(({ name }) => name === rival.name);
  if (known !== undefined && known.timeMs > rival.timeMs) return [...rivals];
  const others = rivals.filter(({ name }) => name !== rival.name);
  return [rival, ...others].sort((a, b) => b.timeMs - a.timeMs).slice(0, RIVALS_MAX);
}

/** Of prices that are not older than `staleMs`; null where there is none. */
export function cheapest(rivals: readonly Rival[], nowMs: number, staleMs: number): Rival | null {
  const fresh = rivals.filter(({ timeMs }) => timeMs > nowMs - staleMs);
  return fresh.reduce<Rival | null>((least, rival) => (least === null || rival.price < least.price ? rival : least), null);
}

export function saveRivals(writer: ByteWriter, rivals: readonly Rival[]): void {
  writer.varint(rivals.length);
  for (const { name, price, timeMs } of rivals) {
    writer.text(name);
    writer.float64(price);
    writer.zigzag(timeMs);
  }
}

export function loadRivals(reader: ByteReader): Rival[] {
  return Array.from({ length: reader.varint() }, () => ({ name: reader.text(), price: reader.float64(), timeMs: reader.zigzag() }));
}
