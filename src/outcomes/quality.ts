/** How decisions compare with what turned out to be true, from counters. Pure. */
import type { Judging } from '../domain/outcomes.ts';
import type { Figures } from '../wire/quality.ts';

/** Decisions that agree in all of this. */
export interface QualityCell {
  readonly outcome: string;
  /** Of ten, by confidence. */
  readonly bucket: number;
  /** Empty: nothing is known, nor assumed. */
  readonly truth: string;
  /** No label says so: it is what silence means. */
  readonly assumed: boolean;
  readonly decisions: number;
  /** Sums. */
  readonly confidence: number;
  readonly costUsd: number;
}

const BUCKETS = 10;

const sum = (cells: readonly QualityCell[], of: (cell: QualityCell) => number = ({ decisions }) => decisions): number =>
  cells.reduce((total, cell) => total + of(cell), 0);
const share = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole);

export function figuresOf(cells: readonly QualityCell[], { claims, positive }: Pick<Judging, 'claims' | 'positive'>): Figures {
  const claimOf = ({ outcome }: QualityCell): string | undefined => (Object.hasOwn(claims, outcome) ? claims[outcome] : undefined);
  const isRight = (cell: QualityCell): boolean => claimOf(cell) === cell.truth;
  const judged = cells.filter((cell) => cell.truth !== '' && claimOf(cell) !== undefined);
  const right = judged.filter(isRight);
  const claimed = judged.filter((cell) => positive !== null && claimOf(cell) === positive);
  const actual = judged.filter(({ truth }) => positive !== null && truth === positive);
  const hits = sum(claimed.filter(isRight));
  const [decisions, costUsd] = [sum(cells), sum(cells, (cell) => cell.costUsd)];
  const outcomes: Record<string, number> = {};
  for (const cell of cells) outcomes[cell.outcome] = (outcomes[cell.outcome] ?? 0) + cell.decisions;
  return {
    decisions,
    outcomes,
    labelled: sum(cells.filter(({ truth, assumed }) => truth !== '' && !assumed)),
    assumed: sum(cells.filter(({ assumed }) => assumed)),
    unknown: sum(cells.filter(({ truth }) => truth === '')),
    right: sum(right),
    wrong: sum(judged) - sum(right),
    precision: share(hits, sum(claimed)),
    recall: share(hits, sum(actual)),
    calibration: calibrationOf(judged, isRight),
    costUsd,
    costUsdPer1000: share(costUsd * 1000, decisions),
  };
}

function calibrationOf(judged: readonly QualityCell[], isRight: (cell: QualityCell) => boolean): Figures['calibration'] {
  const buckets = Array.from({ length: BUCKETS }, (_, bucket) => judged.filter((cell) => cell.bucket === bucket)).flatMap(
    (cells, bucket): Figures['calibration']['buckets'] => {
      const count = sum(cells);
      if (count === 0) return [];
      const confidence = sum(cells, (cell) => cell.confidence) / count;
      return [{ from: bucket / BUCKETS, to: (bucket + 1) / BUCKETS, judged: count, confidence, right: sum(cells.filter(isRight)) / count }];
    },
  );
  const error = buckets.reduce((total, bucket) => total + bucket.judged * Math.abs(bucket.confidence - bucket.right), 0);
  return { error: share(error, sum(judged)), buckets };
}
