/** A cart that is abandoned: when that is, and whether whoever left it may be nudged. When, their case knows. */
import type { DecisionDraft, Reason } from '../../domain/decision.ts';
import { climbNow } from '../../kit/climbNow.ts';
import { defineWatch } from '../../kit/defineWatch.ts';
import { fingerprint } from '../../kit/sense/fingerprint.ts';
import type { CartLine, Session } from './model/session.ts';
import { sessionState } from './model/session.ts';
import type { ShopMemory } from './model/shopMemory.ts';
import type { ShopPolicy } from './policy.ts';

const SECOND_MS = 1000;
/** Whoever wants all of a cart knows it from its session. */
const ITEMS_MAX = 20;

export const abandonedAtMs = (heardMs: number, { abandoned }: ShopPolicy): number => heardMs + SECOND_MS * abandoned.afterSeconds;

export const abandonedWatch = defineWatch({
  ...{ subjectField: 'sessionId', state: 'session', codec: sessionState },
  check({ heardMs }, policy: ShopPolicy, nowMs) {
    // only what was heard of opens a watch
    const sinceMs = heardMs ?? nowMs;
    const dueMs = heardMs === null ? nowMs : abandonedAtMs(sinceMs, policy);
    return dueMs <= nowMs ? { dueSinceMs: sinceMs } : { againAtMs: dueMs };
  },
});

const worth = ({ quantity, price }: CartLine): number => quantity * price;

/** Who it is about: a session whose user nobody knows stands for itself. */
export const whoOf = ({ who }: Session, sessionId: string): number => who ?? fingerprint(`session ${sessionId}`);

interface Left {
  readonly sessionId: string;
  readonly since: string;
  readonly atMs: number;
  readonly memory: ShopMemory;
  readonly policy: ShopPolicy;
}

/** Final where nobody is nudged; else provisional, and handed to its case. */
export function judgeAbandoned(session: Session, left: Left): DecisionDraft {
  const { cart } = session;
  const value = Math.round(100 * cart.reduce((sum, line) => sum + worth(line), 0)) / 100;
  const dearest = [...cart].sort((a, b) => worth(b) - worth(a)).slice(0, ITEMS_MAX);
  const about: Reason = { code: 'abandoned', text: `${cart.length} items of ${value} were left in the cart since ${left.since}` };
  const against = objections(session, left, value);
  return climbNow(left.policy.rungs, {
    doubt: 'nudge',
    rules: () => (against.length > 0 ? { outcome: 'none', confidence: 1, reasons: against, result: { items: [] } } : []),
    model: () => ({ outcome: 'nudge', confidence: 1, abstains: 'its case knows when' }),
    notes: [about],
    result: { items: dearest.map(({ itemId }) => itemId), value },
  });
}

function objections(session: Session, { sessionId, atMs, memory, policy: { nudge } }: Left, value: number): Reason[] {
  const { consent, cart } = session;
  if (cart.length === 0) return [{ code: 'empty-cart', text: 'Nothing is in the cart any more' }];
  if (consent === false) return [{ code: 'no-consent', text: 'Whoever left it does not want to be nudged' }];
  if (consent === null && nudge.consent === 'given')
    return [{ code: 'no-consent', text: 'Whoever left it has not said that they may be nudged' }];
  if (value < nudge.valueMin) return [{ code: 'small', text: `The cart is worth ${value}, less than ${nudge.valueMin}` }];
  const { times, windowSeconds } = nudge.cap;
  const before = (memory.nudged.get(whoOf(session, sessionId)) ?? []).filter((at) => at > atMs - SECOND_MS * windowSeconds);
  if (before.length < times) return [];
  return [{ code: 'cap', text: `Whoever left it was nudged ${before.length} times within ${windowSeconds} s, of ${times} at most` }];
}
