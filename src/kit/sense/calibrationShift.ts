/**
 * Whether scores say something else of what is true than they did: by tenths of the score, how far what was expected lay above what was
 * observed (the bins of the expected calibration error, Naeini, Cooper, Hauskrecht, "Obtaining Well Calibrated Probabilities Using Bayesian
 * Binning", AAAI 2015), then and now. Only decisions with a known truth count; if more truths of one kind are told, that is so in both, and the
 * difference is none.
 */
import { rareChiSquared } from './shift.ts';

const CALIBRATION_BINS = 10;

/** Of one tenth: how many, the sum of their scores, how many were true. JSON holds it. */
export type CalibrationBin = [count: number, expected: number, observed: number];
export type Calibration = CalibrationBin[];

export const noCalibration = (): Calibration => Array.from({ length: CALIBRATION_BINS }, (): CalibrationBin => [0, 0, 0]);

/** `score`: 0 to 1, a probability. Others count nowhere. */
export function addTruth(calibration: Calibration, score: number, isTrue: boolean): void {
  if (!(score >= 0 && score <= 1)) return;
  const bin = calibration[Math.min(CALIBRATION_BINS - 1, Math.floor(score * CALIBRATION_BINS))] as CalibrationBin;
  bin[0] += 1;
  bin[1] += score;
  if (isTrue) bin[2] += 1;
}

export const truthsOf = (calibration: Calibration): number => calibration.reduce((sum, [count]) => sum + count, 0);

export interface CalibrationShift {
  /** The mean, over what came now, of how far the bins' gaps have moved: 0 to 1. */
  readonly gap: number;
  /** The squares of the moves in units of what chance moves them, added up; `chance` is passed once in a million times. */
  readonly squares: number;
  readonly chance: number;
}

/**
 * What chance does to the difference of two means of truths, squared: by their common share, with one more of each kind, so that it is never 0.
 * By a share of its own each, a tenth that by chance has few of one kind has little variance as well, and chance was passed once in 10,000 times.
 */
function variance([count, , observed]: CalibrationBin, [known, , observedBefore]: CalibrationBin): number {
  const share = (observed + observedBefore + 1) / (count + known + 2);
  return share * (1 - share) * (1 / count + 1 / known);
}

export function calibrationShift(before: Calibration, now: Calibration): CalibrationShift {
  let [moved, squares, bins, total] = [0, 0, 0, 0];
  now.forEach((bin, at) => {
    const reference = before[at] as CalibrationBin;
    const [[count, expected, observed], [known, expectedBefore, observedBefore]] = [bin, reference];
    if (count === 0 || known === 0) return;
    const move = (expected - observed) / count - (expectedBefore - observedBefore) / known;
    moved += count * Math.abs(move);
    total += count;
    squares += (move * move) / variance(bin, reference);
    bins += 1;
  });
  return { gap: total === 0 ? 0 : moved / total, squares, chance: rareChiSquared(Math.max(1, bins)) };
}
