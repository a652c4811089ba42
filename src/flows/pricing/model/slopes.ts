/**
 * Slopes of a product's demand, over all places where it is sold: ridge regression (A. E. Hoerl, R. W. Kennard, 1970) of the logarithm of
 * units on the logarithm of price and the other features, each told as its deviation from what is usual at its place, with sums that fade.
 * The slope of price begins at the policy's and leaves it as far as sales speak against it.
 */
import type { ByteReader, ByteWriter } from '../../../kit/sense/bytes.ts';
import { FEATURES, WIDTH } from './features.ts';
import { at, solve } from './solve.ts';

/** Rows of noise that a slope has to be stronger than. */
const RIDGE_ROWS = 30;
const PRICE = FEATURES.indexOf('price');
const CORNERS = (WIDTH * (WIDTH + 1)) / 2;

export interface Slopes {
  /** Faded rows that taught. */
  rows: number;
  /** The fading is as of this period. */
  period: number;
  /** Products of features, the lower triangle. */
  readonly squares: Float64Array;
  /** Products of features and units. */
  readonly crossed: Float64Array;
  /** Solved from the two. */
  readonly values: Float64Array;
}

export function noSlopes(priceSlope: number): Slopes {
  const values = new Float64Array(WIDTH);
  values[PRICE] = priceSlope;
  return { rows: 0, period: 0, squares: new Float64Array(CORNERS), crossed: new Float64Array(WIDTH), values };
}

/** A row: how far features and log units lie from their means, before the row (`before`) and with it (`after`). */
export interface Deviation {
  readonly before: ArrayLike<number>;
  readonly after: ArrayLike<number>;
  readonly unitsAfter: number;
}

/** `keep` is what stays of the sums after a period. */
export function addDeviation(
  slopes: Slopes,
  { before, after, unitsAfter }: Deviation,
  { period, keep, priceSlope }: { readonly period: number; readonly keep: number; readonly priceSlope: number },
): void {
  const { squares, crossed } = slopes;
  const fade = slopes.rows === 0 ? 1 : keep ** Math.max(0, period - slopes.period);
  slopes.period = Math.max(period, slopes.period);
  slopes.rows = slopes.rows * fade + 1;
  for (let i = 0; i < WIDTH; i += 1) {
    const left = before[i] as number;
    crossed[i] = (crossed[i] as number) * fade + left * unitsAfter;
    for (let j = 0; j <= i; j += 1) squares[at(i, j)] = (squares[at(i, j)] as number) * fade + left * (after[j] as number);
  }
  resolve(slopes, priceSlope);
}

function resolve({ rows, squares, crossed, values }: Slopes, priceSlope: number): void {
  const scale = Float64Array.from({ length: WIDTH }, (_, i) => Math.sqrt((squares[at(i, i)] as number) / rows));
  const scaled = new Float64Array(CORNERS);
  const right = new Float64Array(WIDTH);
  for (let i = 0; i < WIDTH; i += 1) {
    const own = scale[i] as number;
    // a feature that never moved has no slope
    if (own > 0) right[i] = ((crossed[i] as number) - priceSlope * (squares[at(Math.max(i, PRICE), Math.min(i, PRICE))] as number)) / own;
    for (let j = 0; j <= i; j += 1) {
      const both = own * (scale[j] as number);
      scaled[at(i, j)] = (both > 0 ? (squares[at(i, j)] as number) / both : 0) + (i === j ? RIDGE_ROWS : 0);
    }
  }
  const found = solve(scaled, right);
  for (let i = 0; i < WIDTH; i += 1) {
    const own = scale[i] as number;
    values[i] = (own > 0 ? (found[i] as number) / own : 0) + (i === PRICE ? priceSlope : 0);
  }
}

export function saveSlopes(writer: ByteWriter, { rows, period, squares, crossed, values }: Slopes): void {
  writer.float64(rows);
  writer.zigzag(period);
  for (const list of [squares, crossed, values]) for (const value of list) writer.float64(value);
}

export function loadSlopes(reader: ByteReader): Slopes {
  const list = (length: number): Float64Array => Float64Array.from({ length }, () => reader.float64());
  return { rows: reader.float64(), period: reader.zigzag(), squares: list(CORNERS), crossed: list(WIDTH), values: list(WIDTH) };
}
