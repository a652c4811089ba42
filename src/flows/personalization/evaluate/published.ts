/** Figures that others published, as numbers: no data of theirs. */

const LISTS = 'on 387 of these queries, from the lists that session-rec (github.com/rn5l/session-rec) keeps';
const WINDOWS = 'on five larger windows, M. Ludewig et al. 2020 (User Modeling and User-Adapted Interaction)';

export const YOOCHOOSE_PUBLISHED = {
  [`VSKNN, ${LISTS}`]: { hr20: 0.61, mrr20: 0.334 },
  [`association rules, ${LISTS}`]: { hr20: 0.592, mrr20: 0.316 },
  [`GRU4Rec, ${LISTS}`]: { hr20: 0.571, mrr20: 0.329 },
  [`sequential rules, ${LISTS}`]: { hr20: 0.561, mrr20: 0.328 },
  [`VSTAN, ${WINDOWS}`]: { hr20: 0.676, mrr20: 0.294 },
  [`NARM, ${WINDOWS}`]: { hr20: 0.675, mrr20: 0.305 },
  [`VSKNN, ${WINDOWS}`]: { hr20: 0.651, mrr20: 0.287 },
  [`GRU4Rec, ${WINDOWS}`]: { hr20: 0.649, mrr20: 0.289 },
} as const;
