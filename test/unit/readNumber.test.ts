import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readNumber } from '../../src/domain/readNumber.ts';

describe('readNumber()', () => {
  it.each(['', ' ', '\t', '\u00a0', '0x1F', '0b11', '0o7', 'Infinity', 'NaN', '1e9999', '1,5', '1 000', '--1', '1n', '１'])(
    'refuses %j',
    (text) => {
      expect(readNumber(text)).toBeNull();
    },
  );

  it.each([
    ['12.50', 12.5],
    ['-0.5', -0.5],
    ['+7', 7],
    ['.5', 0.5],
    [' 8080 ', 8080],
    ['1e3', 1000],
  ])('reads %j', (text, number) => {
    expect(readNumber(text)).toBe(number);
  });

  it('reads every number that JSON writes', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (number) =>
        expect(readNumber(JSON.stringify(number))).toBe(number === 0 ? 0 : number),
      ),
    );
  });
});
