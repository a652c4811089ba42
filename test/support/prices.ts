/** Random events of a product, and the first rail that the pricing flow broke by itself on them, as its policy tells them. */
import fc from 'fast-check';
import type { JsonObject } from '../../src/domain/event.ts';
import { pricing } from '../../src/flows/pricing/flow.ts';
import type { PricingPolicy } from '../../src/flows/pricing/policy.ts';
import { type FoldedEvent, LogFold } from '../../src/kit/foldAll.ts';
import { parsePolicy } from '../../src/policy/policy.ts';

interface Told {
  readonly type: string;
  readonly data: JsonObject;
  readonly afterMs: number;
}

export interface Sequence {
  readonly events: readonly Told[];
  readonly changes?: JsonObject;
}

const START_MS = Date.UTC(2026, 0, 5);
const WEEK_MS = 7 * 86_400_000;
const shipped = parsePolicy(pricing, pricing.policyText) as PricingPolicy;

/** Amounts near each other, so that rails matter, and some that are far off. */
const amount = fc.oneof(
  { weight: 6, arbitrary: fc.double({ min: 4, max: 16, noNaN: true }) },
  { weight: 1, arbitrary: fc.double({ min: 1e-6, max: 1e9, noNaN: true }) },
  { weight: 2, arbitrary: fc.constantFrom(9.99, 9.49, 10, 0.09, 5) },
);
const quantity = fc.oneof(fc.nat(200), fc.double({ min: 0, max: 1e9, noNaN: true }));
const share = fc.constantFrom(0, 0, 0, 0.5, 1);
const typed = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constant('sale.recorded'),
      data: fc.record(
        { quantity, price: amount, deal: share, advertised: share, store: fc.constantFrom('a', 'b') },
        { requiredKeys: ['quantity', 'price'] },
      ),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant('stock.changed'),
      data: fc.record({ onHand: quantity, inbound: quantity }, { requiredKeys: ['onHand'] }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant('competitor.priced'),
      data: fc.record({ competitor: fc.constantFrom('x', 'y'), price: amount }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('cost.changed'), data: fc.record({ cost: amount }) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('price.set'), data: fc.record({ price: amount }) }) },
);
/** Also backwards, within what is late. */
const afterMs = fc.oneof(
  fc.integer({ min: 0, max: 3 * 86_400_000 }),
  fc.integer({ min: -80_000_000, max: 10 * 86_400_000 }),
  fc.constant(WEEK_MS),
);

/** Most products are well known at once, by weeks of sales whose demand is steep or flat. */
const known = fc.record({
  weeks: fc.constantFrom(0, 0, 8),
  slope: fc.constantFrom(-5, -2, -0.5),
  prices: fc.constantFrom([9.99, 9.49], [9.99, 9.89]),
});

export const sequences: fc.Arbitrary<Sequence> = fc
  .tuple(known, fc.array(fc.tuple(typed, afterMs), { minLength: 1, maxLength: 12 }))
  .map(([{ weeks, slope, prices }, told]) => ({
    events: [
      ...Array.from({ length: weeks }, (_, week): Told => {
        const price = prices[week % 2] as number;
        return { type: 'sale.recorded', data: { quantity: 100 * (price / 9.99) ** slope, price }, afterMs: WEEK_MS };
      }),
      ...told.map(([{ type, data }, after]): Told => ({ type, data: data as JsonObject, afterMs: after })),
    ],
  }));

/** Null where all rails held. `tellAs` makes the policy by which it is judged another one than that by which it folds. */
export function brokenRail({ events }: Sequence, tellAs: (policy: PricingPolicy) => PricingPolicy = (policy) => policy): string | null {
  const policy: PricingPolicy = { ...shipped, holdout: { share: 0, salt: 'a' } };
  const log = new LogFold({ flow: pricing, policy }) as LogFold<PricingPolicy>;
  const { rails } = tellAs(policy);
  const moved: number[] = [];
  let cost: { value: number; timeMs: number } | null = null;
  let timeMs = START_MS;
  for (const { type, data, afterMs: after } of events) {
    timeMs += after;
    const folded = log.add({ type, timeMs, data: { sku: 'k', ...data } });
    if (folded.ending === 'quarantined') return `${type} was put into quarantine: ${folded.note}`;
    const counts = folded.decision !== null || type === 'price.set';
    if (type === 'cost.changed' && counts && (cost === null || timeMs >= cost.timeMs)) cost = { value: data.cost as number, timeMs };
    const broken = brokenBy(folded, { rails, cost: cost?.value ?? null, moved, timeMs });
    if (broken !== null) return broken;
  }
  return null;
}

interface Known {
  readonly rails: PricingPolicy['rails'];
  readonly cost: number | null;
  readonly moved: number[];
  readonly timeMs: number;
}

function brokenBy({ decision }: FoldedEvent, { rails, cost, moved, timeMs }: Known): string | null {
  if (decision === null) return null;
  const { price, previous } = decision.result as { price: number | null; previous: number | null };
  if (decision.outcome === 'hold') return price === previous ? null : `a hold from ${previous} to ${price}`;
  if (price === null || previous === null || cost === null) return 'a move without a price or a cost';
  const near = moved.filter((movedMs) => Math.abs(timeMs - movedMs) < WEEK_MS).length;
  moved.push(timeMs);
  if (near >= rails.changesPerWeekMax) return `change ${near + 1} within a week`;
  const step = Math.abs(price / previous - 1);
  if (step > rails.stepMax + 1e-9) return `a step of ${step} was proposed`;
  const units = Math.round(price * 100);
  if ((units - Math.round(rails.points.ending * 100)) % Math.round(rails.points.step * 100) !== 0)
    return `${price} is no price that is asked`;
  if (decision.provisional) return null;
  if (step > rails.stepAlone + 1e-9) return `a step of ${step} without a person`;
  if (price < cost) return `${price} is below the cost of ${cost}`;
  if ((price - cost) / price < rails.marginMin - 1e-9) return `a margin of ${(price - cost) / price}`;
  return null;
}
