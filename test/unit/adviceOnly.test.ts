import { describe, expect, it } from '@jest/globals';
import { fraud } from '../../src/flows/fraud/flow.ts';
import type { FraudPolicy } from '../../src/flows/fraud/policy.ts';
import { adviceOnly } from '../../src/llm/adviceOnly.ts';
import type { LlmRung } from '../../src/policy/ladderPolicy.ts';
import { parsePolicy } from '../../src/policy/policy.ts';

const { rungs } = parsePolicy<FraudPolicy>(fraud, fraud.policyText);
const shipped = rungs.find(({ rung }) => rung === 'llm') as LlmRung;
const terms = { ...shipped, decides: true };
const sure = { outcome: 'approve', confidence: 0.9, reasons: [] };
const small = { terms, tight: false, data: { amount: 50 }, strangersChars: 52 };

describe('adviceOnly()', () => {
  it('adviceOnly() lets a sure answer within the limits decide', () => {
    expect(adviceOnly(sure, small)).toBeNull();
    expect(adviceOnly({ ...sure, outcome: 'decline' }, { ...small, data: { amount: 5000 } })).toBeNull();
  });

  it.each<[string, Parameters<typeof adviceOnly>, string]>([
    ['less confidence than the policy wants', [{ ...sure, confidence: 0.79 }, small], 'below 0.8'],
    ['less than the higher bar of a nearly spent budget', [sure, { ...small, tight: true }], 'below 0.95, as the budget is nearly spent'],
    ['an amount above the limit', [sure, { ...small, data: { amount: 200.01 } }], 'amount is above 200'],
    ['more of strangers than codes', [sure, { ...small, strangersChars: 65 }], 'texts of 65 characters that strangers wrote'],
    ['no record here, as policies have it unless they say more', [sure, { ...small, terms: shipped }], 'the policy lets it advise only'],
    ['no amount at all', [sure, { ...small, data: {} }], 'amount is above 200'],
    ['an amount that is text', [sure, { ...small, data: { amount: '50' } }], 'amount is above 200'],
    [
      'an outcome that it may only propose',
      [sure, { ...small, terms: { ...terms, outcomes: ['decline'] } }],
      'may not decide approve alone',
    ],
  ])('adviceOnly() makes a proposal of an answer with %s', (_, given, why) => {
    expect(adviceOnly(...given)).toContain(why);
  });
});
