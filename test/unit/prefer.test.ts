/** `Prefer: wait=N`. The bug this hunts: ten digits, as of a client's greatest number, were no wait at all. */
import { describe, expect, it } from '@jest/globals';
import { waitSeconds } from '../../src/ingress/http/prefer.ts';

describe('waitSeconds()', () => {
  it.each<[string, number | null]>([
    ['wait=0', 0],
    ['wait=59', 59],
    ['wait=61', 60],
    ['wait=2147483647', 60],
    [`wait=${'9'.repeat(400)}`, 60],
    ['respond-async, WAIT = "5"; x=1', 5],
    ['wait=2, wait=3', 2],
    ['wait=-1', null],
    ['wait=1.5', null],
    ['wait', null],
    ['handling=lenient', null],
  ])('reads %j as %j', (prefer, seconds) => {
    expect(waitSeconds(prefer)).toBe(seconds);
  });
});
