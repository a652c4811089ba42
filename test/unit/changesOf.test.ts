import { describe, expect, it } from '@jest/globals';
import { changesOf } from '../../src/approvals/approvalRules.ts';
import { parseChanges } from '../../src/approvals/changesForm.ts';

describe('changesOf()', () => {
  const price = { type: 'number', min: 1, max: 100, share: 0.1 } as const;

  it('keeps a number within a share of what is proposed, and within its ends', () => {
    expect(changesOf({ price }, { price: 50 })).toEqual({ price: { type: 'number', min: 45, max: 55 } });
    expect(changesOf({ price }, { price: 99 })).toEqual({ price: { type: 'number', min: 89.1, max: 100 } });
    expect(changesOf({ price }, { price: -20 })).toEqual({ price: { type: 'number', min: 1, max: -18 } });
    expect(() => parseChanges(changesOf({ price }, { price: 50 }), { price: 56 })).toThrow();
    expect(parseChanges(changesOf({ price }, { price: 50 }), { price: 55 })).toEqual({ price: 55 });
  });

  it('leaves a rule as it is that has no share, or whose field is no number in what is proposed', () => {
    const rules = { note: { type: 'text', charsMax: 9 }, price } as const;
    expect(changesOf(rules, { note: 'n', price: 'much' })).toEqual(rules);
    expect(changesOf({ price }, Object.create({ price: 5 }))).toEqual({ price });
  });
});
