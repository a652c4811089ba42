import { describe, expect, it } from '@jest/globals';
import { normalised, PROFILES, type Profile, probationOf, scoreFile, type Window } from '../evaluate/nabScore.ts';
import { relativeEntropyAlerts } from '../evaluate/relativeEntropy.ts';

const { standard, lowFp, lowFn } = PROFILES;
/** Rows 0 to 149 are not scored. */
const ROWS = 1000;
const WINDOWS: readonly Window[] = [
  [300, 399],
  [600, 699],
];
const of = (alerts: readonly number[], profile: Profile = standard): number =>
  normalised([scoreFile({ rows: ROWS, windows: WINDOWS, alerts }, profile)], profile);

describe('nabScore', () => {
  it('normalised() is 100 for alerts at the first row of each window, 0 for none', () => {
    for (const profile of Object.values(PROFILES)) {
      expect(of([300, 600], profile)).toBeCloseTo(100, 1);
      expect(of([], profile)).toBe(0);
    }
  });

  it('scoreFile() counts the earliest alert of a window alone, and less the later it comes', () => {
    expect(of([300, 310, 399, 600])).toBe(of([300, 600]));
    const falling = [300, 330, 360, 399].map((row) => of([row]));
    expect([...falling].sort((a, b) => b - a)).toEqual(falling);
    expect(of([399])).toBeGreaterThan(0);
  });

  it('scoreFile() takes off the more the further an alert lies behind a window, wholly before the first', () => {
    const cost = (row: number): number => of([300, 600]) - of([300, 600, row]);
    expect(cost(410)).toBeLessThan(cost(450));
    // A_FP of the standard profile, over 2 windows times 2, in percent
    expect(cost(200)).toBeCloseTo(2.75, 6);
    expect(cost(999)).toBeCloseTo(2.75, 6);
    expect(of([200], lowFp)).toBeCloseTo(2 * of([200]), 6);
  });

  it('scoreFile() leaves out the first rows', () => {
    expect(probationOf(ROWS)).toBe(150);
    expect(probationOf(100_000)).toBe(750);
    expect(of([149, 300, 600])).toBe(of([300, 600]));
  });

  it('normalised() counts a file as often as it was drawn', () => {
    const one = scoreFile({ rows: ROWS, windows: WINDOWS, alerts: [300] }, lowFn);
    const other = scoreFile({ rows: ROWS, windows: WINDOWS, alerts: [600, 610, 800] }, lowFn);
    expect(normalised([one, other], lowFn, [2, 1])).toBeCloseTo(normalised([one, one, other], lowFn), 12);
    expect(normalised([one, other], lowFn, [0, 0])).toBeNaN();
  });
});

describe('relativeEntropyAlerts', () => {
  it('relativeEntropyAlerts() alerts where values spread as never before, and not when that comes again', () => {
    const calm = Array.from({ length: 200 }, (_, at) => at % 3);
    const wild = Array.from({ length: 100 }, (_, at) => 8 + (at % 3));
    const alerts = relativeEntropyAlerts([...calm, ...wild, ...calm, ...wild]);
    expect(alerts.length).toBeGreaterThan(0);
    expect(Math.min(...alerts)).toBeGreaterThanOrEqual(200);
    expect(Math.max(...alerts)).toBeLessThan(400);
    expect(relativeEntropyAlerts(new Array(100).fill(5))).toEqual([]);
  });
});
