import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../../domain/event.ts';
import { type FoldedEvent, LogFold } from '../../../kit/foldAll.ts';
import { parsePolicy } from '../../../policy/policy.ts';
import { ABANDONED, CART, ORDERED, VIEWED } from '../events.ts';
import { personalization } from '../flow.ts';
import type { ShopPolicy } from '../policy.ts';

const START_MS = Date.UTC(2026, 0, 5, 12);
const SECOND_MS = 1000;
const HOUR_MS = 3_600_000;
const shipped = parsePolicy(personalization, personalization.policyText);

/** A shop whose clock is set by hand. */
class Shop {
  readonly log: LogFold<ShopPolicy>;
  nowMs = START_MS;

  constructor(policy: ShopPolicy = shipped) {
    this.log = new LogFold({ flow: personalization, policy });
  }

  tell(type: string, sessionId: string, data: JsonObject = {}): FoldedEvent {
    this.nowMs += SECOND_MS;
    return this.log.add({ type, timeMs: this.nowMs, data: { sessionId, ...data } });
  }

  view(sessionId: string, ...items: string[]): FoldedEvent {
    return items.map((itemId) => this.tell(VIEWED, sessionId, { itemId })).at(-1) as FoldedEvent;
  }

  cart(sessionId: string, items: readonly string[], person: JsonObject = {}): FoldedEvent {
    return this.tell(CART, sessionId, { ...person, items: items.map((itemId) => ({ itemId, quantity: 2, price: 10 })) });
  }

  abandon(sessionId: string): FoldedEvent {
    const [since, due] = [this.nowMs, this.nowMs + HOUR_MS].map((atMs) => new Date(atMs).toISOString());
    this.nowMs += HOUR_MS;
    return this.tell(ABANDONED, sessionId, { since: since as string, due: due as string, opened: since as string });
  }
}

const itemsOf = ({ decision }: FoldedEvent): string[] => decision?.result.items as string[];
const codes = ({ decision }: FoldedEvent): string[] => (decision?.reasons ?? []).map(({ code }) => code);

function busy(policy?: ShopPolicy): Shop {
  const shop = new Shop(policy);
  shop.view('s-1', 'tent', 'stove', 'lamp');
  shop.view('s-2', 'tent', 'stove');
  shop.view('s-3', 'sofa', 'chair', 'sofa');
  return shop;
}

describe('a view', () => {
  it('is recommended at once what sessions like its own viewed next, by the model', () => {
    const viewed = busy().view('s-9', 'tent');
    expect(viewed).toMatchObject({ ending: 'reflex', decision: { outcome: 'recommend', rung: 'model', provisional: false } });
    expect(itemsOf(viewed)[0]).toBe('stove');
    expect(itemsOf(viewed)).toHaveLength(5);
    expect(codes(viewed)).toEqual(['sessions', 'followers', 'popular']);
  });

  it('of an item that nobody viewed before is recommended the popular ones, and says so', () => {
    const viewed = busy().view('s-9', 'kite');
    expect(viewed.decision).toMatchObject({ outcome: 'recommend', rung: 'rules' });
    expect(codes(viewed)).toEqual(['unknown-item', 'popular']);
    expect([...itemsOf(viewed)].sort()).toEqual(['chair', 'lamp', 'sofa', 'stove', 'tent']);
    expect(new Set(itemsOf(viewed).slice(0, 3))).toEqual(new Set(['tent', 'stove', 'sofa']));
  });

  it('that is the first of all decides none, as there is nothing to recommend', () => {
    const viewed = new Shop().view('s-1', 'tent');
    expect(viewed.decision).toMatchObject({ outcome: 'none', result: { items: [] } });
    expect(codes(viewed)).toContain('nothing');
  });

  it('is recommended no more than the policy says', () => {
    expect(itemsOf(busy({ ...shipped, recommend: { itemsMax: 2 } }).view('s-9', 'tent'))).toHaveLength(2);
  });

  it('makes surer what held it, and less sure what did not', () => {
    const shop = busy();
    const before = shop.view('s-9', 'tent').decision?.confidence as number;
    for (let nth = 0; nth < 10; nth += 1) shop.view(`more-${nth}`, 'tent', 'stove');
    expect(shop.view('s-10', 'tent').decision?.confidence).toBeGreaterThan(before);
    for (let nth = 0; nth < 30; nth += 1) shop.view(`less-${nth}`, 'tent', `odd-${nth}`);
    expect(shop.view('s-11', 'tent').decision?.confidence).toBeLessThan(before);
  });
});

describe('a cart', () => {
  it('is recommended what goes with it, without what it holds, and is watched', () => {
    const changed = busy().cart('s-9', ['tent']);
    expect(changed).toMatchObject({ ending: 'reflex', decision: { outcome: 'recommend', rung: 'model' } });
    expect(itemsOf(changed)[0]).toBe('stove');
    expect(itemsOf(changed)).not.toContain('tent');
    expect(changed.watches).toEqual({ [ABANDONED]: changed.event.acceptedAtMs + HOUR_MS });
  });

  it('that is empty, in a session without views, is recommended the popular ones, and is watched no more', () => {
    const changed = busy().cart('s-9', []);
    expect(codes(changed)).toEqual(['empty-session', 'popular']);
    expect(changed.watches).toEqual({ [ABANDONED]: null });
  });

  it('teaches what was put into it without a view', () => {
    const shop = busy();
    shop.cart('s-9', ['kayak', 'paddle']);
    expect(itemsOf(shop.view('s-10', 'kayak'))[0]).toBe('paddle');
  });
});

describe('an abandoned cart', () => {
  const ann = { userId: 'ann', consent: true, zone: 'Europe/Berlin' };

  it('goes to its case where whoever left it may be nudged', () => {
    const shop = busy();
    shop.cart('s-9', ['tent', 'stove'], ann);
    const left = shop.abandon('s-9');
    expect(left).toMatchObject({
      ending: 'waiting',
      decision: { outcome: 'nudge', provisional: true, result: { items: ['tent', 'stove'], value: 40 } },
    });
    expect(JSON.parse(left.found ?? '').found).toMatchObject({ zone: 'Europe/Berlin', items: ['tent', 'stove'] });
  });

  it('is let go without a consent, against one, and where it is worth too little', () => {
    const small = { ...shipped, nudge: { ...shipped.nudge, valueMin: 50 } };
    const left = (policy: ShopPolicy, person: JsonObject): FoldedEvent => {
      const shop = busy(policy);
      shop.cart('s-9', ['tent'], person);
      return shop.abandon('s-9');
    };
    const assumed = { ...shipped, nudge: { ...shipped.nudge, consent: 'assumed' as const } };
    const cases = [left(shipped, {}), left(shipped, { consent: false }), left(small, ann), left(assumed, { consent: false })];
    expect(cases.map((one) => [one.ending, one.decision?.outcome, ...codes(one)])).toEqual([
      ['reflex', 'none', 'no-consent', 'abandoned'],
      ['reflex', 'none', 'no-consent', 'abandoned'],
      ['reflex', 'none', 'small', 'abandoned'],
      ['reflex', 'none', 'no-consent', 'abandoned'],
    ]);
    expect(left(assumed, {})).toMatchObject({ ending: 'waiting' });
  });

  it('is let go where its person was nudged as often as may be, in whatever sessions, until the window is over', () => {
    const shop = busy();
    const leave = (sessionId: string, person: JsonObject): FoldedEvent => {
      shop.cart(sessionId, ['tent'], person);
      return shop.abandon(sessionId);
    };
    expect(['a', 'b', 'c'].map((session) => leave(session, ann).decision?.outcome)).toEqual(['nudge', 'nudge', 'none']);
    expect(leave('d', { ...ann, userId: 'bob' }).decision?.outcome).toBe('nudge');
    expect(codes(leave('e', ann))).toContain('cap');
    shop.nowMs += 8 * 24 * HOUR_MS;
    expect(leave('f', ann).decision?.outcome).toBe('nudge');
  });

  it('is looked at again by its case when its session goes on, once', () => {
    const shop = busy();
    shop.cart('s-9', ['tent'], ann);
    shop.abandon('s-9');
    const [back, further] = [shop.view('s-9', 'stove'), shop.view('s-9', 'lamp')];
    expect([back.why, further.why]).toEqual(['look', null]);
    // the cart is still there
    expect(back.watches).toEqual({ [ABANDONED]: back.event.acceptedAtMs + HOUR_MS });
  });
});

describe('an order', () => {
  it('says what of it had been recommended, closes the watch, and empties the cart', () => {
    const shop = busy();
    shop.view('s-9', 'tent');
    shop.cart('s-9', ['tent', 'stove', 'kite'], { consent: true });
    const ordered = shop.tell(ORDERED, 's-9', { orderId: 'o-1' });
    expect(ordered).toMatchObject({ ending: 'reflex', why: null, decision: { outcome: 'none', result: { items: [] } } });
    expect(ordered.decision?.result.recommended).toEqual(['tent', 'stove']);
    expect(ordered.watches).toEqual({ [ABANDONED]: null });
    expect(shop.abandon('s-9').decision).toMatchObject({ outcome: 'none', reasons: [{ code: 'empty-cart' }, { code: 'abandoned' }] });
  });

  it('after a cart that was abandoned is looked at by its case', () => {
    const shop = busy();
    shop.cart('s-9', ['tent'], { consent: true });
    shop.abandon('s-9');
    shop.view('s-9', 'stove');
    const ordered = shop.tell(ORDERED, 's-9', { orderId: 'o-1', items: [{ itemId: 'tent' }] });
    expect(ordered.why).toBe('look');
    expect(codes(ordered)).toContain('abandoned-before');
    const { labels } = personalization;
    expect(labels?.hindsightOf?.(ordered.event)).toMatchObject({ truth: 'ordered', outcomes: ['nudge'] });
  });
});
