/**
 * How far a value lies from what is usual at its hour of the day (UTC): a slowly moving mean for each hour (a seasonal naive forecast
 * with exponential smoothing, as in P. R. Winters, "Forecasting Sales by Exponentially Weighted Moving Averages", Management Science 6
 * (1960), without trend), and the residual held against all residuals before it. In the unit of the values; 106 bytes.
 */
import type { ByteReader, ByteWriter } from './bytes.ts';
import { addValue, deviationsOf, loadStats, noStats, type RunningStats, saveStats } from './runningStats.ts';

const WEIGHT = 0.02;
const HOURS = 24;
const HOUR_MS = 3_600_000;

export interface SeasonalDeviation {
  /** By hour of the day; NaN before its first value. */
  readonly hours: Float32Array;
  readonly residuals: RunningStats;
}

export interface Seasonal {
  readonly deviations: number;
  /** What was usual at this hour before the value came. */
  readonly expected: number;
}

export const noSeason = (): SeasonalDeviation => ({ hours: new Float32Array(HOURS).fill(Number.NaN), residuals: noStats() });

const hourOf = (timeMs: number): number => (((Math.floor(timeMs / HOUR_MS) % HOURS) + HOURS) % HOURS) as number;

export function seasonalDeviation({ hours, residuals }: SeasonalDeviation, value: number, timeMs: number): Seasonal {
  const hour = hourOf(timeMs);
  const known = hours[hour] as number;
  const expected = Number.isNaN(known) ? Math.fround(value) : known;
  const residual = value - expected;
  const deviations = deviationsOf(residuals, residual);
  addValue(residuals, residual);
  hours[hour] = expected + WEIGHT * residual;
  return { deviations, expected };
}

export function saveSeason(writer: ByteWriter, { hours, residuals }: SeasonalDeviation): void {
  saveStats(writer, residuals);
  writer.floats(hours);
}

export function loadSeason(reader: ByteReader): SeasonalDeviation {
  const residuals = loadStats(reader);
  return { hours: reader.floats(HOURS), residuals };
}
