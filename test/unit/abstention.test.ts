import { describe, expect, it } from '@jest/globals';
import { abstention } from '../../src/activities/askLlm.ts';
import { fraud } from '../../src/flows/fraud/flow.ts';
import type { FraudPolicy } from '../../src/flows/fraud/policy.ts';
import type { LlmRung } from '../../src/policy/ladderPolicy.ts';
import { parsePolicy } from '../../src/policy/policy.ts';

const { rungs } = parsePolicy<FraudPolicy>(fraud, fraud.policyText);
const terms = rungs.find(({ rung }) => rung === 'llm') as LlmRung;
const sure = { outcome: 'approve', confidence: 0.9, reasons: [] };
const small = { terms, tight: false, data: { amount: 50 }, strangersChars: 12, lookedUpChars: 40 };

describe('abstention()', () => {
  it('abstention() lets a sure answer within the limits decide', () => {
    expect(abstention(sure, small)).toBeNull();
    expect(abstention({ ...sure, outcome: 'decline' }, { ...small, data: { amount: 5000 } })).toBeNull();
  });

  it.each<[string, Parameters<typeof abstention>, string]>([
    ['less confidence than the policy wants', [{ ...sure, confidence: 0.79 }, small], 'below 0.8'],
    ['less than the higher bar of a nearly spent budget', [sure, { ...small, tight: true }], 'below 0.95, as the budget is nearly spent'],
    ['an amount above the limit', [sure, { ...small, data: { amount: 200.01 } }], 'amount is above 200'],
    ['a long text of a stranger', [sure, { ...small, strangersChars: 65 }], '65 characters in the event'],
    ['texts of strangers in what was looked up', [sure, { ...small, lookedUpChars: 65 }], '65 characters in what it looked up'],
    ['no amount at all', [sure, { ...small, data: {} }], 'amount is above 200'],
    ['an amount that is text', [sure, { ...small, data: { amount: '50' } }], 'amount is above 200'],
    [
      'an outcome that it may only propose',
      [sure, { ...small, terms: { ...terms, outcomes: ['decline'] } }],
      'may not decide approve alone',
    ],
  ])('abstention() makes a proposal of an answer with %s', (_, given, why) => {
    expect(abstention(...given)).toContain(why);
  });
});
