/** The price that earns most, among those that the rails leave. */
import type { Room } from './rails.ts';

export interface Market {
  readonly price: number;
  readonly cost: number;
  /** Mean units of a period at the present price. */
  readonly units: number;
  readonly elasticity: number;
  /** Units that there are for each period until more come; null: as many as are wanted. */
  readonly supply: number | null;
}

export interface Choice {
  readonly price: number;
  readonly units: number;
  readonly earns: number;
}

/** Demand that a price so far away would have is not known: the curve is not followed where it is this steep. */
const ELASTICITY_MIN = -8;

/** What a period earns at a price, in money: what is sold of the supply, less what keeping the rest costs. */
export function earningsAt(price: number, market: Market, leftoverCost: number): Choice {
  const { cost, supply, elasticity, units: now } = market;
  const wanted = now * (price / market.price) ** Math.max(ELASTICITY_MIN, Math.min(0, elasticity));
  const units = supply === null ? wanted : Math.min(wanted, supply);
  const left = supply === null ? 0 : supply - units;
  return { price, units: wanted, earns: (price - cost) * units - leftoverCost * cost * left };
}

/**
 * The best of the room's prices, and what the present one earns; null where there is no other. What demand does is not known before it is
 * `learnt`: a price that cannot stay then moves no further than it must.
 */
export function choosePrice(
  market: Market,
  { points, must }: Room,
  { leftoverCost, learnt }: { readonly leftoverCost: number; readonly learnt: boolean },
): { best: Choice; now: Choice } | null {
  const now = earningsAt(market.price, market, leftoverCost);
  const nearest = [...points].sort((a, b) => Math.abs(a - market.price) - Math.abs(b - market.price));
  const others = nearest.filter((point) => point !== market.price).map((point) => earningsAt(point, market, leftoverCost));
  const start = must === null ? now : others[0];
  if (start === undefined) return null;
  const best = learnt ? others.reduce((most, one) => (one.earns > most.earns ? one : most), start) : start;
  return best.price === market.price ? null : { best, now };
}
