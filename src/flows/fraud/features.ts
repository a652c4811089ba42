/**
 * The numbers that a payment is judged by, from its card's and its terminal's history as they stood when it was folded: nothing
 * from the future. The first fourteen are those of the Fraud Detection Handbook (Le Borgne, Siblini, Lebichot, Bontempi,
 * "Reproducible Machine Learning for Credit Card Fraud Detection", 2022, chapter 3): a card's windows end with the payment itself,
 * a terminal's end seven days before it, when disputes are known. The rest are ours, for what chapter 3's simulator calls
 * compromised terminals and compromised cards.
 */
import { median } from '../../kit/sense/median.ts';
import { countBetween, countUntil } from '../../kit/sense/timeColumn.ts';
import type { CardHistory } from './cardHistory.ts';
import { CARD_WINDOW_MS, DAY_MS, HABIT_PAYMENTS_MIN, HOUR_MS, LABEL_DELAY_MS } from './horizon.ts';
import { isFraud, isOrdinary, type TerminalHistory } from './terminalHistory.ts';

/** The handbook's, in the order of its file. */
export const REFERENCE_FEATURES = [
  'weekend',
  'night',
  'cardCount1d',
  'cardAverage1d',
  'cardCount7d',
  'cardAverage7d',
  'cardCount30d',
  'cardAverage30d',
  'terminalCount1d',
  'terminalRisk1d',
  'terminalCount7d',
  'terminalRisk7d',
  'terminalCount30d',
  'terminalRisk30d',
] as const;

/** What the model reads, in the order of its rows. */
export const FEATURES = [
  ...REFERENCE_FEATURES,
  'amount',
  // the amount in units of the card's habit (the median of its other payments); 0 where it has none
  'amountToHabit',
  // the amount by the largest other one
  'amountToLargest',
  // other payments of the last 14 days at three times the habit or more
  'cardUnusual14d',
  'cardHoursSince',
  'cardDisputes28d',
  'cardKnown',
  // disputes that have arrived, whenever: of payments at the terminal in the last 28 days
  'terminalDisputed28d',
  // of these, payments that were ordinary for their cards: it is the terminal that is compromised
  'terminalOrdinary28d',
  // the newest payments whose week is over, as far back as they were all disputed
  'terminalStreak',
  'terminalStreakDays',
  // how many days ago the newest disputed payment was made
  'terminalDisputedDays',
] as const;

export type Feature = (typeof FEATURES)[number];

/** For what never was or lies beyond every window. */
const LONG_AGO_DAYS = 60;
const UNUSUAL_RATIO = 3;
const ORDINARY_RATIO = 2.5;
const WINDOWS_MS = [DAY_MS, 7 * DAY_MS, CARD_WINDOW_MS];
const NIGHT_HOUR_MAX = 6;
/** 1970-01-01 was a Thursday. */
const FIRST_WEEKDAY = 4;

export interface Habit {
  /** The median amount of the card's other payments; 0 where there are none. */
  readonly amount: number;
  readonly largest: number;
  /** How many payments it is read from. */
  readonly known: number;
}

/** The habit before the payment at place `at`: its last 30 days, or its last 20 payments where those are fewer. */
export function habitOf({ times, amounts }: CardHistory, at: number): Habit {
  const first = Math.max(0, Math.min(countUntil(times, (times[at] as number) - CARD_WINDOW_MS), at - HABIT_PAYMENTS_MIN));
  const others = amounts.slice(first, at);
  if (others.length === 0) return { amount: 0, largest: 0, known: 0 };
  let largest = 0;
  for (const amount of others) if (amount > largest) largest = amount;
  return { amount: median(others), largest, known: others.length };
}

/** `amount / of`, 0 where there is nothing to compare with. */
export const ratio = (amount: number, of: number): number => (of > 0 ? amount / of : 0);

/** One number per name in `FEATURES`. `card` holds the payment at place `at`; `terminal` is as it was before it. */
export function featuresOf(card: CardHistory, at: number, { terminal, habit }: { terminal: TerminalHistory; habit: Habit }): Float64Array {
  const row = new Float64Array(FEATURES.length);
  const timeMs = card.times[at] as number;
  const amount = card.amounts[at] as number;
  const day = Math.floor(timeMs / DAY_MS);
  const weekday = (((day + FIRST_WEEKDAY) % 7) + 7) % 7;
  row[0] = weekday === 0 || weekday === 6 ? 1 : 0;
  row[1] = Math.floor((timeMs - day * DAY_MS) / HOUR_MS) <= NIGHT_HOUR_MAX ? 1 : 0;
  cardWindows(row, card, at);
  terminalWindows(row, terminal, timeMs);
  row[14] = amount;
  row[15] = ratio(amount, habit.amount);
  row[16] = ratio(amount, habit.largest);
  row[17] = unusual(card, at, habit.amount);
  row[18] = at === 0 ? LONG_AGO_DAYS * 24 : Math.min(LONG_AGO_DAYS * 24, (timeMs - (card.times[at - 1] as number)) / HOUR_MS);
  row[19] = card.disputes.reduce((count, dispute) => (dispute.timeMs > timeMs - 28 * DAY_MS ? count + 1 : count), 0);
  row[20] = habit.known;
  terminalDisputes(row, terminal, timeMs);
  return row;
}

function cardWindows(row: Float64Array, { times, amounts }: CardHistory, at: number): void {
  const timeMs = times[at] as number;
  let from = at + 1;
  let sum = 0;
  WINDOWS_MS.forEach((windowMs, window) => {
    const first = countUntil(times, timeMs - windowMs);
    while (from > first) sum += amounts[--from] as number;
    const count = at + 1 - first;
    row[2 + 2 * window] = count;
    row[3 + 2 * window] = sum / count;
  });
}

function terminalWindows(row: Float64Array, { times, marks }: TerminalHistory, timeMs: number): void {
  const end = countUntil(times, timeMs - LABEL_DELAY_MS);
  let from = end;
  let frauds = 0;
  WINDOWS_MS.forEach((windowMs, window) => {
    const first = countUntil(times, timeMs - LABEL_DELAY_MS - windowMs);
    while (from > first) if (isFraud(marks[--from] as number)) frauds += 1;
    const count = end - first;
    row[8 + 2 * window] = count;
    row[9 + 2 * window] = count === 0 ? 0 : frauds / count;
  });
}

function unusual({ times, amounts }: CardHistory, at: number, habit: number): number {
  let count = 0;
  for (let other = countUntil(times, (times[at] as number) - 14 * DAY_MS); other < at; other++)
    if ((amounts[other] as number) >= UNUSUAL_RATIO * habit) count += 1;
  return count;
}

function terminalDisputes(row: Float64Array, { times, marks }: TerminalHistory, timeMs: number): void {
  const end = countUntil(times, timeMs);
  let newest = -1;
  let disputed = 0;
  let ordinary = 0;
  for (let at = countUntil(times, timeMs - 28 * DAY_MS); at < end; at++) {
    const mark = marks[at] as number;
    if (!isFraud(mark)) continue;
    newest = at;
    disputed += 1;
    if (isOrdinary(mark, ORDINARY_RATIO)) ordinary += 1;
  }
  let start = countUntil(times, timeMs - LABEL_DELAY_MS);
  const settled = start;
  while (start > 0 && isFraud(marks[start - 1] as number)) start -= 1;
  row[21] = disputed;
  row[22] = ordinary;
  row[23] = settled - start;
  row[24] = settled === start ? 0 : (timeMs - (times[start] as number)) / DAY_MS;
  row[25] = newest === -1 ? LONG_AGO_DAYS : (timeMs - (times[newest] as number)) / DAY_MS;
}

/** How many of a card's payments, this one counted, fall into the hour that ends with it. */
export function paymentsInHour({ times }: CardHistory, at: number): number {
  return at + 1 - countUntil(times, (times[at] as number) - HOUR_MS);
}

export function failuresInHour({ failures }: CardHistory, timeMs: number): number {
  return countBetween(failures, timeMs - HOUR_MS, timeMs);
}
