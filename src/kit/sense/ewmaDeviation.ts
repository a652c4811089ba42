/**
 * How far a smoothed level lies from where it has always been: an exponentially weighted moving average (S. W. Roberts, "Control Chart
 * Tests Based on Geometric Moving Averages", Technometrics 1 (1959)) held against the mean and deviation of its own past. Catches a level
 * that shifts and stays; a single wild value moves it by a fifth. In the unit of the values, a few 100 ns a value, 20 bytes.
 */
import type { ByteReader, ByteWriter } from './bytes.ts';
import { addValue, deviationsOf, loadStats, noStats, type RunningStats, saveStats } from './runningStats.ts';

const WEIGHT = 0.2;

export interface EwmaDeviation {
  /** Null before the first value. */
  level: number | null;
  /** Of all levels before this one. */
  readonly past: RunningStats;
}

export const noEwma = (): EwmaDeviation => ({ level: null, past: noStats() });

/** Takes a value and gives the deviations of the new level from the levels before it. */
export function ewmaDeviation(ewma: EwmaDeviation, value: number): number {
  const level = Math.fround(ewma.level === null ? value : ewma.level + WEIGHT * (value - ewma.level));
  const deviations = deviationsOf(ewma.past, level);
  addValue(ewma.past, level);
  ewma.level = level;
  return deviations;
}

export function saveEwma(writer: ByteWriter, { level, past }: EwmaDeviation): void {
  saveStats(writer, past);
  writer.float32(level ?? 0);
}

export function loadEwma(reader: ByteReader): EwmaDeviation {
  const past = loadStats(reader);
  const level = reader.float32();
  return { level: past.count === 0 ? null : level, past };
}
