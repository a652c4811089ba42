/**
 * A detector whose score is published, to hold the scoring against: relative entropy (C. Wang et al., "Statistical techniques for online
 * anomaly detection in data centers", IM 2011), with the benchmark's settings. The last 52 values, in five bins between the least and the
 * most of the file, are compared with each distribution that was seen so far; one that none explains is an alert, and is remembered.
 */
const BINS = 5;
const WINDOW = 52;
/** The chi-squared quantile of .99 with 4 degrees of freedom. */
const LIMIT = 13.276704135987622;

/** Places of its alerts. It knows the file's least and most beforehand, as the benchmark tells it. */
export function relativeEntropyAlerts(values: readonly number[]): number[] {
  const least = values.reduce((low, value) => Math.min(low, value), Number.POSITIVE_INFINITY);
  const most = values.reduce((high, value) => Math.max(high, value), Number.NEGATIVE_INFINITY);
  const width = (most - least) / BINS;
  if (width === 0) return [];
  const known: { readonly shares: readonly number[]; count: number }[] = [];
  const alerts: number[] = [];
  for (let row = WINDOW - 1; row < values.length; row += 1) {
    const shares = sharesOf(values.slice(row - WINDOW + 1, row + 1).map((value) => Math.ceil((value - least) / width)));
    const nearest = nearestOf(shares, known);
    if (nearest !== null) {
      nearest.count += 1;
      if (nearest.count <= 1) alerts.push(row);
      continue;
    }
    if (known.length > 0) alerts.push(row);
    known.push({ shares, count: 1 });
  }
  return alerts;
}

/** The uppermost bin holds its upper end too. */
function sharesOf(bins: readonly number[]): number[] {
  const counts = new Array<number>(BINS).fill(0);
  for (const bin of bins) {
    const at = Math.min(bin, BINS - 1);
    counts[at] = (counts[at] as number) + 1;
  }
  return counts.map((count) => count / bins.length);
}

function nearestOf<Known extends { readonly shares: readonly number[] }>(shares: readonly number[], known: readonly Known[]): Known | null {
  let [nearest, least]: [Known | null, number] = [null, LIMIT];
  for (const one of known) {
    const distance = 2 * WINDOW * divergence(shares, one.shares);
    if (distance < least) [nearest, least] = [one, distance];
  }
  return nearest;
}

/** Of Kullback and Leibler, in nats; infinite where `q` rules out what `p` has. */
const divergence = (p: readonly number[], q: readonly number[]): number =>
  p.reduce((sum, share, at) => (share === 0 ? sum : sum + share * Math.log(share / (q[at] as number))), 0);
