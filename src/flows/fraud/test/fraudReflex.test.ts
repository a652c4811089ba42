import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../../domain/event.ts';
import type { StateBytes } from '../../../domain/flow/reflex.ts';
import { type FoldedEvent, LogFold, type SentEvent } from '../../../kit/foldAll.ts';
import { parsePolicy } from '../../../policy/policy.ts';
import { FEATURES, REFERENCE_FEATURES } from '../features.ts';
import { fraud } from '../flow.ts';
import { DAY_MS } from '../horizon.ts';
import type { FraudPolicy } from '../policy.ts';
import { fraudReflex } from '../reflex.ts';

const START_MS = Date.UTC(2026, 2, 2, 12);
const policy = parsePolicy(fraud, fraud.policyText);

class Shop {
  readonly #log: LogFold<FraudPolicy>;
  #count = 0;

  constructor(used: FraudPolicy = policy) {
    this.#log = new LogFold({ flow: fraud, policy: used });
  }

  get states(): LogFold<FraudPolicy>['states'] {
    return this.#log.states;
  }

  event(type: string, timeMs: number, data: JsonObject = {}): SentEvent {
    this.#count += 1;
    return { type, timeMs, data: { paymentId: `p${this.#count}`, cardId: 'c', terminalId: 't', amount: 20, currency: 'EUR', ...data } };
  }

  fold(event: SentEvent): FoldedEvent {
    return this.#log.add(event);
  }

  pay(timeMs: number, data: JsonObject = {}) {
    const { decision, found } = this.fold(this.event('payment.attempted', timeMs, data));
    if (decision === null) throw new Error('a payment is decided');
    return { ...decision, signal: found === null ? null : (JSON.parse(found) as { found: JsonObject; rungs: unknown }) };
  }

  /** A card that paid about the same for 60 days, at terminals without disputes. */
  withHabit(): this {
    for (let at = 0; at < 120; at++)
      this.pay(START_MS - 60 * DAY_MS + at * (DAY_MS / 2), { amount: 15 + (at % 11), terminalId: `t${at % 5}` });
    return this;
  }
}

describe('fraudReflex', () => {
  it('fold() approves an ordinary payment for good, by the model, with reasons and the reference features', () => {
    const decision = new Shop().withHabit().pay(START_MS, { terminalId: 't1' });
    expect(decision).toMatchObject({ outcome: 'approve', rung: 'model', provisional: false, signal: null });
    expect(decision.score).toBeLessThan(policy.bands.reviewFrom);
    expect(decision.confidence).toBeCloseTo(1 - (decision.score ?? 1), 12);
    expect(decision.reasons.length).toBeGreaterThan(0);
    expect(Object.keys(decision.result.features as JsonObject)).toEqual([...REFERENCE_FEATURES]);
    expect(decision.rungs.map(({ rung, outcome }) => [rung, outcome])).toEqual([
      ['rules', null],
      ['model', 'approve'],
    ]);
  });

  it('fold() declines at a terminal whose payments were all disputed', () => {
    const shop = new Shop({ ...policy, bands: { reviewFrom: 0.15, declineFrom: 0.6 } }).withHabit();
    for (let day = 20; day >= 0; day--) {
      const data = { cardId: `other${day % 7}`, terminalId: 'bad' };
      const event = shop.event('payment.attempted', START_MS - day * DAY_MS, data);
      shop.fold(event);
      if (day >= 7) shop.fold({ ...event, type: 'payment.disputed', data: { ...event.data, fraud: true } });
    }
    const decision = shop.pay(START_MS + 1, { terminalId: 'bad' });
    expect(decision).toMatchObject({ outcome: 'decline', rung: 'model', provisional: false });
    expect(decision.reasons[0]?.code).toMatch(/^terminal/);
  });

  it('fold() declines no card that it hardly knows without a person', () => {
    const strict = new Shop({ ...policy, bands: { reviewFrom: 0, declineFrom: 0 } });
    const outcomes = Array.from({ length: 6 }, (_, at) => strict.pay(START_MS + at * DAY_MS));
    expect(outcomes.map(({ outcome }) => outcome)).toEqual([...Array(5).fill('review'), 'decline']);
    expect(outcomes[4]).toMatchObject({ rung: 'rules', reasons: [{ code: 'new-card' }, ...Array(4).fill({})] });
  });

  it('fold() asks a person in the review band, handing on every feature and the rungs', () => {
    const wide = { ...policy, bands: { reviewFrom: 0, declineFrom: 1 } };
    const decision = new Shop(wide).pay(START_MS);
    expect(decision).toMatchObject({ outcome: 'review', rung: 'model', provisional: true });
    expect(Object.keys(decision.signal?.found ?? {})).toEqual([...FEATURES]);
    expect(decision.signal?.found).toMatchObject(decision.result.features as JsonObject);
    expect(decision.signal?.rungs).toEqual(decision.rungs);
    expect(decision.rungs[1]).toMatchObject({ rung: 'model', outcome: null, abstained: 'the probability lies between 0 and 1' });
    expect(JSON.stringify(decision.signal).length).toBeLessThan(16_384);
  });

  it('fold() asks a person from the eleventh payment of a card within an hour on, also where the model would decline', () => {
    for (const used of [policy, { ...policy, bands: { reviewFrom: 0, declineFrom: 0 } }]) {
      const shop = new Shop(used).withHabit();
      const outcomes = Array.from({ length: 12 }, (_, at) => shop.pay(START_MS + at * 60_000).rung);
      expect(outcomes).toEqual([...Array(10).fill('model'), 'rules', 'rules']);
      const after = shop.pay(START_MS + 12 * 60_000);
      expect(after).toMatchObject({ outcome: 'review', provisional: true, confidence: 1 });
      expect(after.reasons[0]).toEqual({ code: 'velocity', text: '13 payments of the card within an hour, more than 10' });
    }
  });

  it('fold() asks a person after many failures of a card within an hour', () => {
    const shop = new Shop().withHabit();
    for (let at = 0; at < 6; at++) {
      expect(shop.fold(shop.event('payment.failed', START_MS + at, { code: 'declined' }))).toMatchObject({
        ...{ ending: 'recorded', decision: null, found: null },
      });
    }
    expect(shop.pay(START_MS + 10)).toMatchObject({
      outcome: 'review',
      rung: 'rules',
      reasons: [{ code: 'failures' }, ...Array(4).fill({})],
    });
    expect(shop.pay(START_MS + 2 * 3_600_000).rung).toBe('model');
  });

  it('fold() releases nothing above the limit without a person', () => {
    const easy = { ...policy, bands: { reviewFrom: 1, declineFrom: 1 } };
    expect(new Shop(easy).pay(START_MS, { amount: 500 }).outcome).toBe('approve');
    expect(new Shop(easy).pay(START_MS, { amount: 500.01 })).toMatchObject({
      outcome: 'review',
      rung: 'rules',
      reasons: [{ code: 'above-limit' }, ...Array(4).fill({})],
    });
  });

  it('fold() gives one reason of the rules where a card is used too fast, also for an amount above the limit', () => {
    const shop = new Shop({ ...policy, bands: { reviewFrom: 1, declineFrom: 1 } }).withHabit();
    for (let at = 0; at < 10; at++) shop.pay(START_MS + at * 60_000);
    const { reasons } = shop.pay(START_MS + 10 * 60_000, { amount: 5000 });
    expect(reasons.filter(({ weight }) => weight === undefined)).toEqual([expect.objectContaining({ code: 'velocity' })]);
  });

  it('fold() asks a person about every payment where the policy lists no model', () => {
    const shop = new Shop({ ...policy, rungs: policy.rungs.filter(({ rung }) => rung !== 'model') });
    expect(shop.pay(START_MS)).toMatchObject({
      outcome: 'review',
      rung: 'default',
      provisional: true,
      rungs: [{ abstained: 'no rule applies' }],
    });
  });

  it('fold() keeps a terminal small that is told of disputes of payments which never were, the newest of them', () => {
    const shop = new Shop();
    const dispute = (nth: number) => ({ cardId: `c${nth}`, terminalId: 'odd', paymentId: `made-up-${nth}`, fraud: true });
    for (let nth = 0; nth < 100; nth++) shop.fold(shop.event('payment.disputed', START_MS + nth, dispute(nth)));
    expect(shop.states.get('terminal:odd')?.length).toBeLessThan(500);
    const disputed = (nth: number): unknown => {
      shop.pay(START_MS + 200 + nth, { cardId: `c${nth}`, terminalId: 'odd', paymentId: `made-up-${nth}` });
      return fraudReflex.show('terminal:odd', shop.states.get('terminal:odd') as StateBytes).disputed;
    };
    expect([disputed(67), disputed(68), disputed(99)]).toEqual([0, 1, 2]);
  });

  it('fold() says so where the time of the event is not what was sent', () => {
    const shop = new Shop();
    for (const [sent, code] of [
      [{}, 'time-missing'],
      [{ timeMs: START_MS + DAY_MS }, 'time-ahead'],
    ] as const) {
      const { type, data } = shop.event('payment.attempted', START_MS);
      const { decision } = shop.fold({ type, data, acceptedAtMs: START_MS, ...sent });
      expect(decision?.reasons.at(-1)?.code).toBe(code);
    }
  });

  it('fold() takes any amount and id that the schema lets through', () => {
    const shop = new Shop();
    for (const amount of [0, 1e-300, 0.005, 1e12, 123_456_789.125])
      expect(shop.pay(START_MS, { amount, cardId: '💳'.repeat(128), paymentId: '__proto__' }).score).toBeGreaterThan(0);
  });

  it('fold() records a payment that is a day late, and folds a dispute however late it comes', () => {
    const shop = new Shop();
    shop.pay(START_MS);
    const enter = (type: string, data: JsonObject) => shop.fold(shop.event(type, START_MS - DAY_MS - 1, data));
    expect(enter('payment.attempted', {})).toMatchObject({ ending: 'recorded', note: 'late' });
    expect(enter('payment.disputed', { paymentId: 'p1', fraud: true })).toMatchObject({
      ending: 'recorded',
      note: null,
      changed: ['card:c', 'terminal:t'],
    });
  });

  it('show() reads a state for people; a damaged one throws', () => {
    const shop = new Shop().withHabit();
    expect(fraudReflex.show(fraudReflex.subjectKey('c'), shop.states.get('card:c') as StateBytes)).toMatchObject({
      disputes: 0,
      failures: 0,
    });
    expect(fraudReflex.show('terminal:t1', shop.states.get('terminal:t1') as StateBytes)).toMatchObject({ disputed: 0 });
    expect(() => fraudReflex.newestMs('card:c', Uint8Array.of(9))).toThrow('format 9');
    expect(() => fraudReflex.show('card:c', Uint8Array.of(1, 3, 0))).toThrow(RangeError);
  });
});
