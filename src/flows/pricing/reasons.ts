/** Says in words, with numbers, why a price stays or moves. */
import type { Reason } from '../../domain/decision.ts';
import { instantText } from '../../domain/instant.ts';
import { shownNumber } from '../../domain/shownNumber.ts';
import type { Choice, Market } from './choosePrice.ts';
import type { Product } from './model/product.ts';
import type { PricingPolicy } from './policy.ts';
import type { Room } from './rails.ts';
import { inHoldout, WEEK_MS } from './takeFact.ts';

const SECOND_MS = 1000;
const short = (value: number): string => shownNumber(Number(value.toPrecision(4)));

/** Why nothing may move, whatever would be earned; the first is enough. */
export function holdReasons(product: Product, { subject, timeMs }: { subject: string; timeMs: number }, policy: PricingPolicy): Reason[] {
  const { price, cost, changesMs, askedMs } = product;
  const { rails, holdout, askAgainSeconds, handSeconds } = policy;
  const hold = (code: string, text: string): Reason[] => [{ code, text }];
  if (price === null) return hold('no-price', 'Nothing is known of its price yet: no sale came');
  if (cost === null) return hold('no-cost', 'Nothing is known of its cost yet');
  if (inHoldout(subject, policy))
    return hold(
      'holdout',
      `It is one of the ${short(100 * holdout.share)} % whose price never moves, to tell what moving the others brings`,
    );
  if (price.setBy === 'hand' && timeMs < price.timeMs + handSeconds * SECOND_MS)
    return hold('set-by-hand', `Somebody has set its price: it is left alone until ${instantText(price.timeMs + handSeconds * SECOND_MS)}`);
  if (askedMs !== null && Math.abs(timeMs - askedMs) < askAgainSeconds * SECOND_MS)
    return hold('asked', `A person was asked about it at ${instantText(askedMs)}`);
  const changes = changesMs.filter((changedMs) => Math.abs(timeMs - changedMs) < WEEK_MS).length;
  if (changes >= rails.changesPerWeekMax)
    return hold('changes-used', `Its price was changed ${changes} times within a week, and ${rails.changesPerWeekMax} are allowed`);
  return [];
}

interface Weighed {
  readonly market: Market;
  readonly room: Room;
}

/** What moves the price, or keeps it. */
export function moveReasons({ market, room }: Weighed, moves: { best: Choice; now: Choice } | null): Reason[] {
  const { price } = market;
  const reasons: Reason[] = [];
  if (room.must === 'below-floor')
    reasons.push({
      code: 'below-floor',
      text: `${price} is below ${short(room.floor)}, the least that its cost of ${short(market.cost)} allows`,
    });
  if (room.must === 'above-competitors')
    reasons.push({
      code: 'above-competitors',
      text: `${price} is above ${short(room.cap ?? 0)}, the most that the cheapest competitor allows`,
    });
  if (moves === null) {
    const none = room.must !== null && room.points.length === 0;
    reasons.push(
      none
        ? { code: 'no-room', text: `No price that is asked lies within the largest step from ${price}` }
        : { code: 'best', text: `No price within the rails earns enough more than ${price}, with ${short(market.units)} units a period` },
    );
    return reasons;
  }
  const { best, now } = moves;
  reasons.push({
    code: 'earns-more',
    text: `At ${best.price} some ${short(best.units)} units a period in place of ${short(now.units)} at ${now.price}: ${short(best.earns)} earned in place of ${short(now.earns)}`,
    weight: now.earns === 0 ? 0 : Math.round((1000 * (best.earns - now.earns)) / Math.abs(now.earns)) / 1000,
  });
  return reasons;
}

/** What is known of the market. */
export function marketReasons({ market, room }: Weighed, periods: number): Reason[] {
  const { elasticity, supply, units } = market;
  const reasons: Reason[] = [
    { code: 'elasticity', text: `1 % more price changes demand by ${short(elasticity)} %, as ${periods} periods with sales show` },
  ];
  if (supply !== null && supply < units)
    reasons.push({
      code: 'scarce',
      text: `Stock lasts for ${short(supply)} units a period, and ${short(units)} are wanted at ${market.price}`,
    });
  else if (supply !== null && supply > units)
    reasons.push({
      code: 'plenty',
      text: `There is stock for ${short(supply)} units a period, and ${short(units)} are wanted at ${market.price}`,
    });
  if (room.cap !== null) reasons.push({ code: 'competitors', text: `The cheapest competitor allows at most ${short(room.cap)}` });
  return reasons;
}

/** What would be sold at a price that somebody asks about. */
export function consideredReasons(price: number, expected: { readonly median: number; readonly spread: number } | null): Reason[] {
  if (expected === null) return [{ code: 'unknown', text: 'Nothing is known of its demand yet' }];
  const { median, spread } = expected;
  const [low, high] = [median * Math.exp(-1.28 * spread), median * Math.exp(1.28 * spread)];
  return [
    {
      code: 'expected',
      text: `At ${price} some ${short(median)} units a period, in 8 of 10 periods between ${short(low)} and ${short(high)}`,
    },
  ];
}
