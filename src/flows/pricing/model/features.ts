/** What a period's demand is told by: numbers of which a slope is learnt each. */

const YEAR_MS = 365.25 * 86_400_000;

/** In this order in every vector. */
export const FEATURES = ['price', 'deal', 'advertised', 'dealAdvertised', 'aboveRival', 'yearSin', 'yearCos'] as const;
export const WIDTH = FEATURES.length;
const ABOVE_RIVAL = FEATURES.indexOf('aboveRival');

export interface Terms {
  readonly price: number;
  /** Shares, 0 to 1. */
  readonly deal: number;
  readonly advertised: number;
  /** The cheapest competitor's price; null where none is known. */
  readonly rival: number | null;
  readonly timeMs: number;
}

/** What is not known is as it usually is (`means`): it then says nothing. */
export function featuresOf({ price, deal, advertised, rival, timeMs }: Terms, means: ArrayLike<number>): Float64Array {
  const turn = (2 * Math.PI * timeMs) / YEAR_MS;
  const logPrice = Math.log(price);
  const aboveRival = rival === null ? (means[ABOVE_RIVAL] as number) : logPrice - Math.log(rival);
  return Float64Array.of(logPrice, deal, advertised, deal * advertised, aboveRival, Math.sin(turn), Math.cos(turn));
}

/** What a percent of price does to demand while competitors stay where they are. */
export const elasticityOf = (slopes: ArrayLike<number>): number => (slopes[0] as number) + (slopes[ABOVE_RIVAL] as number);
