/** An order, held against what its session was recommended. Whether a nudge brought it, the nudge's case says. */
import type { DecisionDraft, Reason } from '../../domain/decision.ts';
import { byRules } from '../../kit/climbNow.ts';
import type { Order } from './events.ts';
import type { Session } from './model/session.ts';

const NAMED_MAX = 10;
const MINUTE_MS = 60_000;

/** Empties the session's cart. */
export function takeOrder(session: Session, { data: { orderId, items }, acceptedAtMs }: Order): DecisionDraft {
  const bought = [...new Set((items ?? session.cart).map(({ itemId }) => itemId))];
  const recommended = bought.filter((item) => session.shown.includes(item)).slice(0, NAMED_MAX);
  session.order = { orderId, recommended };
  session.cart = [];
  const { abandonedMs } = session;
  const reasons: Reason[] = [
    recommended.length > 0
      ? { code: 'recommended', text: `${recommended.length} of ${bought.length} items had been recommended: ${recommended.join(', ')}` }
      : { code: 'not-recommended', text: `None of ${bought.length} items had been recommended` },
  ];
  if (abandonedMs !== null) {
    const minutes = Math.round((acceptedAtMs - abandonedMs) / MINUTE_MS);
    reasons.push({ code: 'abandoned-before', text: `Its cart had been found abandoned ${minutes} minutes before` });
  }
  const decision = byRules('none', reasons);
  return { ...decision, result: { items: [], recommended } };
}
