/**
 * Tells when the last hours of a sensor have a shape that it never had before: one window of eight steps, its Haar transform and its
 * values, presented to fuzzy ART. The arrangement (down-sampling, masks, how the vigilances follow what is seen) was tried on the open
 * half of the Numenta Anomaly Benchmark and frozen; docs/decisions tells by what. All of it works on every `stride`-th row alone.
 *
 * Until the range of the sensor is known, steps wait; then they are presented all at once. Nothing is said within the learning time.
 */
import { type BinnedMedian, binnedMedian, countValue, noMedian } from '../../../kit/sense/binnedMedian.ts';
import { type Categories, noCategories, present } from '../../../kit/sense/fuzzyArt.ts';
import { haar } from '../../../kit/sense/haar.ts';
import { noRing, push, type Ring } from '../../../kit/sense/ring.ts';
import type { Step } from './downsample.ts';
import { adapt, mayAlert, noVigilances, type Vigilances } from './vigilances.ts';

export const WINDOW = 8;
export const BINS = 80;
export const NUMBERS = 4 * WINDOW;
export const CATEGORIES_MAX = 50;
/** So many steps make the learning time, up to twice as many for a short one. */
const TRIAL_STEPS = 104;
/** Nearer to the mean of its step than this share of it, or to the median of all, an extreme is noise. */
const NEAR_MEAN = 0.1;
const NEAR_MEDIAN = 0.075;
/** Beyond what was seen within the learning time, on either side. */
const WIDER = 0.25;
const LIMIT = 0.55;
const MATCH_MAX = 0.999;

/** Rows of a step, and steps of the learning time. */
export function paceOf(learnRows: number): { stride: number; trial: number } {
  const stride = Math.max(1, Math.floor(learnRows / TRIAL_STEPS));
  return { stride, trial: Math.floor(learnRows / stride) };
}

export interface Range {
  readonly low: number;
  readonly high: number;
  /** What a value of 0 here is in the sensor's own unit: values are told from there on. */
  readonly origin: number;
}

export interface Shapes {
  /** Mean, least, most of each step that waits for the range. */
  waiting: Step[];
  /** Moving average of the steps' means; null before the first. */
  average: number | null;
  readonly median: BinnedMedian;
  /** The last eight, 0..1. */
  readonly window: Ring;
  readonly categories: Categories;
  readonly vigilances: Vigilances;
}

/** `said` is 1 or more where the shape is new enough for an alert. */
export interface ShapeNews {
  readonly said: number;
  readonly match: number;
  readonly lower: number;
}

export function noShapes(learnRows: number): Shapes {
  return {
    waiting: [],
    average: null,
    median: noMedian(BINS),
    window: noRing(WINDOW),
    categories: noCategories(NUMBERS, CATEGORIES_MAX),
    vigilances: noVigilances(paceOf(learnRows).trial),
  };
}

export const widened = (low: number, high: number): { low: number; high: number } => ({
  low: low - WIDER * (high - low),
  high: high + WIDER * (high - low),
});

/** Takes a step; null where nothing can be said of it yet. `range` is null within the learning time; a constant sensor has no shapes. */
export function addStep(shapes: Shapes, step: Step, range: Range | null): ShapeNews | null {
  if (range === null) {
    shapes.waiting.push(step);
    return null;
  }
  if (range.high <= range.low) return null;
  const steps = [...shapes.waiting, step];
  shapes.waiting = [];
  return steps.map((one) => addKnown(shapes, one, range)).at(-1) ?? null;
}

/** The step as one number of 0..1 on the grid of the bins: its extreme, unless that is noise. */
function told(shapes: Shapes, { mean, least, most }: Step, { low, high, origin }: Range): number {
  const average = Math.fround(shapes.average === null ? mean : (shapes.average + mean) / 2);
  shapes.average = average;
  const extreme = Math.abs(most - average) >= Math.abs(least - average) ? most : least;
  const value = Math.abs(extreme - mean) < NEAR_MEAN * (mean + origin) ? mean : extreme;
  const place = Math.round(((value - low) / (high - low)) * BINS) / BINS;
  const usual = binnedMedian(shapes.median);
  countValue(shapes.median, place);
  return usual !== null && Math.abs(place - usual) < NEAR_MEDIAN ? usual : place;
}

function scaled(values: Float64Array): Float64Array {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return values.map((value) => (most > least ? (value - least) / (most - least) : 0));
}

function numbersOf(values: readonly number[]): Float32Array {
  const features = [...scaled(haar(scaled(Float64Array.from(values)))), ...values];
  return Float32Array.from([...features, ...features.map((value) => 1 - value)]);
}

function addKnown(shapes: Shapes, step: Step, range: Range): ShapeNews | null {
  const { window, categories, vigilances } = shapes;
  push(window, told(shapes, step, range));
  vigilances.steps += 1;
  if (window.values.length < WINDOW) return null;
  const { upper, lower } = vigilances;
  const { match, newest, novel } = present(categories, numbersOf(window.values), vigilances);
  const near = Math.min(match, MATCH_MAX);
  const strength = Math.min(1, (0.35 * (upper - near) + 0.65 * (lower - near)) / (1 - near) + 1.5 * (1 - newest));
  const alerts = novel && mayAlert(vigilances, match);
  adapt(vigilances, { match, novel, alerts });
  return { said: alerts ? Math.max(0, strength / LIMIT) : 0, match, lower };
}
