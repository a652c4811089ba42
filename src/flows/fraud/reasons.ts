/** Says in words which features moved the model's score most. */
import type { Reason } from '../../decision.ts';
import { FEATURES, type Feature } from './features.ts';

const REASONS_MAX = 4;
/** In log odds; less than this changes nobody's mind. */
const WEIGHT_MIN = 0.05;

const short = (value: number): string => String(Number(value.toPrecision(3)));
const percent = (share: number): string => `${short(100 * share)} %`;

const TEXTS: Record<Feature, (value: number) => string> = {
  weekend: (value) => (value === 1 ? 'made at a weekend' : 'made on a weekday'),
  night: (value) => (value === 1 ? 'made at night' : 'made by day'),
  cardCount1d: (value) => `${value} payments of the card within a day`,
  cardAverage1d: (value) => `the card's average within a day is ${short(value)}`,
  cardCount7d: (value) => `${value} payments of the card within 7 days`,
  cardAverage7d: (value) => `the card's average over 7 days is ${short(value)}`,
  cardCount30d: (value) => `${value} payments of the card within 30 days`,
  cardAverage30d: (value) => `the card's average over 30 days is ${short(value)}`,
  terminalCount1d: (value) => `${value} payments at the terminal on the day a week before`,
  terminalRisk1d: (value) => `${percent(value)} of the terminal's payments on the day a week before were fraud`,
  terminalCount7d: (value) => `${value} payments at the terminal in the 7 days to a week before`,
  terminalRisk7d: (value) => `${percent(value)} of the terminal's payments in the 7 days to a week before were fraud`,
  terminalCount30d: (value) => `${value} payments at the terminal in the 30 days to a week before`,
  terminalRisk30d: (value) => `${percent(value)} of the terminal's payments in the 30 days to a week before were fraud`,
  amount: (value) => `the amount is ${short(value)}`,
  amountToHabit: (value) => (value === 0 ? 'the card has no habit yet' : `the amount is ${short(value)} times the card's usual one`),
  amountToLargest: (value) =>
    value === 0 ? 'the card has no habit yet' : `the amount is ${short(value)} times the card's largest other one`,
  cardUnusual14d: (value) => `${value} other payments of the card in 14 days were three times the usual amount or more`,
  cardHoursSince: (value) => `${short(value)} hours since the card's last payment`,
  cardDisputes28d: (value) => `${value} disputes of the card came in within 28 days`,
  cardKnown: (value) => `${value} earlier payments of the card are known`,
  terminalDisputed28d: (value) => `${value} payments at the terminal in 28 days were disputed`,
  terminalOrdinary28d: (value) => `${value} payments at the terminal in 28 days were disputed though ordinary for their cards`,
  terminalStreak: (value) => `the terminal's last ${value} payments whose week is over were all disputed`,
  terminalStreakDays: (value) =>
    value === 0 ? 'no run of disputes at the terminal' : `the terminal's run of disputes began ${short(value)} days ago`,
  terminalDisputedDays: (value) =>
    value >= 60 ? 'no disputed payment at the terminal is known' : `the terminal's last disputed payment was ${short(value)} days ago`,
};

/** The features that moved the score most, strongest first; `weight` in log odds, above 0 towards fraud. */
export function modelReasons(row: Float64Array, contributions: Float64Array): Reason[] {
  return strongest(contributions).map((at) => {
    const feature = FEATURES[at] as Feature;
    return { code: feature, text: TEXTS[feature](row[at] as number), weight: Math.round((contributions[at] as number) * 1000) / 1000 };
  });
}

/** Their places; of equals the first. Moved up by hand: `splice` for each of two dozen features took longer than the texts. */
function strongest(contributions: Float64Array): number[] {
  const chosen: number[] = [];
  const weightAt = (place: number): number => Math.abs(contributions[chosen[place] as number] as number);
  for (let at = 0; at < contributions.length; at += 1) {
    const weight = Math.abs(contributions[at] as number);
    if (weight < WEIGHT_MIN || (chosen.length === REASONS_MAX && weight <= weightAt(REASONS_MAX - 1))) continue;
    let place = Math.min(chosen.length, REASONS_MAX - 1);
    for (; place > 0 && weightAt(place - 1) < weight; place -= 1) chosen[place] = chosen[place - 1] as number;
    chosen[place] = at;
  }
  return chosen;
}
