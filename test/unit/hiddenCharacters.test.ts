import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { escapeHiddenInJson, showHidden } from '../../src/domain/hiddenCharacters.ts';

/** Each a character that steers a terminal, hides text or turns its direction. */
const HIDDEN = [
  '\u007f',
  '\u0080',
  '\u009b',
  '\u009f',
  '\u00ad',
  '\u061c',
  '\u200b',
  '\u200e',
  '\u200f',
  '\u2028',
  '\u202e',
  '\u2066',
  '\ufeff',
];
const TAG = '\u{e0041}';

describe('escapeHiddenInJson()', () => {
  it.each([...HIDDEN, TAG])('escapes %j and keeps the value', (character) => {
    const value = { [`a${character}`]: [`${character}b`] };
    const text = escapeHiddenInJson(JSON.stringify(value));
    expect(text).not.toContain(character);
    expect(JSON.parse(text)).toEqual(value);
  });

  it('keeps every JSON value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) =>
        expect(JSON.parse(escapeHiddenInJson(JSON.stringify(value)))).toEqual(JSON.parse(JSON.stringify(value))),
      ),
    );
  });
});

describe('showHidden()', () => {
  it.each([...HIDDEN, TAG, '\u001b', '\n', '\t'])('names %j', (character) => {
    const shown = showHidden(`a${character}b`);
    expect(shown).toMatch(/^a(\\u[0-9a-f]{4}){1,2}b$/);
  });

  it('leaves letters, marks and emoji of any script as they are', () => {
    for (const text of ['Müller', '東京', 'ñandú', 'שלום', '❤️', '€ 12.50']) expect(showHidden(text)).toBe(text);
  });
});
