/** The bands of a policy in which a score falls: `bands: { reviewFrom: 0.15, declineFrom: 0.9 }` has three. */

export interface BandPart {
  /** The outcome that its threshold names; the first one, below all thresholds, has none. */
  readonly outcome: string | null;
  readonly from: number;
  readonly to: number;
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Empty where the policy has no bands, or none between 0 and 1. */
export function bandsOf(content: unknown): BandPart[] {
  if (!isObject(content) || !isObject(content.bands)) return [];
  const thresholds = Object.entries(content.bands)
    .flatMap(([name, value]) => {
      const outcome = /^([a-z][\w-]*)From$/.exec(name)?.[1];
      return outcome !== undefined && typeof value === 'number' && value > 0 && value < 1 ? [{ outcome, from: value }] : [];
    })
    .sort((a, b) => a.from - b.from);
  if (thresholds.length === 0) return [];
  const starts = [{ outcome: null, from: 0 }, ...thresholds];
  return starts.map(({ outcome, from }, at) => ({ outcome, from, to: starts[at + 1]?.from ?? 1 }));
}

/** The threshold that the score is closest to, and what lies behind it. */
export function nearestThreshold(
  bands: readonly BandPart[],
  score: number,
): { readonly at: number; readonly by: number; readonly outcome: string | null } | null {
  const here = bands.findIndex(({ from, to }, at) => score >= from && (score < to || at === bands.length - 1));
  const ways = [
    { at: bands[here]?.from ?? 0, next: bands[here - 1] },
    { at: bands[here]?.to ?? 1, next: bands[here + 1] },
  ].filter((way): way is { at: number; next: BandPart } => way.next !== undefined);
  const [nearest] = ways.sort((a, b) => Math.abs(a.at - score) - Math.abs(b.at - score));
  return nearest === undefined ? null : { at: nearest.at, by: nearest.at - score, outcome: nearest.next.outcome };
}
