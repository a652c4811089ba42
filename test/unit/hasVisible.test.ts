/** Texts that people must give. The bug this hunts: one that looks empty to everybody who reads it counts as said. */
import { describe, expect, it } from '@jest/globals';
import { hasVisible } from '../../src/domain/hasVisible.ts';
import { answerRequest, questionRequest, verdictRequest } from '../../src/wire/approval.ts';
import { policyRequest } from '../../src/wire/policy.ts';

const UNSEEN = {
  nothing: '',
  'blanks of all widths': ' \t\n\u00a0\u2003\u202f\u3000\u1680',
  'zero-width characters': '\u200b\u200c\u200d\u2060\ufeff',
  'direction marks': '\u200e\u200f\u061c\u202a\u2066\u2069',
  'a soft hyphen': '\u00ad',
  'fillers of Hangul': '\u115f\u1160\u3164\uffa0',
  'an empty pattern of braille': '\u2800',
  'variation selectors and tags': '\ufe0f\u{e0100}\u{e0020}\u{e007f}',
  'a combining accent alone': '\u0301',
  'the inherent vowels of Khmer': '\u17b4\u17b5',
  'control characters': '\u0000\u0007\u009f',
  'half a surrogate pair': '\ud800',
  'characters that are none': '\uffff\u{1fffe}',
} as const;

describe('hasVisible()', () => {
  it.each(Object.entries(UNSEEN))('%s: no', (_name, text) => {
    expect(hasVisible(text)).toBe(false);
    expect(hasVisible(`${text}ok`)).toBe(true);
  });

  it.each(['.', '1', 'é', 'e\u0301', '好', '👍', '👨‍👩‍👧', 'ا', '\u200b-'])('%s: yes', (text) => {
    expect(hasVisible(text)).toBe(true);
  });

  it.each(Object.entries(UNSEEN))('holds for every text that a request must say: %s', (_name, text) => {
    expect(verdictRequest.safeParse({ verdict: 'approve', reason: text }).success).toBe(false);
    expect(questionRequest.safeParse({ question: text }).success).toBe(false);
    expect(answerRequest.safeParse({ answer: text }).success).toBe(false);
    expect(policyRequest.safeParse({ text: 'a: 1', note: text }).success).toBe(false);
  });
});
