/** Folds sales, stock, competitors and costs into what is known of a product, and decides at once whether its price stays or moves. */
import { byRules } from '../../kit/climbNow.ts';
import { defineReflex } from '../../kit/defineReflex.ts';
import { AGREED, COMPETED, CONSIDERED, COSTED, placeKey, pricingEvents, RESTORED, SET, SOLD, STOCKED } from './facts.ts';
import { judge } from './judge.ts';
import { holdoutMemory } from './model/holdout.ts';
import { placeState } from './model/place.ts';
import { productState } from './model/product.ts';
import { noteRival } from './model/rivals.ts';
import type { PricingPolicy } from './policy.ts';
import { consideredReasons } from './reasons.ts';
import { begun, consider, setPrice, takeSale } from './takeFact.ts';

/** What comes later than this behind the newest of its product is recorded, not folded. */
const LATENESS_MS = 86_400_000;

const placed = ({ sku, store }: { sku: string; store?: string | undefined }) => ({
  product: sku,
  place: store === undefined ? undefined : placeKey(sku, store),
});
const alone = ({ sku }: { sku: string }) => ({ product: sku });

export const pricingReflex = defineReflex({
  events: pricingEvents,
  states: { product: productState, place: placeState },
  subject: 'product',
  keys: {
    [SOLD]: placed,
    [COMPETED]: placed,
    [CONSIDERED]: placed,
    [STOCKED]: alone,
    [COSTED]: alone,
    [SET]: alone,
    [AGREED]: alone,
    [RESTORED]: alone,
  },
  latenessMs: LATENESS_MS,
  // what is only asked is about a time that is not the event's; what people decide comes at its acceptance, whatever times sales have
  timeless: [CONSIDERED, AGREED, RESTORED],
  memory: holdoutMemory,
  on: {
    [SOLD]({ product: before, place }, event, policy: PricingPolicy) {
      const product = begun(before, policy);
      const lesson = takeSale(product, place, event, policy);
      const decided = judge(product, event, policy);
      return { states: place === undefined ? { product } : { product, place }, ...decided, ...(lesson === null ? {} : { lesson }) };
    },
    [STOCKED]({ product }, event, policy: PricingPolicy) {
      const { onHand, inbound = 0 } = event.data;
      if (event.timeMs >= (product.stock?.timeMs ?? event.timeMs)) product.stock = { onHand, inbound, timeMs: event.timeMs };
      const decided = judge(product, event, policy);
      return { states: { product }, ...decided };
    },
    [COMPETED]({ product, place }, event, policy: PricingPolicy) {
      const { competitor, price } = event.data;
      const of = place ?? product;
      of.rivals = noteRival(of.rivals, { name: competitor, price, timeMs: event.timeMs });
      const decided = judge(product, event, policy);
      return { states: place === undefined ? { product } : { product, place }, ...decided };
    },
    [COSTED]({ product }, event, policy: PricingPolicy) {
      if (event.timeMs >= (product.cost?.timeMs ?? event.timeMs)) product.cost = { value: event.data.cost, timeMs: event.timeMs };
      const decided = judge(product, event, policy);
      return { states: { product }, ...decided };
    },
    [CONSIDERED]({ product, place }, event, policy: PricingPolicy) {
      const expected = consider(begun(product, policy), place, event, policy);
      const price = product.price?.value ?? null;
      const decision = byRules('hold', consideredReasons(event.data.price, expected));
      return {
        decision: {
          ...decision,
          result: { price, previous: price, considered: event.data.price, expected: expected === null ? null : { ...expected } },
        },
      };
    },
    [SET]: ({ product }, event) => ({ states: { product: setPrice(product, event, 'hand') } }),
    [AGREED]: ({ product }, event) => ({ states: { product: setPrice(product, event, 'flow') } }),
    [RESTORED]: ({ product }, event) => ({ states: { product: setPrice(product, event, 'hand') } }),
  },
});
