/**
 * Confidence intervals by resampling whole units (cards, machines, files): what belongs to one unit rises and falls together, so
 * resampling it row by row would promise more than the data can tell. Percentiles of B. Efron's bootstrap ("Bootstrap Methods: Another
 * Look at the Jackknife", 1979). The generator is mulberry32 with a fixed seed: the same figures every time.
 */
import type { Figures } from './dataSet.ts';

export function mulberry32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The 2.5th and 97.5th percentile of each figure over `rounds` draws; `figuresOf` gets how often each of `units` was drawn. */
export function intervalsOf(
  units: number,
  figuresOf: (weights: ArrayLike<number>) => Figures,
  rounds = 1000,
): Record<string, readonly [number, number]> {
  const random = mulberry32(1);
  const samples: Figures[] = [];
  for (let round = 0; round < rounds; round++) {
    const weights = new Uint32Array(units);
    for (let draw = 0; draw < units; draw++) {
      const unit = Math.floor(random() * units);
      weights[unit] = (weights[unit] as number) + 1;
    }
    samples.push(figuresOf(weights));
  }
  const interval = (figure: string): readonly [number, number] => {
    // a draw without any positive has no figure
    const values = samples
      .map((sample) => sample[figure] as number)
      .filter((value) => !Number.isNaN(value))
      .sort((a, b) => a - b);
    const at = (share: number): number => values[Math.round(share * (values.length - 1))] ?? Number.NaN;
    return [at(0.025), at(0.975)];
  };
  return Object.fromEntries(Object.keys(samples[0] ?? {}).map((figure) => [figure, interval(figure)]));
}
