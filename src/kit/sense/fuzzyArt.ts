/**
 * Learns what windows look like, one by one, and tells one that looks like none before: fuzzy ART (G. A. Carpenter, S. Grossberg, D. B.
 * Rosen, "Fuzzy ART", Neural Networks 4 (1991)) with two vigilances (L. E. Brito da Silva, I. Elnabarawy, D. C. Wunsch, "Dual vigilance
 * fuzzy adaptive resonance theory", Neural Networks 109 (2019)) and complement coding: `x` is `2 n` numbers of 0..1, features, then 1
 * minus each. The match is steep, and weighs how the newest feature, the last of the n, fits by itself: (|min(x, w)| / |w|)^3 times its
 * square. A category is a vector of singles; there are at most `capacity` of them, so bytes are bounded: 4 times 2 n times that many.
 */
import type { ByteReader, ByteWriter } from './bytes.ts';

export interface Categories {
  /** Numbers in a category. */
  readonly width: number;
  readonly capacity: number;
  count: number;
  /** `capacity` times `width`. */
  readonly weights: Float32Array;
}

export interface Vigilance {
  /** A category that matches this well learns the window. */
  readonly upper: number;
  /** A window that matches less than this well is like nothing before. */
  readonly lower: number;
}

export interface Presented {
  /** 0..1 of the best category; 1 for the very first window. */
  readonly match: number;
  /** 0..1, of that category's newest feature. */
  readonly newest: number;
  /** No category matched by the lower vigilance: the window became one of a new cluster. */
  readonly novel: boolean;
}

export function noCategories(width: number, capacity: number): Categories {
  return { width, capacity, count: 0, weights: new Float32Array(width * capacity) };
}

interface Match {
  readonly category: number;
  readonly match: number;
  readonly newest: number;
}

function matchOf({ width, weights }: Categories, window: Float32Array, category: number): Match {
  const start = category * width;
  let [common, all] = [0, 0];
  for (let at = 0; at < width; at += 1) {
    const weight = weights[start + at] as number;
    all += weight;
    common += Math.min(weight, window[at] as number);
  }
  const [one, other] = [width / 2 - 1, width - 1];
  const [first, second] = [weights[start + one] as number, weights[start + other] as number];
  const both = first + second;
  const newest = both === 0 ? 0 : (Math.min(window[one] as number, first) + Math.min(window[other] as number, second)) / both;
  return { category, match: all === 0 ? 0 : (common / all) ** 3 * newest ** 2, newest };
}

function put(categories: Categories, window: Float32Array, instead: number): void {
  const { width, capacity, count, weights } = categories;
  const full = count >= capacity;
  weights.set(window, (full ? instead : count) * width);
  if (!full) categories.count += 1;
}

/** All that match by the upper vigilance learn the window: of each number, the lesser stays. */
function learn({ width, weights }: Categories, window: Float32Array, category: number): void {
  const start = category * width;
  for (let at = 0; at < width; at += 1) weights[start + at] = Math.min(weights[start + at] as number, window[at] as number);
}

/** Throws RangeError for a window of another width. Without room, a new cluster takes the place of the worst match. */
export function present(categories: Categories, window: Float32Array, { upper, lower }: Vigilance): Presented {
  if (window.length !== categories.width)
    throw new RangeError(`Cannot present a window as it must have ${categories.width} numbers: ${window.length}`);
  if (categories.count === 0) {
    put(categories, window, 0);
    return { match: 1, newest: 1, novel: false };
  }
  const matches = Array.from({ length: categories.count }, (_, category) => matchOf(categories, window, category));
  let [best, worst] = [matches[0] as Match, matches[0] as Match];
  for (const one of matches) {
    if (one.match > best.match) best = one;
    if (one.match < worst.match) worst = one;
    if (one.match >= upper) learn(categories, window, one.category);
  }
  const { category, match, newest } = best;
  if (match < upper) put(categories, window, match < lower ? worst.category : category);
  return { match, newest, novel: match < Math.min(lower, upper) };
}

export function saveCategories(writer: ByteWriter, { width, count, weights }: Categories): void {
  writer.varint(count);
  writer.floats(weights.subarray(0, count * width));
}

export function loadCategories(reader: ByteReader, width: number, capacity: number): Categories {
  const categories = noCategories(width, capacity);
  categories.count = reader.varint();
  if (categories.count > capacity) throw new RangeError(`Cannot read a state as it has more than ${capacity} categories`);
  categories.weights.set(reader.floats(categories.count * width));
  return categories;
}
