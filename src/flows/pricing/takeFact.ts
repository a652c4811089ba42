/** What an event changes of what is known of a product. No decision. */
import { fingerprint } from '../../kit/sense/fingerprint.ts';
import type { Considered, Sale } from './facts.ts';
import type { PeriodLesson } from './model/holdout.ts';
import type { Place } from './model/place.ts';
import type { Product } from './model/product.ts';
import { cheapest } from './model/rivals.ts';
import { addSale, type Closed, close, type Forecast, forecast, type Learning } from './model/series.ts';
import { noSlopes } from './model/slopes.ts';
import type { PricingPolicy } from './policy.ts';

const DAY_MS = 86_400_000;
const SECOND_MS = 1000;
export const WEEK_MS = 7 * DAY_MS;

const periodOf = (timeMs: number, { demand }: PricingPolicy): number => Math.floor(timeMs / (demand.periodDays * DAY_MS));

export const inHoldout = (sku: string, { holdout }: PricingPolicy): boolean =>
  fingerprint(`${holdout.salt}:${sku}`) / 2 ** 32 < holdout.share;

function learningOf({ demand }: PricingPolicy, teaches: boolean): Learning {
  return { keep: 0.5 ** (1 / demand.halfLifePeriods), priceSlope: demand.priceSlope, teaches };
}

/** Slopes begin as the policy says, when the first sale comes. */
export function begun(product: Product, { demand }: PricingPolicy): Product {
  return product.fresh ? { ...product, slopes: noSlopes(demand.priceSlope), fresh: false } : product;
}

export function rivalOf(product: Product, place: Place | undefined, timeMs: number, { rivals }: PricingPolicy): number | null {
  const stale = rivals.staleSeconds * SECOND_MS;
  const near = place === undefined ? null : cheapest(place.rivals, timeMs, stale);
  return (near ?? cheapest(product.rivals, timeMs, stale))?.price ?? null;
}

/** Gives what the holdout is to learn, where the sale ends a period. */
export function takeSale(product: Product, place: Place | undefined, event: Sale, policy: PricingPolicy): PeriodLesson | null {
  const { data, timeMs } = event;
  const { quantity, price, deal = 0, advertised = 0 } = data;
  const terms = { price, deal, advertised, timeMs, units: quantity, period: periodOf(timeMs, policy) };
  const closed = addSale(
    product.series,
    product.slopes,
    { rival: rivalOf(product, undefined, timeMs, policy), ...terms },
    learningOf(policy, place === undefined),
  );
  if (closed !== null) product.periods += 1;
  if (place !== undefined)
    addSale(place.series, product.slopes, { rival: rivalOf(product, place, timeMs, policy), ...terms }, learningOf(policy, true));
  if (deal === 0) seePrice(product, price, timeMs, policy);
  return closed === null ? null : lessonOf(product, closed, { event, policy });
}

/** What comes so many periods late is told of the past: no price of it was the flow's. */
const PAST_PERIODS = 2;

function lessonOf(
  { cost, periods }: Product,
  { units, revenue }: Closed,
  { event, policy }: { event: Sale; policy: PricingPolicy },
): PeriodLesson | null {
  if (cost === null) return null;
  const { subject, timeMs, acceptedAtMs } = event;
  const { periodDays, learnPeriods } = policy.demand;
  const since = periods > learnPeriods && acceptedAtMs - timeMs < PAST_PERIODS * periodDays * DAY_MS;
  return [fingerprint(subject), inHoldout(subject, policy) ? 1 : 0, since ? 1 : 0, revenue - units * cost.value];
}

/** A price that was set counts until sales at another one can no longer be from before. */
function seePrice(product: Product, value: number, timeMs: number, { settleSeconds }: PricingPolicy): void {
  const { price } = product;
  if (price !== null && (value === price.value || timeMs < price.timeMs)) return;
  if (price !== null && price.setBy !== 'seen' && timeMs <= price.timeMs + settleSeconds * SECOND_MS) return;
  product.price = { value, timeMs, setBy: 'seen' };
}

/** What is older than the price that is known says nothing. */
export function setPrice(
  product: Product,
  { data, timeMs }: { readonly data: { readonly price: number }; readonly timeMs: number },
  setBy: 'flow' | 'hand',
): Product {
  if (timeMs >= (product.price?.timeMs ?? timeMs)) product.price = { value: data.price, timeMs, setBy };
  return product;
}

/** What would be sold; null while nothing is known. Of a period that is over then, the states that are given have learnt: they are not to be kept. */
export function consider(product: Product, place: Place | undefined, event: Considered, policy: PricingPolicy): Forecast | null {
  const { price, deal = 0, advertised = 0, at } = event.data;
  const timeMs = at === undefined ? event.timeMs : Date.parse(at);
  const rival = event.data.rival ?? rivalOf(product, place, timeMs, policy);
  const { slopes } = product;
  const series = place?.series ?? product.series;
  if (series.open !== null && periodOf(timeMs, policy) > series.open.period) close(series, slopes, learningOf(policy, true));
  return forecast(series, slopes, { price, deal, advertised, rival, timeMs });
}
