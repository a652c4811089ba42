/**
 * Recommends at once what a session may view next, and teaches the shop's memory what it did view. A cart opens a watch, an order closes it;
 * one that is abandoned is its case's, where somebody may be nudged.
 */
import type { JsonObject } from '../../domain/event.ts';
import { defineReflex } from '../../kit/defineReflex.ts';
import { fingerprint } from '../../kit/sense/fingerprint.ts';
import { ABANDONED, CART, type CartChange, ORDERED, shopEvents, VIEWED, type View } from './events.ts';
import { type Session, sessionState, showSession } from './model/session.ts';
import type { Lesson } from './model/shopMemory.ts';
import { shopMemory } from './model/shopMemoryCodec.ts';
import { abandonedAtMs, judgeAbandoned, whoOf } from './nudge.ts';
import { takeOrder } from './order.ts';
import type { ShopPolicy } from './policy.ts';
import { recommend } from './recommend.ts';

/** Clicks come in the order in which they are to be taken: one that is older than this was kept somewhere. */
const LATENESS_MS = 3_600_000;
const ITEMS_MAX = 30;
const CART_MAX = 50;
/** Of a cart at once. */
const LEARNT_MAX = 10;
const SECOND_MS = 1000;
/** Quiet hours between. */
const DAY_SECONDS = 86_400;

const ofSession = ({ sessionId }: { sessionId: string }) => ({ session: sessionId });
/** Waits of its case hear of it. */
const seenByCase = { lookAgain: { found: {} } };

interface Heard {
  readonly position: number;
  readonly acceptedAtMs: number;
}

/** The session is there: whether it had been away, with a cart left behind. */
function hear(session: Session, { position, acceptedAtMs }: Heard): boolean {
  const wasAway = session.away;
  if (session.number === 0) session.number = position;
  session.heardMs = Math.max(session.heardMs ?? acceptedAtMs, acceptedAtMs);
  session.away = false;
  return wasAway;
}

function knowPerson(session: Session, { userId, consent, zone }: View['data'] | CartChange['data']): void {
  if (userId !== undefined) session.who = fingerprint(userId);
  if (consent !== undefined) session.consent = consent;
  if (zone !== undefined) session.zone = zone;
}

/** Whether what was listed last held what is viewed now. */
function learntOfList({ shown, listed, by }: Session, itemId: string): Pick<Lesson, 'list' | 'held'> {
  return listed === 0 ? {} : { list: by, held: shown.slice(0, listed).includes(itemId) };
}

export const shopReflex = defineReflex({
  events: shopEvents,
  states: { session: sessionState },
  subject: 'session',
  keys: { [VIEWED]: ofSession, [CART]: ofSession, [ORDERED]: ofSession, [ABANDONED]: ofSession },
  latenessMs: LATENESS_MS,
  timeless: [ORDERED],
  memory: shopMemory,
  show: { session: showSession },
  on: {
    [VIEWED]({ session }, event, policy: ShopPolicy, memory) {
      const { itemId } = event.data;
      const wasAway = hear(session, event);
      knowPerson(session, event.data);
      const lesson = { session: session.number, items: [itemId], ...learntOfList(session, itemId) };
      session.items = [...session.items, itemId].slice(-ITEMS_MAX);
      const decision = recommend(session, { memory, policy, leaveOut: [] });
      const watches = session.cart.length === 0 ? {} : { watches: { [ABANDONED]: abandonedAtMs(event.acceptedAtMs, policy) } };
      return { states: { session }, decision, lesson, ...watches, ...(wasAway ? seenByCase : {}) };
    },
    [CART]({ session }, event, policy: ShopPolicy, memory) {
      const wasAway = hear(session, event);
      knowPerson(session, event.data);
      const lines = event.data.items.filter(({ quantity }) => quantity > 0);
      session.cart = lines.slice(0, CART_MAX).map(({ itemId, quantity, price }) => ({ itemId, quantity, price }));
      const inCart = session.cart.map(({ itemId }) => itemId);
      // put into the cart from a list, say: it was seen there
      const unseen = [...new Set(inCart)].filter((itemId) => !session.items.includes(itemId)).slice(0, LEARNT_MAX);
      session.items = [...session.items, ...unseen].slice(-ITEMS_MAX);
      const decision = recommend(session, { memory, policy, leaveOut: inCart });
      const watches = { [ABANDONED]: inCart.length === 0 ? null : abandonedAtMs(event.acceptedAtMs, policy) };
      const lesson = unseen.length === 0 ? {} : { lesson: { session: session.number, items: unseen } };
      return { states: { session }, decision, watches, ...lesson, ...(wasAway ? seenByCase : {}) };
    },
    [ORDERED]({ session }, event, { nudge }: ShopPolicy) {
      hear(session, event);
      const { abandonedMs } = session;
      const decision = takeOrder(session, event);
      const followed = abandonedMs !== null && event.acceptedAtMs - abandonedMs <= SECOND_MS * (nudge.followSeconds + DAY_SECONDS);
      return { states: { session }, decision, watches: { [ABANDONED]: null }, ...(followed ? seenByCase : {}) };
    },
    [ABANDONED]({ session }, { subject, acceptedAtMs, data: { since } }, policy: ShopPolicy, memory) {
      const decision = judgeAbandoned(session, { sessionId: subject, since, atMs: acceptedAtMs, memory, policy });
      if (!decision.provisional) return { states: { session }, decision };
      session.abandonedMs = acceptedAtMs;
      session.away = true;
      return {
        ...{ states: { session }, decision, lesson: { nudged: whoOf(session, subject), atMs: acceptedAtMs } },
        signal: { found: { zone: session.zone, ...(decision.result as JsonObject) }, rungs: decision.rungs },
      };
    },
  },
});
