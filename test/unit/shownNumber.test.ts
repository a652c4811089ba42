import { expect, it } from '@jest/globals';
import { shownNumber } from '../../src/domain/shownNumber.ts';

it.each([
  [0.004728400945051428, '0.005'],
  [0.7438219, '0.744'],
  [412.5, '412.5'],
  [12345.67, '12345.67'],
  [-0.25, '-0.25'],
  [0.0000123456, '0.000012'],
  [5, '5'],
  [1e21, '1e+21'],
])('shownNumber(%d) is %s', (value, shown) => {
  expect(shownNumber(value)).toBe(shown);
});
