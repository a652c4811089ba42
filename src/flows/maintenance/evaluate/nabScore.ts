/**
 * How the Numenta Anomaly Benchmark scores alerts (A. Lavin, S. Ahmad, "Evaluating Real-time Anomaly Detection Algorithms", ICMLA 2015;
 * github.com/numenta/NAB, nab/sweeper.py and runner.py): an alert within a window is worth the more the earlier it comes, once a window;
 * one outside costs the more the further it lies behind the last window; a window without one costs. Normalised so that 0 is a detector
 * that never alerts, 100 a perfect one. `evaluateNab` holds it against a published detector.
 */

/** Places of rows, both ends within. */
export type Window = readonly [first: number, last: number];

export interface AlertedFile {
  readonly rows: number;
  /** In their order, without overlap. */
  readonly windows: readonly Window[];
  /** Places of alerts, ascending. */
  readonly alerts: readonly number[];
}

/** What a found window, a missed one and a false alert weigh. */
export interface Profile {
  readonly found: number;
  readonly missed: number;
  readonly falseAlert: number;
}

export const PROFILES = {
  standard: { found: 1, missed: 1, falseAlert: 0.11 },
  lowFp: { found: 1, missed: 1, falseAlert: 0.22 },
  lowFn: { found: 1, missed: 2, falseAlert: 0.11 },
} as const satisfies Record<string, Profile>;

const PROBATION_SHARE = 0.15;
const PROBATION_ROWS_MAX = 750;

/** The first rows of a file are not scored. */
export const probationOf = (rows: number): number => Math.min(Math.floor(PROBATION_SHARE * rows), PROBATION_ROWS_MAX);

const sigmoid = (x: number): number => (x > 3 ? -1 : 2 / (1 + Math.exp(5 * x)) - 1);

export interface FileScore {
  readonly score: number;
  readonly alerts: number;
  /** Alerts within a window. */
  readonly inWindow: number;
  readonly found: number;
  readonly windows: number;
}

export function scoreFile({ rows, windows, alerts }: AlertedFile, { found, missed, falseAlert }: Profile): FileScore {
  const best = new Map<Window, number>();
  const scored = alerts.filter((row) => row >= probationOf(rows));
  let [score, inWindow] = [0, 0];
  for (const row of scored) {
    const within = windows.find(([first, last]) => row >= first && row <= last);
    if (within === undefined) {
      score += falseAlert * worthBehind(row, windows);
      continue;
    }
    inWindow += 1;
    const [first, last] = within;
    const worth = sigmoid(-(last - row + 1) / (last - first + 1)) / sigmoid(-1);
    best.set(within, Math.max(best.get(within) ?? Number.NEGATIVE_INFINITY, found * worth));
  }
  for (const worth of best.values()) score += worth;
  score -= missed * (windows.length - best.size);
  return { score, alerts: scored.length, inWindow, found: best.size, windows: windows.length };
}

/** 0 at a window's end, falling to -1; -1 before the first window. */
function worthBehind(row: number, windows: readonly Window[]): number {
  const last = windows.filter(([, end]) => end < row).at(-1);
  return last === undefined ? -1 : sigmoid((row - last[1]) / (last[1] - last[0]));
}

/** NaN without windows. `weights` counts a file several times, for the bootstrap. */
export function normalised(scores: readonly FileScore[], { found, missed }: Profile, weights?: ArrayLike<number>): number {
  let [score, windows] = [0, 0];
  scores.forEach((file, at) => {
    const weight = weights?.[at] ?? 1;
    score += weight * file.score;
    windows += weight * file.windows;
  });
  return (100 * (score + missed * windows)) / (windows * (found + missed));
}
