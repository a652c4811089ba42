/**
 * How far several values together lie from how they usually go together: Hotelling's T2 (H. Hotelling, "Multivariate Quality Control",
 * 1947) over the principal components that hold nine tenths of the variance (J. E. Jackson, "Quality Control Methods for Several Related
 * Variables", Technometrics 1 (1959)), smoothed (C. A. Lowry et al., "A Multivariate Exponentially Weighted Moving Average Control Chart",
 * Technometrics 34 (1992)). Values in any units: each is told in deviations from its mean, at most 8.
 *
 * It does not see what happens in the directions that hold the last tenth: that two values part which have always been nearly equal.
 *
 * Learnt once from the first rows, in two passes: channels that move slowly are left out (J. von Neumann, "Distribution of the Ratio of the
 * Mean Square Successive Difference to the Variance", 1941), since their mean in a few minutes says nothing of the next hour.
 */
import type { ByteReader, ByteWriter } from './bytes.ts';
import { symmetricEigen } from './symmetricEigen.ts';

const SLOW_RATIO = 0.25;
const DEVIATIONS_MAX = 8;
const VARIANCE_SHARE = 0.9;
const WEIGHT = 0.07;
/** Above what the rows showed that it was learnt from, without the first, in which the average settles. */
const LIMIT_FACTOR = 1.1;
const SETTLED_AFTER = 50;

export interface TSquared {
  /** Places of the channels that it looks at. */
  readonly channels: readonly number[];
  readonly means: Float32Array;
  readonly sds: Float32Array;
  /** By component, `channels` numbers each: a unit vector divided by the root of its variance. */
  readonly components: Float32Array;
  readonly limit: number;
}

/** The average before the first row: T2 of a row like those that it was learnt from. */
export const firstAverage = ({ components, channels }: TSquared): number => components.length / Math.max(1, channels.length);

interface Channel {
  readonly mean: number;
  readonly sd: number;
  readonly slow: boolean;
}

function channelOf(rows: readonly ArrayLike<number>[], place: number): Channel {
  const values = rows.map((row) => row[place] as number);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  const moves = values.slice(1).reduce((sum, value, at) => sum + (value - (values[at] as number)) ** 2, 0) / (values.length - 1);
  return { mean, sd: Math.sqrt(variance), slow: !(moves / (2 * variance) > SLOW_RATIO) };
}

/** Moving channels where at least two are; else all that are not constant. */
function chosen(channels: readonly Channel[]): number[] {
  const varying = channels.flatMap(({ sd }, place) => (sd > 0 ? [place] : []));
  const moving = varying.filter((place) => channels[place]?.slow === false);
  return moving.length < 2 ? varying : moving;
}

function deviations({ channels, means, sds }: Pick<TSquared, 'channels' | 'means' | 'sds'>, row: ArrayLike<number>): number[] {
  return channels.map((place, at) => {
    const deviation = ((row[place] as number) - (means[at] as number)) / (sds[at] as number);
    return Math.min(DEVIATIONS_MAX, Math.max(-DEVIATIONS_MAX, deviation));
  });
}

function covariance(rows: readonly (readonly number[])[], size: number): number[][] {
  const places = Array.from({ length: size }, (_, at) => at);
  const means = places.map((at) => rows.reduce((sum, row) => sum + (row[at] as number), 0) / rows.length);
  const moment = (p: number, q: number): number =>
    rows.reduce((sum, row) => sum + ((row[p] as number) - (means[p] as number)) * ((row[q] as number) - (means[q] as number)), 0);
  return places.map((p) => places.map((q) => moment(p, q) / rows.length));
}

/** Learns from rows of one length each; null where fewer than two channels vary. Throws RangeError for fewer than 100 rows. */
export function learnTSquared(rows: readonly ArrayLike<number>[]): TSquared | null {
  if (rows.length < 2 * SETTLED_AFTER)
    throw new RangeError(`Cannot learn how values go together as it takes ${2 * SETTLED_AFTER} rows: ${rows.length}`);
  const all = Array.from({ length: rows[0]?.length ?? 0 }, (_, place) => channelOf(rows, place));
  const channels = chosen(all);
  if (channels.length < 2) return null;
  const means = Float32Array.from(channels, (place) => all[place]?.mean as number);
  const sds = Float32Array.from(channels, (place) => all[place]?.sd as number);
  const told = rows.map((row) => deviations({ channels, means, sds }, row));
  const { values, vectors } = symmetricEigen(covariance(told, channels.length));
  const total = values.reduce((sum, value) => sum + value, 0);
  let held = 0;
  const components: number[] = [];
  for (let at = 0; at < values.length && held < VARIANCE_SHARE * total; at += 1) {
    const variance = values[at] as number;
    held += variance;
    components.push(...(vectors[at] as number[]).map((part) => part / Math.sqrt(variance)));
  }
  const learnt = { channels, means, sds, components: Float32Array.from(components), limit: 1 };
  return { ...learnt, limit: Math.fround(LIMIT_FACTOR * largest(learnt, rows)) };
}

function largest(learnt: TSquared, rows: readonly ArrayLike<number>[]): number {
  let average = firstAverage(learnt);
  return rows.reduce((most, row, at) => {
    average = nextAverage(learnt, average, row);
    return at >= SETTLED_AFTER ? Math.max(most, average) : most;
  }, 0);
}

/** The smoothed T2 with this row; 1 times `limit` and more is an alarm. */
export function nextAverage(learnt: TSquared, average: number, row: ArrayLike<number>): number {
  const told = deviations(learnt, row);
  const { components } = learnt;
  let squares = 0;
  for (let start = 0; start < components.length; start += told.length) {
    let sum = 0;
    for (let at = 0; at < told.length; at += 1) sum += (components[start + at] as number) * (told[at] as number);
    squares += sum * sum;
  }
  return Math.fround(average + WEIGHT * (squares - average));
}

/** The place of the channel that lies furthest from its mean. */
export function furthest(learnt: TSquared, row: ArrayLike<number>): { place: number; mean: number; deviations: number } {
  const told = deviations(learnt, row);
  const at = told.reduce((most, deviation, place) => (Math.abs(deviation) > Math.abs(told[most] as number) ? place : most), 0);
  return { place: learnt.channels[at] as number, mean: learnt.means[at] as number, deviations: Math.abs(told[at] as number) };
}

export function saveTSquared(writer: ByteWriter, { channels, means, sds, components, limit }: TSquared): void {
  writer.varint(channels.length);
  for (const place of channels) writer.varint(place);
  writer.floats(means);
  writer.floats(sds);
  writer.varint(components.length / channels.length);
  writer.floats(components);
  writer.float32(limit);
}

export function loadTSquared(reader: ByteReader): TSquared {
  const channels = Array.from({ length: reader.varint() }, () => reader.varint());
  const [means, sds] = [reader.floats(channels.length), reader.floats(channels.length)];
  return { channels, means, sds, components: reader.floats(reader.varint() * channels.length), limit: reader.float32() };
}
