/** Demand in whole units: its probabilities from 0 on, up to where next to nothing is left. */
import type { Rate } from './forecast.ts';

const TAIL = 1e-13;

export interface Discrete {
  readonly mean: number;
  /** Of 0, 1, 2 ... units. */
  readonly chances: Float64Array;
}

function gathered(mean: number, from: number, next: (chance: number, units: number) => number): Discrete {
  const chances: number[] = [];
  let [chance, sum] = [from, 0];
  for (let units = 0; ; units += 1) {
    chances.push(chance);
    sum += chance;
    if (units >= mean && (1 - sum < TAIL || chance < TAIL / 10)) break;
    chance = next(chance, units);
  }
  return { mean, chances: Float64Array.from(chances) };
}

/** For means up to some 700. */
export const poisson = (mean: number): Discrete => gathered(mean, Math.exp(-mean), (chance, units) => (chance * mean) / (units + 1));

/** Demand of so many periods at a rate that is Gamma distributed: negative binomial. */
export function negativeBinomial({ shape, periods }: Rate, over: number): Discrete {
  const failure = over / (periods + over);
  const none = Math.exp(shape * Math.log1p(-failure));
  return gathered((shape / periods) * over, none, (chance, units) => (chance * (units + shape) * failure) / (units + 1));
}

/** The least number of units that covers this share. */
export function coverOf({ chances }: Discrete, share: number): number {
  let covered = 0;
  for (let units = 0; units < chances.length; units += 1) {
    covered += chances[units] as number;
    if (covered >= share) return units;
  }
  return chances.length;
}

/** The chance of more than so many units. */
export function moreThan({ chances }: Discrete, units: number): number {
  if (units < 0) return 1;
  let left = 1;
  for (let at = 0; at <= units && at < chances.length; at += 1) left -= chances[at] as number;
  return Math.max(0, left);
}
