/** What no price passes: the margin's floor, the largest step, the points that prices end on, how far above competitors. */
import type { Reason } from '../../domain/decision.ts';
import { shownNumber } from '../../domain/shownNumber.ts';
import { isPoint, pointsBetween } from './model/points.ts';
import type { PricingPolicy } from './policy.ts';

export interface Room {
  /** The lowest price that leaves the least margin. */
  readonly floor: number;
  /** The highest that competitors allow; null where none is known. */
  readonly cap: number | null;
  /** Why the present price cannot stay, whatever it earns. */
  readonly must: 'below-floor' | 'above-competitors' | null;
  /** Prices that may be proposed, rising. */
  readonly points: readonly number[];
}

export interface Bounds {
  readonly price: number;
  readonly cost: number;
  readonly rival: number | null;
  /** There is so much stock that some may be sold below its cost. */
  readonly clearing: boolean;
}

export function roomFor({ price, cost, rival, clearing }: Bounds, { rails, rivals, clearance }: PricingPolicy): Room {
  const floor = cost / (1 - rails.marginMin);
  const cap = rival === null ? null : Math.max(floor, rival * (1 + rivals.aboveMax));
  const [lowest, highest] = [price * (1 - rails.stepMax), price * (1 + rails.stepMax)];
  const between = (low: number, high: number): number[] => pointsBetween(low, high, rails.points);
  if (price < floor && !clearing) {
    const enough = between(Math.max(floor, lowest), Math.min(highest, Math.max(floor, cap ?? highest)));
    // the floor is out of reach: as far as the largest step goes
    const points =
      enough.length > 0
        ? enough
        : between(price, highest)
            .filter((point) => point > price)
            .slice(-1);
    return { floor, cap, must: 'below-floor', points };
  }
  const low = Math.max(lowest, clearing ? Math.min(floor, cost * (1 - clearance.belowCostMax)) : floor);
  if (cap !== null && price > cap) {
    const below = between(low, Math.min(price, Math.max(cap, low)));
    const points =
      below.length > 0
        ? below
        : between(low, price)
            .filter((point) => point < price)
            .slice(0, 1);
    return { floor, cap, must: 'above-competitors', points };
  }
  return { floor, cap, must: null, points: between(low, Math.min(highest, cap ?? highest)) };
}

export interface Move {
  readonly price: number;
  readonly previous: number;
  readonly cost: number;
}

const percent = (share: number): string => `${shownNumber(Math.round(share * 1000) / 10)} %`;

/** Reasons to ask a person about a move; none where the flow may make it by itself. */
export function beyondRails({ price, previous, cost }: Move, { rails }: PricingPolicy): Reason[] {
  const reasons: Reason[] = [];
  const say = (code: string, text: string): number => reasons.push({ code, text });
  const step = Math.abs(price / previous - 1);
  if (price < cost) say('below-cost', `${price} is below the cost of ${shownNumber(cost)}`);
  else if (price * (1 - rails.marginMin) < cost)
    say(
      'below-margin',
      `${price} leaves ${percent(1 - cost / price)} above the cost of ${shownNumber(cost)}, less than ${percent(rails.marginMin)}`,
    );
  if (step > rails.stepAlone)
    say(
      'large-step',
      `From ${previous} to ${price} is a step of ${percent(step)}, more than the ${percent(rails.stepAlone)} without a person`,
    );
  if (!isPoint(price, rails.points))
    say('off-point', `${price} is no price that is asked: they end on ${rails.points.ending} in steps of ${rails.points.step}`);
  return reasons;
}
