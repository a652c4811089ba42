/**
 * How well scores rank: the area under the ROC curve (the chance that a positive scores above a negative, ties half; Mann and
 * Whitney 1947) and average precision (the sum of precision times the step in recall over the distinct scores, as
 * `sklearn.metrics.average_precision_score` defines it). `weights` counts each item several times, for the bootstrap.
 */

export interface Ranked {
  readonly score: number;
  readonly positive: boolean;
}

export interface Ranking {
  readonly auc: number;
  readonly averagePrecision: number;
}

/** Items in falling order of their scores. */
export function byScore<T extends Ranked>(items: readonly T[]): T[] {
  return [...items].sort((a, b) => b.score - a.score);
}

/** `sorted` as `byScore` gives it; one weight for each, 1 unless told. NaN where a class is missing. */
export function rank(sorted: readonly Ranked[], weights?: ArrayLike<number>): Ranking {
  let [positives, negatives, pairs, precisions] = [0, 0, 0, 0];
  for (let at = 0; at < sorted.length; ) {
    const { score } = sorted[at] as Ranked;
    let [tiedPositives, tiedNegatives] = [0, 0];
    for (; at < sorted.length && sorted[at]?.score === score; at++) {
      const weight = weights?.[at] ?? 1;
      if (sorted[at]?.positive === true) tiedPositives += weight;
      else tiedNegatives += weight;
    }
    pairs += tiedNegatives * (positives + tiedPositives / 2);
    positives += tiedPositives;
    negatives += tiedNegatives;
    if (tiedPositives > 0) precisions += (tiedPositives * positives) / (positives + negatives);
  }
  return { auc: pairs / (positives * negatives), averagePrecision: precisions / positives };
}
