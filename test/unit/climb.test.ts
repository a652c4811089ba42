import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Rung } from '../../src/domain/decision.ts';
import {
  adviceOf,
  beginClimb,
  type Climb,
  decisionOf,
  doubtOf,
  findingsOf,
  next,
  overrule,
  RULE_ASKS,
  type Said,
} from '../../src/kit/climb.ts';
import { climbNow, type QuickRungs } from '../../src/kit/climbNow.ts';

const NOTHING = { findings: [], reasons: [], score: null, result: {} };
const sure: Said = { outcome: 'approve', confidence: 0.9, reasons: [{ code: 'sure', text: 'all is well' }] };
const unsure: Said = { ...sure, confidence: 0.5, abstains: 'not sure enough' };
const silent: Said = { outcome: null, confidence: null, abstains: 'it is away' };
const asks: Said = { outcome: 'review', confidence: 1, asksPerson: true, reasons: [{ code: 'asks', text: 'look at it' }] };

const climbed = (rungs: readonly Rung[], ...said: readonly Said[]): Climb => said.reduce(next, beginClimb(rungs, NOTHING));
const listed = (...rungs: readonly Rung[]) => rungs.map((rung) => ({ rung }));

describe('next()', () => {
  it('next() asks the rungs in the order of the policy, and keeps what each said', () => {
    const climb = climbed(['llm', 'human', 'default'], unsure, { ...sure, ms: 7 });
    expect(climb.left).toEqual(['default']);
    expect(findingsOf(climb)).toEqual([
      { rung: 'llm', outcome: 'approve', confidence: 0.5, ms: 0, abstained: 'not sure enough' },
      { rung: 'human', outcome: 'approve', confidence: 0.9, ms: 7 },
    ]);
    expect(decisionOf(climb)).toMatchObject({ outcome: 'approve', rung: 'human', provisional: false, rungs: findingsOf(climb) });
  });

  it('next() lets nobody below a person decide what a rule asks a person for', () => {
    const climb = climbed(['rules', 'model', 'llm', 'human'], asks, sure, sure);
    expect(climb.decided).toBeNull();
    expect(findingsOf(climb).map(({ abstained }) => abstained)).toEqual([undefined, RULE_ASKS, RULE_ASKS]);
    expect(decisionOf(next(climb, sure))).toMatchObject({ outcome: 'approve', rung: 'human' });
  });

  it('next() leaves a rung that said nothing its own reason, also where a rule asks for a person', () => {
    expect(findingsOf(climbed(['rules', 'llm'], asks, silent))[1]).toEqual({
      ...{ rung: 'llm', outcome: null, confidence: null, ms: 0, abstained: 'it is away' },
    });
  });

  it('next() names the default where it spoke in the place of a person', () => {
    const byDefault = climbed(['rules', 'human'], asks, { ...sure, outcome: 'decline', inPlace: 'default' });
    expect(decisionOf(byDefault)).toMatchObject({ outcome: 'decline', rung: 'default' });
  });

  it('next() refuses to go on above the last rung', () => {
    expect(() => climbed(['rules'], silent, silent)).toThrow(RangeError);
  });

  it('next() puts what a case decides before what was known, and notes behind', () => {
    const known = {
      findings: [{ rung: 'model' as const, outcome: null, confidence: 0.6, ms: 0, abstained: 'between' }],
      ...{ reasons: [{ code: 'model', text: 'from below' }], score: 0.6, result: { features: 1, paymentId: 'old' } },
    };
    const noted = next(beginClimb(['llm', 'human'], known), { ...silent, note: { code: 'away', text: 'no LLM' } });
    const decision = decisionOf(next(noted, { ...sure, result: { paymentId: 'new' } }));
    expect(decision?.reasons.map(({ code }) => code)).toEqual(['sure', 'model', 'away']);
    expect(decision).toMatchObject({ score: 0.6, result: { features: 1, paymentId: 'new' } });
    expect(decision?.rungs.map(({ rung }) => rung)).toEqual(['model', 'llm', 'human']);
  });

  it('adviceOf() shows what those that passed on would have done, and not who said nothing', () => {
    expect(adviceOf(climbed(['model', 'llm'], silent, unsure))).toEqual({
      llm: { outcome: 'approve', confidence: 0.5, reasons: unsure.reasons, abstained: 'not sure enough' },
    });
  });
});

describe('overrule()', () => {
  it('overrule() stands under rules, in their place, and makes a proposal of what was decided', () => {
    const climb = overrule(climbed(['rules', 'model'], { ...silent, abstains: 'no rule applies' }, sure), asks);
    expect(climb).toMatchObject({ decided: null, held: true });
    expect(findingsOf(climb)).toEqual([
      { rung: 'rules', outcome: 'review', confidence: 1, ms: 0 },
      { rung: 'model', outcome: 'approve', confidence: 0.9, ms: 0, abstained: RULE_ASKS },
    ]);
    expect(doubtOf(climb, 'review')).toMatchObject({ outcome: 'review', confidence: 1, rung: 'rules', provisional: true });
    expect(doubtOf(climb, 'review').reasons.map(({ code }) => code)).toEqual(['asks', 'sure']);
  });
});

describe('climbNow()', () => {
  const quick: QuickRungs = { model: () => ({ ...sure, score: 0.1 }), doubt: 'review' };

  it('climbNow() climbs what the policy lists and no more', () => {
    const asked: string[] = [];
    const all: QuickRungs = {
      rules: () => {
        asked.push('rules');
        return [];
      },
      model: () => {
        asked.push('model');
        return unsure;
      },
      doubt: 'review',
    };
    expect(climbNow(listed('rules', 'human'), all).rungs.map(({ rung }) => rung)).toEqual(['rules']);
    expect(climbNow(listed('rules', 'model', 'llm', 'human'), all).rungs.map(({ rung }) => rung)).toEqual(['rules', 'model']);
    expect(asked).toEqual(['rules', 'rules', 'model']);
  });

  it('climbNow() lets rules decide, and asks no model then', () => {
    const decided = climbNow(listed('rules', 'model'), { ...quick, rules: () => ({ outcome: 'decline', confidence: 1 }) });
    expect(decided).toMatchObject({ outcome: 'decline', rung: 'rules', provisional: false, score: null });
  });

  it('climbNow() runs guards on what was decided alone: not where a rule asks already', () => {
    const proposed: string[] = [];
    const guards = (outcome: string) => {
      proposed.push(outcome);
      return [{ code: 'limit', text: 'too much' }];
    };
    const held = climbNow(listed('rules', 'model'), { ...quick, rules: () => asks.reasons ?? [], guards });
    expect(proposed).toEqual([]);
    expect(held.reasons.map(({ code }) => code)).toEqual(['asks', 'sure']);
    const guarded = climbNow(listed('rules', 'model'), { ...quick, guards });
    expect(proposed).toEqual(['approve']);
    expect(guarded).toMatchObject({ outcome: 'review', rung: 'rules', provisional: true, score: 0.1 });
    expect(guarded.reasons.map(({ code }) => code)).toEqual(['limit', 'sure']);
  });

  it('climbNow() decides nothing that a guard is against, whatever rungs there are and whatever they say', () => {
    const says = fc.record({ outcome: fc.constantFrom('a', 'b', null), confidence: fc.double({ min: 0, max: 1, noNaN: true }) });
    fc.assert(
      fc.property(fc.subarray<Rung>(['rules', 'model', 'llm', 'human']), says, says, (rungs, rules, model) => {
        const guards = (outcome: string) => (outcome === 'a' ? [{ code: 'limit', text: 'not by itself' }] : []);
        const decision = climbNow(listed(...rungs), { rules: () => rules, model: () => model, guards, doubt: 'review' });
        expect(decision.provisional ? decision.outcome : 'review').toBe('review');
        if (!decision.provisional) expect(decision.outcome).toBe('b');
        expect(decision.rungs.filter(({ abstained, outcome }) => abstained === undefined && outcome === 'a')).toEqual([]);
      }),
    );
  });
});
