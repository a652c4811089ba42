/** Hunts the pause of an hour, or of decades, that nobody asked for. */
import { describe, expect, it } from '@jest/globals';
import { retryAfterMs } from '../../src/domain/retryAfter.ts';

const nowMs = Date.parse('2026-10-21T07:28:00Z');

describe('retryAfterMs()', () => {
  it.each([
    ['0', 0],
    [' 45 ', 45_000],
    ['Wed, 21 Oct 2026 07:28:07 GMT', 7000],
    ['Wednesday, 21-Oct-26 07:28:07 GMT', 7000],
    ['Wed Oct 21 07:28:07 2026', 7000],
    ['Wed, 21 Oct 2020 07:28:07 GMT', 0],
  ])('retryAfterMs() reads %j', (value, ms) => {
    expect(retryAfterMs(value, { nowMs })).toBe(ms);
  });

  it.each(['-45', '+45', '45;', '"45"', '45s', '4.5', '1e3', '', '2045', '21 Oct 2026', '2026-10-21T07:28:07Z', '9'.repeat(40)])(
    'retryAfterMs() reads %j by the letter, or not at all',
    (value) => {
      expect(retryAfterMs(value, { nowMs })).toBe(value === '2045' ? 2_045_000 : null);
    },
  );

  it('retryAfterMs() counts a date from that of the answer, whatever the clock here says', () => {
    const date = 'Wed, 21 Oct 2026 07:28:00 GMT';
    expect(retryAfterMs('Wed, 21 Oct 2026 07:28:07 GMT', { date, nowMs: nowMs - 3_600_000 })).toBe(7000);
  });
});
