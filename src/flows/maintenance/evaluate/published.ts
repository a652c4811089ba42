/** Figures that others published, as numbers: no data of theirs. */

const OPEN = 'of the 41 open files, from the scores that NAB v1.1 (github.com/numenta/NAB) keeps per file';
const ALL = 'of all 58 files, results/final_results.json of NAB v1.1';

/** The first and the third are told each file's least and most beforehand. */
export const NAB_PUBLISHED = {
  [`CAD OSE, ${OPEN}`]: { standard: 75.89, lowFp: 72.41, lowFn: 78.55 },
  [`Numenta HTM, ${OPEN}`]: { standard: 75.52, lowFp: 68.29, lowFn: 78.99 },
  [`ARTime, ${OPEN}`]: { standard: 74.51, lowFp: 66.47, lowFn: 79.36 },
  [`random cut forest, ${OPEN}`]: { standard: 56.13, lowFp: 40.59, lowFn: 62.0 },
  [`relative entropy, ${OPEN}`]: { standard: 53.4, lowFp: 46.24, lowFn: 57.48 },
  [`windowed Gaussian, ${OPEN}`]: { standard: 41.39, lowFp: 26.48, lowFn: 47.91 },
  [`ARTime, ${ALL}`]: { standard: 74.85, lowFp: 65.15, lowFn: 80.36 },
  [`Numenta HTM, ${ALL}`]: { standard: 70.1, lowFp: 63.12, lowFn: 74.32 },
  [`CAD OSE, ${ALL}`]: { standard: 69.9, lowFp: 66.97, lowFn: 73.18 },
  [`windowed Gaussian, ${ALL}`]: { standard: 39.65, lowFp: 20.87, lowFn: 47.41 },
} as const;

const VALVE1 = 'of valve1, from the predictions that SKAB v0.9 (github.com/waico/SKAB) keeps';
const LEADERBOARD = 'of all 34 files, leaderboard of SKAB v0.9';

export const SKAB_PUBLISHED = {
  [`T2+Q, ${VALVE1}`]: { f1: 0.76, far: 23.9, mar: 26.1 },
  [`Conv-AE, ${VALVE1}`]: { f1: 0.755, far: 14.4, mar: 31.8 },
  [`MSET, ${VALVE1}`]: { f1: 0.779, far: 38.5, mar: 15.0 },
  [`Conv-AE, ${LEADERBOARD}`]: { f1: 0.78, far: 13.55, mar: 28.02 },
  [`T2+Q, ${LEADERBOARD}`]: { f1: 0.76, far: 26.62, mar: 24.92 },
} as const;
