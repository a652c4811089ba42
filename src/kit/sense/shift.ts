/**
 * Whether numbers come from elsewhere than they did: counts by fixed bins, compared by the population stability index.
 *
 * Bins are four an octave, to either side of 0 (as in Masson, Rim, Lee, "DDSketch", VLDB 2019: known beforehand, whatever the range), so that
 * counts of any two stretches of time can be added and compared; scores between 0 and 1 are binned by their log odds. To compare, bins are
 * grouped by tenths of the reference, with groups of their own for what lies beyond all of it; the index is the sum of (q - p) ln(q / p) over
 * groups (N. Siddiqi, "Credit Risk Scorecards", 2006: from 0.25 a shift). Of counts n and m from one distribution, it is about
 * chi-squared of groups - 1 degrees times 1/n + 1/m (B. Yurdakul, "Statistical Properties of Population Stability Index", 2018): below the
 * point that chance passes once in a million times, nothing is a shift.
 */

/** By bin, as text: JSON holds it. */
export type BinCounts = Record<string, number>;

const BINS_PER_OCTAVE = 4;
const OCTAVES_BELOW_ONE = 30;
const OCTAVES_ABOVE_ONE = 70;
const SCORE_BIN = 0.5;
const SCORE_BIN_MAX = 40;
const GROUPS = 10;
/** Standard deviations of the normal distribution that one in a million passes. */
const ONE_IN_A_MILLION = 4.7534;

/** 0, or up to 401 bins to either side. Not a number, or an infinity: null. */
export function binOf(value: number): number | null {
  if (!Number.isFinite(value)) return null;
  const size = Math.log2(Math.abs(value));
  if (size < -OCTAVES_BELOW_ONE) return 0;
  const bin = 1 + Math.floor(BINS_PER_OCTAVE * (Math.min(size, OCTAVES_ABOVE_ONE) + OCTAVES_BELOW_ONE));
  return value < 0 ? -bin : bin;
}

/** By log odds, where it is a share or a probability; others as `binOf`. */
export function scoreBinOf(score: number): number | null {
  if (!(score >= 0 && score <= 1)) return binOf(score);
  const odds = Math.log(score / (1 - score));
  return Math.round(Math.max(-SCORE_BIN_MAX, Math.min(SCORE_BIN_MAX, odds / SCORE_BIN)));
}

export function addBin(counts: BinCounts, bin: number): void {
  counts[bin] = (counts[bin] ?? 0) + 1;
}

export const countOf = (counts: BinCounts): number => Object.values(counts).reduce((sum, count) => sum + count, 0);

interface Group {
  readonly before: number;
  readonly now: number;
}

/** Tenths of the reference, in order; beyond its least and its largest bin a group each. */
function grouped(before: BinCounts, now: BinCounts): Group[] {
  const bins = [...new Set([...Object.keys(before), ...Object.keys(now)])].map(Number).sort((a, b) => a - b);
  const seen = bins.filter((bin) => (before[bin] ?? 0) > 0);
  const [least = 0, largest = 0] = [seen[0], seen.at(-1)];
  const enough = countOf(before) / GROUPS;
  const groups: Group[] = [];
  let open: Group = { before: 0, now: 0 };
  const close = (): void => {
    if (open.before + open.now > 0) groups.push(open);
    open = { before: 0, now: 0 };
  };
  for (const bin of bins) {
    if (bin === least || (bin > largest && open.before > 0)) close();
    open = { before: open.before + (before[bin] ?? 0), now: open.now + (now[bin] ?? 0) };
    if (bin >= least && bin <= largest && open.before >= enough) close();
  }
  close();
  return groups;
}

export interface Shift {
  /** The population stability index: 0 where both are alike. */
  readonly index: number;
  /** What chance alone passes once in a million times. */
  readonly chance: number;
}

/** Symmetric but for the groups, which are the reference's. Without counts on either side: 0. */
export function shiftBetween(before: BinCounts, now: BinCounts): Shift {
  const [n, m] = [countOf(before), countOf(now)];
  if (n === 0 || m === 0) return { index: 0, chance: Number.POSITIVE_INFINITY };
  const groups = grouped(before, now);
  // half a count more in each group: one that is empty on one side has no logarithm
  const share = (count: number, of: number): number => (count + 0.5) / (of + groups.length / 2);
  const index = groups.reduce((sum, group) => {
    const [p, q] = [share(group.before, n), share(group.now, m)];
    return sum + (q - p) * Math.log(q / p);
  }, 0);
  return { index, chance: (1 / n + 1 / m) * rareChiSquared(Math.max(1, groups.length - 1)) };
}

/** What chi-squared of so many degrees passes once in a million times (E. B. Wilson, M. M. Hilferty, "The Distribution of Chi-Square", 1931). */
export function rareChiSquared(degrees: number): number {
  const spread = 2 / (9 * degrees);
  return degrees * (1 - spread + ONE_IN_A_MILLION * Math.sqrt(spread)) ** 3;
}
