/** What reviewers read of the model: hunts a sentence that no person would say. */
import { describe, expect, it } from '@jest/globals';
import { FEATURES, type Feature } from '../features.ts';
import { modelReasons } from '../reasons.ts';

function said(feature: Feature, value: number): string | undefined {
  const at = FEATURES.indexOf(feature);
  const [row, contributions] = [new Float64Array(FEATURES.length), new Float64Array(FEATURES.length)];
  row[at] = value;
  contributions[at] = 1;
  return modelReasons(row, contributions)[0]?.text;
}

describe('modelReasons()', () => {
  it.each<[Feature, number, string]>([
    ['cardCount1d', 1, '1 payment of the card within a day'],
    ['cardCount1d', 2, '2 payments of the card within a day'],
    ['cardKnown', 1, '1 earlier payment of the card is known'],
    ['cardKnown', 1234, '1234 earlier payments of the card are known'],
    ['cardHoursSince', 1.0004, "1 hour since the card's last payment"],
    ['cardHoursSince', 0.25, "0.25 hours since the card's last payment"],
    ['terminalDisputed28d', 1, '1 payment at the terminal in 28 days was disputed'],
    ['terminalStreak', 0, 'no run of disputes at the terminal'],
    ['terminalStreak', 3, "the terminal's last 3 payments whose week is over were disputed"],
  ])('modelReasons() says of %s %d: %s', (feature, value, text) => {
    expect(said(feature, value)).toBe(text);
  });
});
