/**
 * What is sold in a place, period by period: the mean of features and of log units, a level that follows what they leave unsaid (simple
 * exponential smoothing, R. G. Brown 1956) and how far off forecasts were. Sales of a period are gathered until one of a later period
 * comes. Units of whatever is counted; means and level are logarithms.
 */
import type { ByteReader, ByteWriter } from '../../../kit/sense/bytes.ts';
import { featuresOf, type Terms, WIDTH } from './features.ts';
import { addDeviation, type Slopes } from './slopes.ts';

/** The level goes half of the way in six periods. */
const LEVEL_SHARE = 1 - 0.5 ** (1 / 6);
/** A place that is new is as uncertain as these many periods off by this much. */
const SPREAD_ROWS = 10;
const SPREAD_START = 0.25;

/** Sums of what was sold in a period that is not over. */
export interface Open {
  period: number;
  units: number;
  revenue: number;
  deal: number;
  advertised: number;
  rival: number | null;
  timeMs: number;
}

export interface Series {
  /** Faded periods that taught. */
  rows: number;
  period: number;
  units: number;
  level: number;
  /** Mean squared error of forecasts, and of how many. */
  spread: number;
  spreadRows: number;
  readonly means: Float64Array;
  open: Open | null;
}

export const noSeries = (): Series => ({
  ...{ rows: 0, period: 0, units: 0, level: 0, spread: SPREAD_START, spreadRows: SPREAD_ROWS },
  ...{ means: new Float64Array(WIDTH), open: null },
});

export interface Sold extends Terms {
  readonly units: number;
  readonly period: number;
}

export interface Learning {
  readonly keep: number;
  readonly priceSlope: number;
  /** Absent: the slopes learn from other series. */
  readonly teaches: boolean;
}

/** What a closed period was: for whoever sums it up. */
export interface Closed {
  readonly period: number;
  readonly units: number;
  readonly revenue: number;
}

/** A sale of an earlier period than the open one counts in the open one. Gives the period that it closes, if it does. */
export function addSale(series: Series, slopes: Slopes, sold: Sold, learning: Learning): Closed | null {
  const closed = series.open !== null && sold.period > series.open.period ? close(series, slopes, learning) : null;
  series.open ??= { period: sold.period, units: 0, revenue: 0, deal: 0, advertised: 0, rival: null, timeMs: sold.timeMs };
  const { open } = series;
  open.units += sold.units;
  open.revenue += sold.units * sold.price;
  open.deal += sold.units * sold.deal;
  open.advertised += sold.units * sold.advertised;
  open.rival = sold.rival;
  return closed;
}

/** Learns the open period. Nothing sold teaches nothing. */
export function close(series: Series, slopes: Slopes, { keep, priceSlope, teaches }: Learning): Closed | null {
  const { open } = series;
  series.open = null;
  if (open === null || open.units <= 0) return null;
  const { units, revenue, deal, advertised, rival, timeMs, period } = open;
  const terms = { price: revenue / units, deal: deal / units, advertised: advertised / units, rival, timeMs };
  const features = featuresOf(terms, series.means);
  const logUnits = Math.log(units);
  const known = series.rows > 0;
  if (known) {
    const error = logUnits - logForecast(series, slopes, features);
    series.level += LEVEL_SHARE * error;
    series.spreadRows = keep * series.spreadRows + 1;
    series.spread += (error * error - series.spread) / series.spreadRows;
  }
  const fade = known ? keep ** Math.max(0, period - series.period) : 1;
  series.period = Math.max(period, series.period);
  series.rows = series.rows * fade + 1;
  const before = features.map((value, i) => value - (series.means[i] as number));
  before.forEach((off, i) => {
    series.means[i] = (series.means[i] as number) + off / series.rows;
  });
  series.units += (logUnits - series.units) / series.rows;
  if (teaches && known) {
    const after = features.map((value, i) => value - (series.means[i] as number));
    addDeviation(slopes, { before, after, unitsAfter: logUnits - series.units }, { period, keep, priceSlope });
  }
  return { period, units, revenue };
}

/** The logarithm of the units of a period. */
function logForecast({ units, level, means }: Series, { values }: Slopes, features: ArrayLike<number>): number {
  let log = units + level;
  for (let i = 0; i < WIDTH; i += 1) log += ((features[i] as number) - (means[i] as number)) * (values[i] as number);
  return log;
}

export interface Forecast {
  /** What is as often exceeded as not; the mean; and the standard deviation of its logarithm. */
  readonly median: number;
  readonly mean: number;
  readonly spread: number;
}

/** Null while nothing is known. `spread` is drawn towards a product's own. */
export function forecast(series: Series, slopes: Slopes, terms: Terms): Forecast | null {
  if (series.rows === 0) return null;
  const log = logForecast(series, slopes, featuresOf(terms, series.means));
  const { spread } = series;
  return { median: Math.exp(log), mean: Math.exp(log + spread / 2), spread: Math.sqrt(spread) };
}

export function saveSeries(writer: ByteWriter, series: Series): void {
  const { rows, period, units, level, spread, spreadRows, means, open } = series;
  for (const value of [rows, units, level, spread, spreadRows, ...means]) writer.float64(value);
  writer.zigzag(period);
  writer.byte(open === null ? 0 : 1);
  if (open === null) return;
  writer.zigzag(open.period);
  writer.zigzag(open.timeMs);
  for (const value of [open.units, open.revenue, open.deal, open.advertised, open.rival ?? 0]) writer.float64(value);
}

export function loadSeries(reader: ByteReader): Series {
  const next = (): number => reader.float64();
  const [rows, units, level, spread, spreadRows] = [next(), next(), next(), next(), next()];
  const means = Float64Array.from({ length: WIDTH }, next);
  const period = reader.zigzag();
  const series: Series = { rows, period, units, level, spread, spreadRows, means, open: null };
  if (reader.byte() === 0) return series;
  const [openPeriod, timeMs] = [reader.zigzag(), reader.zigzag()];
  const [openUnits, revenue, deal, advertised, rival] = [next(), next(), next(), next(), next()];
  series.open = { period: openPeriod, timeMs, units: openUnits, revenue, deal, advertised, rival: rival > 0 ? rival : null };
  return series;
}
