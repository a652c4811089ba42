/** A shop: sessions that look at things that go together, fill carts, leave some, and come back for some when they are nudged. */
import { Agenda, type Business, DAY_MS, type Happening, keepNewest, MINUTE_MS } from '../business.ts';
import type { Random } from '../random.ts';

const TASTES = 12;
const ITEMS_OF_A_TASTE = 15;
const SESSIONS_AT_ONCE = 80;
const HISTORY_SESSIONS = 300;
const HISTORY_DAYS = 3;
const CART_CHANCE = 0.12;
const ORDER_CHANCE = 0.5;
/** Of those who are nudged. */
const COMES_BACK = 0.35;
const STOPS_CHANCE = 0.15;

interface Session {
  readonly id: string;
  readonly taste: number;
  readonly userId: string;
  readonly cart: { itemId: string; quantity: number; price: number }[];
  /** Whether a nudge brings this person back, drawn before anybody is nudged. */
  readonly comesBack: boolean;
}

export function shop(random: Random, { abandonShare = 1 }: { readonly abandonShare?: number } = {}): Business {
  const agenda = new Agenda();
  const open: Session[] = [];
  const left = new Map<string, Session>();
  /** Of the newest sessions that left a cart. */
  const wouldComeBack = new Map<string, boolean>();
  let sessions = 0;

  const itemOf = (taste: number): string => `item-${taste}-${random.below(ITEMS_OF_A_TASTE)}`;
  const priceOf = (itemId: string): number => 5 + (Number(itemId.split('-')[2]) % 10) * 3;
  const view = ({ id, taste, userId }: Session, atMs: number): Happening => ({
    type: 'item.viewed',
    atMs,
    data: { sessionId: id, itemId: itemOf(random.chance(0.9) ? taste : random.below(TASTES)), userId },
  });

  function begin(nowMs: number): Session {
    sessions += 1;
    return {
      id: `session-${sessions}-${nowMs.toString(36)}`,
      taste: random.below(TASTES),
      userId: `user-${random.below(5000)}`,
      cart: [],
      comesBack: random.chance(COMES_BACK),
    };
  }

  function leave(session: Session): void {
    open.splice(open.indexOf(session), 1);
    if (session.cart.length === 0) return;
    left.set(session.id, session);
    wouldComeBack.set(session.id, session.comesBack);
    // the newest alone: a nudge that comes later is answered by nobody
    keepNewest(left);
    keepNewest(wouldComeBack);
  }

  const cartOf = ({ id, userId, cart }: Session, atMs: number): Happening => ({
    type: 'cart.changed',
    atMs,
    data: { sessionId: id, userId, consent: true, items: cart.map((line) => ({ ...line })) },
  });
  const orderOf = ({ id, cart }: Session, atMs: number): Happening => ({
    type: 'order.completed',
    atMs,
    data: { sessionId: id, orderId: `order-${id}`, items: cart.map(({ itemId }) => ({ itemId })) },
  });

  return {
    flow: 'personalization',
    share: 0.2,
    labelled: 1,
    policy: {
      'abandoned.afterSeconds': 20,
      'nudge.quietHours.from': '00:00',
      'nudge.quietHours.to': '00:00',
      'nudge.followSeconds': 60,
    },
    history(nowMs) {
      const past = Array.from({ length: HISTORY_SESSIONS }, () => {
        const beganMs = Math.floor(nowMs - random.between(0.02, HISTORY_DAYS) * DAY_MS);
        const session = begin(beganMs);
        return Array.from({ length: 2 + random.below(6) }, (_, nth) => view(session, beganMs + nth * MINUTE_MS));
      });
      return past.flat().sort((a, b) => a.atMs - b.atMs);
    },
    next(nowMs, { perSecond, casesPerSecond }) {
      while (open.length < SESSIONS_AT_ONCE) open.push(begin(nowMs));
      const session = random.of(open);
      // a cart that is left opens a case
      const carts = Math.min(CART_CHANCE, (abandonShare * casesPerSecond) / perSecond / (1 - ORDER_CHANCE));
      if (session.cart.length === 0 && !random.chance(carts)) {
        if (random.chance(STOPS_CHANCE)) leave(session);
        return view(session, nowMs);
      }
      if (session.cart.length === 0) {
        const itemId = itemOf(session.taste);
        session.cart.push({ itemId, quantity: 1 + random.below(2), price: priceOf(itemId) });
        return cartOf(session, nowMs);
      }
      if (random.chance(ORDER_CHANCE)) {
        const order = orderOf(session, nowMs);
        open.splice(open.indexOf(session), 1);
        return order;
      }
      leave(session);
      return view(session, nowMs);
    },
    due: (nowMs) => agenda.takeDue(nowMs),
    act({ type, subject }, nowMs) {
      const session = left.get(subject);
      if (type !== 'personalization.nudge' || session === undefined) return;
      left.delete(subject);
      if (session.comesBack) agenda.add(orderOf(session, nowMs + random.between(2000, 15_000)));
    },
    claims: { nudge: 'ordered' },
    truth({ subject }, { outcome }) {
      const comesBack = wouldComeBack.get(subject);
      return outcome !== 'nudge' || comesBack === undefined ? null : comesBack ? 'ordered' : 'left';
    },
    approves: () => true,
  };
}
