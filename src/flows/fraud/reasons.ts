/** Says in words which features moved the model's score most. */
import type { Reason } from '../../domain/decision.ts';
import { FEATURES, type Feature } from './features.ts';

const REASONS_MAX = 4;
/** In log odds; less than this changes nobody's mind. */
const WEIGHT_MIN = 0.05;

const short = (value: number): string => String(Number(value.toPrecision(3)));
/** A whole number stays exact. */
function counted(count: number, what: string): string {
  const said = Number.isInteger(count) ? String(count) : short(count);
  return `${said} ${what}${said === '1' ? '' : 's'}`;
}
const were = (count: number): string => (count === 1 ? 'was' : 'were');
const percent = (share: number): string => `${short(100 * share)} %`;

const NO_RUN = 'no run of disputes at the terminal';

const TEXTS: Record<Feature, (value: number) => string> = {
  weekend: (value) => (value === 1 ? 'made at a weekend' : 'made on a weekday'),
  night: (value) => (value === 1 ? 'made at night' : 'made by day'),
  cardCount1d: (value) => `${counted(value, 'payment')} of the card within a day`,
  cardAverage1d: (value) => `the card's average within a day is ${short(value)}`,
  cardCount7d: (value) => `${counted(value, 'payment')} of the card within 7 days`,
  cardAverage7d: (value) => `the card's average over 7 days is ${short(value)}`,
  cardCount30d: (value) => `${counted(value, 'payment')} of the card within 30 days`,
  cardAverage30d: (value) => `the card's average over 30 days is ${short(value)}`,
  terminalCount1d: (value) => `${counted(value, 'payment')} at the terminal on the day a week before`,
  terminalRisk1d: (value) => `${percent(value)} of the terminal's payments on the day a week before were fraud`,
  terminalCount7d: (value) => `${counted(value, 'payment')} at the terminal in the 7 days to a week before`,
  terminalRisk7d: (value) => `${percent(value)} of the terminal's payments in the 7 days to a week before were fraud`,
  terminalCount30d: (value) => `${counted(value, 'payment')} at the terminal in the 30 days to a week before`,
  terminalRisk30d: (value) => `${percent(value)} of the terminal's payments in the 30 days to a week before were fraud`,
  amount: (value) => `the amount is ${short(value)}`,
  amountToHabit: (value) => (value === 0 ? 'the card has no habit yet' : `the amount is ${short(value)} times the card's usual one`),
  amountToLargest: (value) =>
    value === 0 ? 'the card has no habit yet' : `the amount is ${short(value)} times the card's largest other one`,
  cardUnusual14d: (value) =>
    `${counted(value, 'other payment')} of the card in 14 days ${were(value)} three times the usual amount or more`,
  cardHoursSince: (value) => `${counted(value, 'hour')} since the card's last payment`,
  cardDisputes28d: (value) => `${counted(value, 'dispute')} of the card came in within 28 days`,
  cardKnown: (value) => `${counted(value, 'earlier payment')} of the card ${value === 1 ? 'is' : 'are'} known`,
  terminalDisputed28d: (value) => `${counted(value, 'payment')} at the terminal in 28 days ${were(value)} disputed`,
  terminalOrdinary28d: (value) =>
    `${counted(value, 'payment')} at the terminal in 28 days ${were(value)} disputed though ordinary for the card`,
  terminalStreak: (value) =>
    value === 0 ? NO_RUN : `the terminal's last ${counted(value, 'payment')} whose week is over ${were(value)} disputed`,
  terminalStreakDays: (value) => (value === 0 ? NO_RUN : `the terminal's run of disputes began ${counted(value, 'day')} ago`),
  terminalDisputedDays: (value) =>
    value >= 60 ? 'no disputed payment at the terminal is known' : `the terminal's last disputed payment was ${counted(value, 'day')} ago`,
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
