/** What it takes to recommend something, or to nudge whoever left a cart. */
import type { Considered, FlowConditions } from '../../domain/conditions.ts';
import { inTurn, rules } from '../../kit/conditions.ts';
import { ABANDONED, CART, VIEWED } from './events.ts';
import type { ShopPolicy } from './policy.ts';

export const shopConditions: FlowConditions<ShopPolicy> = {
  of(about) {
    const { type, result } = about;
    const typed = (needed: string) => rules.that('type', 'what has happened', { seen: type, needed, met: false });
    if (type === ABANDONED) return { nudge: mayNudge(about), recommend: [typed(`${VIEWED} or ${CART}`)] };
    if (type !== VIEWED && type !== CART) return { nudge: [typed(ABANDONED)], recommend: [typed(`${VIEWED} or ${CART}`)] };
    const count = Array.isArray(result.items) ? result.items.length : null;
    const items = 'items that can be recommended';
    return {
      recommend: [rules.atLeast('nothing', items, count, 1)],
      none: [rules.atMost('nothing', items, count, 0)],
      nudge: [typed(ABANDONED)],
    };
  },
};

/** As the rules ask; what its case then waits for is told by its timeline. */
function mayNudge(about: Considered<ShopPolicy>) {
  const {
    result,
    policy: { nudge },
  } = about;
  const { times, windowSeconds } = nudge.cap;
  return inTurn([
    rules.without('empty-cart', 'what is in the cart', about, 'one item at least'),
    rules.without('no-consent', 'whether whoever left it wants to be nudged', about, nudge.consent === 'given' ? 'a yes' : 'no no'),
    rules.atLeast('small', 'worth of the cart', result.value, nudge.valueMin),
    rules.without('cap', 'nudges before', about, `fewer than ${times} within ${windowSeconds} s`),
  ]);
}
