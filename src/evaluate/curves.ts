/** What scores are worth, as curves: precision against recall, and how often something was true where a score said how likely it is. */
import { chart, type Point } from './svg.ts';

export interface Scored {
  readonly score: number;
  readonly positive: boolean;
}

const BINS = 10;

/** One point for each distinct score, the highest first; empty without positives. */
export function precisionRecall(items: readonly Scored[]): Point[] {
  const sorted = [...items].sort((a, b) => b.score - a.score);
  const all = sorted.filter(({ positive }) => positive).length;
  const points: Point[] = [];
  let found = 0;
  sorted.forEach(({ score, positive }, at) => {
    if (positive) found += 1;
    if (all > 0 && sorted[at + 1]?.score !== score) points.push([found / all, found / (at + 1)]);
  });
  return points;
}

export interface Calibrated {
  readonly meanScore: number;
  readonly share: number;
  readonly count: number;
}

/** Of scores of 0..1 in ten bins of equal width; bins without any are left out. */
export function calibration(items: readonly Scored[]): Calibrated[] {
  const bins = Array.from({ length: BINS }, () => ({ count: 0, sum: 0, positives: 0 }));
  for (const { score, positive } of items) {
    const bin = bins[Math.min(BINS - 1, Math.floor(score * BINS))];
    if (bin === undefined) continue;
    bin.count += 1;
    bin.sum += score;
    if (positive) bin.positives += 1;
  }
  return bins.flatMap(({ count, sum, positives }) => (count === 0 ? [] : [{ meanScore: sum / count, share: positives / count, count }]));
}

const SHARE = { from: 0, to: 1 };
const COLOR = '#1f6feb';

export function precisionRecallChart(title: string, items: readonly Scored[]): string {
  const base = items.filter(({ positive }) => positive).length / Math.max(1, items.length);
  const lines = [
    { points: precisionRecall(items), color: COLOR, label: 'scores' },
    {
      points: [
        [0, base],
        [1, base],
      ] as const,
      color: '#888',
      label: 'by chance',
      dashed: true as const,
    },
  ];
  return chart({ title, x: { label: 'recall', ...SHARE }, y: { label: 'precision', ...SHARE }, lines });
}

export function calibrationChart(title: string, items: readonly Scored[]): string {
  const points = calibration(items).map(({ meanScore, share }): Point => [meanScore, share]);
  const lines = [
    { points, color: COLOR, label: 'share that was true' },
    {
      points: [
        [0, 0],
        [1, 1],
      ] as const,
      color: '#888',
      label: 'as the score says',
      dashed: true as const,
    },
  ];
  return chart({ title, x: { label: 'score', ...SHARE }, y: { label: 'share', ...SHARE }, lines });
}
