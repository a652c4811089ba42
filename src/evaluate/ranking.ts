/**
 * How well scores rank: the area under the ROC curve (the chance that a fraud scores above a genuine payment, ties half; Mann and
 * Whitney 1947) and average precision (the sum of precision times the step in recall over the distinct scores, as
 * `sklearn.metrics.average_precision_score` defines it). `weights` counts each item several times, for the bootstrap.
 */

export interface Ranked {
  readonly score: number;
  readonly fraud: boolean;
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
  let [frauds, genuine, pairs, precisions] = [0, 0, 0, 0];
  for (let at = 0; at < sorted.length; ) {
    const { score } = sorted[at] as Ranked;
    let [tiedFrauds, tiedGenuine] = [0, 0];
    for (; at < sorted.length && sorted[at]?.score === score; at++) {
      const weight = weights?.[at] ?? 1;
      if (sorted[at]?.fraud === true) tiedFrauds += weight;
      else tiedGenuine += weight;
    }
    pairs += tiedGenuine * (frauds + tiedFrauds / 2);
    frauds += tiedFrauds;
    genuine += tiedGenuine;
    if (tiedFrauds > 0) precisions += (tiedFrauds * frauds) / (frauds + genuine);
  }
  return { auc: pairs / (frauds * genuine), averagePrecision: precisions / frauds };
}
