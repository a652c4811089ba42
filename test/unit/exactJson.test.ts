import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { exactNumber, parseExact, printExact, withoutMarks } from '../../src/client/exactJson.ts';

describe('parseExact() and printExact()', () => {
  it.each([
    '{"n":12345678901234567890}',
    '[15793596808644609,15793596808644608]',
    '{"a":0.1000000000000000000001}',
    '{"a":"12345678901234567890 \\" 12345678901234567890"}',
    '[1e400,-1e400]',
  ])('give back %s', (text) => {
    expect(printExact(parseExact(text))).toBe(text);
  });

  it('leave numbers that a double holds numbers', () => {
    expect(parseExact('[1.50,1e3,5e-7,9007199254740993,123456789012345678]')).toEqual([
      1.5,
      1000,
      5e-7,
      expect.any(String),
      expect.any(String),
    ]);
    expect(parseExact('1.000000000000000000')).toBe(1);
  });

  it('keep every JSON value', () => {
    fc.assert(
      fc.property(fc.json(), (text) =>
        expect(JSON.parse(printExact(parseExact(text)))).toEqual(JSON.parse(JSON.stringify(JSON.parse(text)))),
      ),
    );
  });

  it('withoutMarks() shows people the digits', () => {
    expect(withoutMarks(`n ${String(exactNumber('12345678901234567890'))}`)).toBe('n 12345678901234567890');
  });
});
