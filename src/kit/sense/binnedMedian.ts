/**
 * The median of all values of 0..1 so far, to the width of a bin: a histogram with a count for each of `bins + 1` places, 0 and 1 among
 * them. Bounded whatever comes, 1 to 4 bytes a bin.
 */
import type { ByteReader, ByteWriter } from './bytes.ts';

export interface BinnedMedian {
  readonly counts: Uint32Array;
  total: number;
}

export const noMedian = (bins: number): BinnedMedian => ({ counts: new Uint32Array(bins + 1), total: 0 });

/** Values outside of 0..1 count as the nearest of them. */
export function countValue(median: BinnedMedian, value: number): void {
  const { counts } = median;
  const at = Math.round(Math.min(1, Math.max(0, value)) * (counts.length - 1));
  counts[at] = (counts[at] as number) + 1;
  median.total += 1;
}

/** The lower middle value where their number is even; null without values. */
export function binnedMedian({ counts, total }: BinnedMedian): number | null {
  if (total === 0) return null;
  let seen = 0;
  let at = 0;
  for (; at < counts.length - 1; at += 1) {
    seen += counts[at] as number;
    if (2 * seen >= total) break;
  }
  return at / (counts.length - 1);
}

export function saveMedian(writer: ByteWriter, { counts }: BinnedMedian): void {
  for (const count of counts) writer.varint(count);
}

export function loadMedian(reader: ByteReader, bins: number): BinnedMedian {
  const counts = Uint32Array.from({ length: bins + 1 }, () => reader.varint());
  return { counts, total: counts.reduce((sum, count) => sum + count, 0) };
}
