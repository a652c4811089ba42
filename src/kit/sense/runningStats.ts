/**
 * Mean and standard deviation of all values so far, in one pass (B. P. Welford, "Note on a Method for Calculating Corrected Sums of
 * Squares and Products", Technometrics 4 (1962)). In the unit of the values; 12 bytes or less. Each number is a single, so that saving
 * and loading change nothing; with it the deviation stops to move after some 16 million values. Values beyond 1e18 overflow.
 */
import type { ByteReader, ByteWriter } from './bytes.ts';

export interface RunningStats {
  count: number;
  mean: number;
  /** Of the population: divided by `count`. */
  sd: number;
}

/** No value lies further away than this: a change of what never changed is that much, not infinite. */
const DEVIATIONS_MAX = 1000;

export const noStats = (): RunningStats => ({ count: 0, mean: 0, sd: 0 });

export function addValue(stats: RunningStats, value: number): void {
  stats.count += 1;
  const { count, mean, sd } = stats;
  stats.mean = Math.fround(mean + (value - mean) / count);
  const squares = sd * sd + ((value - mean) * (value - stats.mean) - sd * sd) / count;
  stats.sd = Math.fround(Math.sqrt(Math.max(0, squares)));
}

/** How many standard deviations `value` lies from the mean, 0 to 1000; 0 while there are fewer than two values. */
export function deviationsOf({ count, mean, sd }: RunningStats, value: number): number {
  if (count < 2 || value === mean) return 0;
  return sd === 0 ? DEVIATIONS_MAX : Math.min(DEVIATIONS_MAX, Math.abs(value - mean) / sd);
}

export function saveStats(writer: ByteWriter, { count, mean, sd }: RunningStats): void {
  writer.varint(count);
  writer.float32(mean);
  writer.float32(sd);
}

export function loadStats(reader: ByteReader): RunningStats {
  return { count: reader.varint(), mean: reader.float32(), sd: reader.float32() };
}
