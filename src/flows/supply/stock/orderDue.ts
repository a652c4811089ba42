/** The window of an order has passed: what its supplier was asked for meanwhile becomes one order, which goes to its case. */
import type { Folded } from '../../../domain/flow/reflex.ts';
import { byRules, climbNow } from '../../../kit/climbNow.ts';
import { defineWatch } from '../../../kit/defineWatch.ts';
import type { ORDER_DUE, SupplyEvent } from '../events.ts';
import { limitRules, orderOf } from '../orders.ts';
import type { SupplyPolicy } from '../policy.ts';
import type { BasketLesson, Baskets } from './baskets.ts';
import { type Stock, stockState } from './stock.ts';

const HOUR_MS = 3_600_000;

export const orderWatch = defineWatch({
  ...{ subjectField: 'stock', state: 'stock', codec: stockState },
  check({ order }, _policy: SupplyPolicy, nowMs) {
    // only a stock that begins an order opens one
    if (order === null) return { againAtMs: nowMs + HOUR_MS };
    return order.dueMs <= nowMs ? { dueSinceMs: order.dueMs } : { againAtMs: order.dueMs };
  },
});

export function judgeOrder(
  stock: Stock,
  { subject, position }: Pick<SupplyEvent<typeof ORDER_DUE>, 'subject' | 'position'>,
  { policy, baskets }: { readonly policy: SupplyPolicy; readonly baskets: Baskets },
): Pick<Folded, 'decision' | 'signal'> & { readonly lesson?: BasketLesson } {
  stock.order = null;
  const basket = baskets.byOwner.get(subject);
  if (basket === undefined) return { decision: byRules('none', [{ code: 'nothing', text: 'Nothing is left to be ordered' }]) };
  const { supplier } = basket;
  const lines = [...basket.lines.values()];
  const order = orderOf({ of: subject, position, supplier, lines });
  const units = lines.reduce((sum, { quantity }) => sum + quantity, 0);
  const reason = { code: 'merged', text: `${lines.length} stocks need ${units} of ${supplier}` };
  const decision = climbNow(policy.rungs, {
    doubt: 'reorder',
    rules: () => limitRules('The order', order.cost, policy),
    model: () => ({ outcome: 'reorder', confidence: 1, score: 1, reasons: [reason], abstains: 'an order goes to its case' }),
    result: { supplier, order },
  });
  return {
    decision,
    signal: { found: { supplier, lines: lines.length, units, cost: order.cost }, rungs: decision.rungs },
    lesson: { lesson: 'ordered', owner: subject },
  };
}
