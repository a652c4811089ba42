/** Decides what an event means for a product's price: it stays, it moves, or a person is asked. */
import type { Reason } from '../../domain/decision.ts';
import type { Folded } from '../../domain/flow/reflex.ts';
import type { Said } from '../../kit/climb.ts';
import { climbNow } from '../../kit/climbNow.ts';
import { type Choice, choosePrice, type Market } from './choosePrice.ts';
import { elasticityOf } from './model/features.ts';
import type { Product } from './model/product.ts';
import { forecast } from './model/series.ts';
import { CHANGES_MAX, type PricingPolicy } from './policy.ts';
import { beyondRails, type Room, roomFor } from './rails.ts';
import { holdReasons, marketReasons, moveReasons } from './reasons.ts';
import { rivalOf, WEEK_MS } from './takeFact.ts';

interface About {
  readonly subject: string;
  readonly timeMs: number;
}

/** Rows of a product's own against which its slopes weigh half. */
const SURE_ROWS = 30;

interface Weighed {
  readonly market: Market;
  readonly room: Room;
  readonly choice: { readonly best: Choice; readonly now: Choice } | null;
}

function weigh(product: Product, timeMs: number, policy: PricingPolicy): Weighed | null {
  const { price, cost, stock, series, slopes } = product;
  if (price === null || cost === null) return null;
  const rival = rivalOf(product, undefined, timeMs, policy);
  const expected = forecast(series, slopes, { price: price.value, deal: 0, advertised: 0, rival, timeMs });
  const units = expected?.mean ?? 0;
  const all = stock === null ? null : stock.onHand + stock.inbound;
  const clearing = all !== null && units > 0 && policy.clearance.belowCostMax > 0 && all / units > policy.clearance.fromCoverPeriods;
  const room = roomFor({ price: price.value, cost: cost.value, rival, clearing }, policy);
  const supply = all === null ? null : all / policy.stock.coverPeriods;
  const market = { price: price.value, cost: cost.value, units, elasticity: elasticityOf(slopes.values), supply };
  return {
    market,
    room,
    choice: choosePrice(market, room, { leftoverCost: policy.stock.leftoverCost, learnt: product.periods >= policy.demand.learnPeriods }),
  };
}

const worthIt = ({ best, now }: { best: Choice; now: Choice }, { gainMin }: PricingPolicy): boolean =>
  best.earns - now.earns > gainMin * Math.abs(now.earns);

/** Changes `product` where its price moves, or a person is asked. */
export function judge(product: Product, { subject, timeMs }: About, policy: PricingPolicy): Pick<Folded, 'decision' | 'signal'> {
  const held = holdReasons(product, { subject, timeMs }, policy);
  const weighed = held.length > 0 ? null : weigh(product, timeMs, policy);
  const price = product.price?.value ?? null;
  const moves = weighed?.choice != null && mayMove(weighed, policy) ? weighed.choice : null;
  const result = { price: moves?.best.price ?? price, previous: price };
  const decision = climbNow(policy.rungs, {
    doubt: 'reprice',
    rules: () => (held.length > 0 ? { outcome: 'hold', confidence: 1, reasons: held } : []),
    model: () => said(product, weighed, moves),
    guards: (outcome) =>
      outcome === 'reprice' && moves !== null && weighed !== null
        ? beyondRails({ price: moves.best.price, previous: moves.now.price, cost: weighed.market.cost }, policy)
        : [],
    result: moves === null ? result : { ...result, expected: { units: rounded(moves.best.units), unitsBefore: rounded(moves.now.units) } },
  });
  if (moves === null) return { decision };
  product.changesMs = [timeMs, ...product.changesMs].filter((changedMs) => changedMs > timeMs - 2 * WEEK_MS).slice(0, CHANGES_MAX);
  if (!decision.provisional) {
    product.price = { value: moves.best.price, timeMs, setBy: 'flow' };
    return { decision };
  }
  product.askedMs = timeMs;
  return { decision, signal: { found: { ...result }, rungs: decision.rungs } };
}

/** A price that cannot stay moves whatever it earns. */
const mayMove = ({ room, choice }: Weighed, policy: PricingPolicy): boolean =>
  choice !== null && (room.must !== null || worthIt(choice, policy));

const rounded = (value: number): number => Math.round(value * 1000) / 1000;

function said({ slopes, periods }: Product, weighed: Weighed | null, moves: Weighed['choice']): Said {
  const confidence = rounded(slopes.rows / (slopes.rows + SURE_ROWS));
  if (weighed === null) return { outcome: 'hold', confidence, reasons: [] };
  const reasons: Reason[] = [...moveReasons(weighed, moves), ...marketReasons(weighed, periods)];
  return { outcome: moves === null ? 'hold' : 'reprice', confidence, reasons };
}
