/** The bug hunted here: a window that is right in order and wrong when a payment comes late, at the same instant, or after its label. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { naiveFeatures, type Payment } from '../../../../test/support/naiveFeatures.ts';
import { LogFold } from '../../../kit/foldAll.ts';
import { parsePolicy } from '../../../policy/policy.ts';
import { rowOf } from '../evaluate/rowOf.ts';
import { FEATURES } from '../features.ts';
import { fraud } from '../flow.ts';
import { DAY_MS, HOUR_MS, LATENESS_MS } from '../horizon.ts';
import { ATTEMPTED, DISPUTED } from '../payment.ts';

const START_MS = Date.UTC(2026, 0, 1);

type Step = { payment: Payment } | { dispute: Payment; fraud: boolean };

const idsOf = ({ id, card, terminal }: Payment) => ({ paymentId: `p${id}`, cardId: card, terminalId: terminal });

const policy = parsePolicy(fraud, fraud.policyText);

class Folding {
  readonly #log = new LogFold({ flow: fraud, policy });

  get states(): LogFold<typeof policy>['states'] {
    return this.#log.states;
  }

  /** Without looking at what it finds, which costs as much again. */
  give(payment: Payment) {
    const { timeMs, amount } = payment;
    const folded = this.#log.add({ type: ATTEMPTED, timeMs, data: { ...idsOf(payment), amount, currency: 'EUR' } });
    if (folded.note !== null) throw new Error(`a payment is folded: ${folded.note}`);
    return folded;
  }

  pay(payment: Payment): Record<string, number> {
    const row = rowOf(this.give(payment));
    return Object.fromEntries(FEATURES.map((name, at) => [name, row[at] as number]));
  }

  dispute(payment: Payment, fraudulent: boolean, timeMs: number): void {
    this.#log.add({ type: DISPUTED, timeMs, data: { ...idsOf(payment), fraud: fraudulent } });
  }
}

/** Payments of two cards at two terminals over 80 days, often at the same hour; any order within the lateness; disputes in between. */
const anySteps = fc
  .array(
    fc.record({
      hour: fc.integer({ min: 0, max: 80 * 24 }),
      lateHours: fc.integer({ min: 0, max: 23 }),
      card: fc.constantFrom('a', 'b'),
      terminal: fc.constantFrom('s', 't'),
      cents: fc.oneof(fc.nat(20_000), fc.constantFrom(0, 5000)),
      disputed: fc.constantFrom('never', 'later', 'early', 'withdrawn'),
      labelDays: fc.integer({ min: 0, max: 40 }),
    }),
    { maxLength: 120 },
  )
  .map((drafts): Step[] => {
    const steps = drafts.flatMap(({ hour, lateHours, card, terminal, cents, disputed, labelDays }, id) => {
      const payment: Payment = { id, card, terminal, timeMs: START_MS + hour * HOUR_MS, amount: cents / 100 };
      const at = hour + lateHours;
      const told: { at: number; step: Step }[] = [{ at, step: { payment } }];
      if (disputed !== 'never')
        told.push({ at: disputed === 'early' ? at - 1 : at + labelDays * 24, step: { dispute: payment, fraud: true } });
      if (disputed === 'withdrawn') told.push({ at: at + labelDays * 24 + 1, step: { dispute: payment, fraud: false } });
      return told;
    });
    return steps.sort((a, b) => a.at - b.at).map(({ step }) => step);
  });

describe('takePayment and takeDispute', () => {
  it('takePayment() equals a recomputation from all that was accepted, in any order within the lateness', () => {
    fc.assert(
      fc.property(anySteps, (steps) => {
        const folding = new Folding();
        const accepted: Payment[] = [];
        const disputed = new Set<number>();
        for (const step of steps) {
          if ('dispute' in step) {
            folding.dispute(step.dispute, step.fraud, step.dispute.timeMs);
            if (step.fraud) disputed.add(step.dispute.id);
            else disputed.delete(step.dispute.id);
            continue;
          }
          accepted.push(step.payment);
          const expected = naiveFeatures(step.payment, accepted, disputed);
          const found = folding.pay(step.payment);
          for (const [name, value] of Object.entries(expected)) expect([name, found[name]]).toEqual([name, expect.closeTo(value, 9)]);
        }
      }),
      { numRuns: 150 },
    );
  });

  it('takePayment() uses nothing from the future: what comes later changes no earlier row', () => {
    fc.assert(
      fc.property(anySteps, fc.nat(), (steps, cut) => {
        const rows = (taken: readonly Step[]): Record<string, number>[] => {
          const folding = new Folding();
          return taken.flatMap((step) => {
            if ('payment' in step) return [folding.pay(step.payment)];
            folding.dispute(step.dispute, step.fraud, step.dispute.timeMs);
            return [];
          });
        };
        const first = steps.slice(0, steps.length === 0 ? 0 : cut % steps.length);
        const before = rows(first);
        expect(rows(steps).slice(0, before.length)).toEqual(before);
      }),
      { numRuns: 50 },
    );
  });

  const base: Payment = { id: 1, card: 'a', terminal: 's', timeMs: START_MS, amount: 10 };
  const later = (id: number, afterMs: number): Payment => ({ ...base, id, timeMs: START_MS + afterMs });

  it('takePayment() takes windows as (t - width, t]: one exactly a day ago is out, one at the same instant is in', () => {
    const folding = new Folding();
    folding.pay(base);
    expect(folding.pay(later(2, DAY_MS)).cardCount1d).toBe(1);
    expect(folding.pay(later(3, DAY_MS)).cardCount1d).toBe(2);
    expect(folding.pay(later(4, 7 * DAY_MS))).toMatchObject({ terminalCount1d: 1, terminalCount7d: 1 });
  });

  it('takeDispute() counts from its arrival on, once, and fraud: false takes it back', () => {
    const folding = new Folding();
    folding.pay(base);
    expect(folding.pay(later(2, 8 * DAY_MS - 1)).terminalRisk1d).toBe(0);
    folding.dispute(base, true, START_MS + 8 * DAY_MS);
    folding.dispute(base, true, START_MS + 8 * DAY_MS);
    expect(folding.pay(later(3, 8 * DAY_MS - 1))).toMatchObject({ terminalRisk1d: 1, terminalStreak: 1, cardDisputes28d: 1 });
    folding.dispute(base, false, START_MS + 8 * DAY_MS);
    expect(folding.pay(later(4, 8 * DAY_MS - 1))).toMatchObject({ terminalRisk1d: 0, terminalStreak: 0, cardDisputes28d: 0 });
  });

  it('takeDispute() of a payment that has not come yet waits for it', () => {
    const folding = new Folding();
    folding.dispute(base, true, START_MS);
    folding.pay(base);
    expect(folding.pay(later(2, 7 * DAY_MS + 1)).terminalRisk1d).toBe(1);
  });

  it('takePayment() keeps a busy card below a kilobyte, a terminal below half of one', () => {
    const folding = new Folding();
    for (let id = 0; id < 300; id++)
      folding.give({ ...base, id, terminal: `t${id % 3}`, timeMs: START_MS + id * 6 * HOUR_MS, amount: 20 + id / 7 });
    for (let id = 0; id < 300; id++)
      folding.give({ ...base, id, card: 'cents', terminal: `u${id % 3}`, timeMs: START_MS + id * 6 * HOUR_MS, amount: 50 + (id % 50) });
    expect(folding.states.get('card:cents')?.length).toBeLessThan(750);
    const many = new Folding();
    for (let id = 0; id < 90; id++) many.give({ ...base, id, card: `c${id}`, timeMs: START_MS + id * DAY_MS });
    expect(many.states.get('terminal:s')?.length).toBeLessThan(400);
  });

  it('takePayment() keeps at most 2,000 payments of a key, also when each is later than the one before', () => {
    const folding = new Folding();
    for (let id = 0; id < 2300; id++) folding.give(later(id, LATENESS_MS - id * 1000));
    expect(folding.states.get('card:a')?.length).toBeLessThan(2000 * 6);
    expect(folding.states.get('terminal:s')?.length).toBeLessThan(2000 * 9);
  });

  it('takePayment() says night until 6:59 and weekend on Saturday and Sunday, UTC, before 1970 too', () => {
    const at = (text: string) => new Folding().pay({ ...base, timeMs: Date.parse(text) });
    expect(at('2026-01-03T06:59:59Z')).toMatchObject({ night: 1, weekend: 1 });
    expect(at('2026-01-04T07:00:00Z')).toMatchObject({ night: 0, weekend: 1 });
    expect(at('2026-01-05T00:00:00Z')).toMatchObject({ night: 1, weekend: 0 });
    expect(at('1969-12-28T12:00:00Z')).toMatchObject({ night: 0, weekend: 1 });
  });
});
