/**
 * The payments that chapter 3 of the Fraud Detection Handbook tests on: a week that begins a fortnight after the training week,
 * without the cards that are known to be compromised by then: frauds of the training week, and, for each test day, those of the
 * days up to eight before it. The first such week is the handbook's own; each later one that the data holds whole is another test.
 */
import type { CardPayment } from './cardPrecision.ts';
import { dayOf, dayStartMs, type Transaction } from './handbook.ts';

const TRAINING_DAYS = 7;
const DELAY_DAYS = 7;
const TEST_DAYS = 7;
const FIRST_TEST_DAY = dayOf(dayStartMs('2018-08-08'));

export interface TestPayment extends CardPayment {
  readonly id: number;
  readonly amount: number;
}

/** First days of the test weeks that payments of these days allow, each with the fortnight before it. */
export function testDays(firstDay: number, lastDay: number): number[] {
  const days: number[] = [];
  for (let day = FIRST_TEST_DAY; day + TEST_DAYS - 1 <= lastDay; day += TEST_DAYS)
    if (day - TRAINING_DAYS - DELAY_DAYS >= firstDay) days.push(day);
  return days;
}

/** Whether a payment can have a part in a test week: as a label that is known by then, or in the week. */
export const inProtocol = ({ timeMs }: Transaction): boolean => dayOf(timeMs) >= FIRST_TEST_DAY - TRAINING_DAYS - DELAY_DAYS;

/** `scoreOf` is asked for each payment of the week that begins at `testDay`. */
export function testPayments(transactions: readonly Transaction[], testDay: number, scoreOf: (id: number) => number): TestPayment[] {
  const part = transactions.filter(({ timeMs }) => {
    const day = dayOf(timeMs);
    return day >= testDay - TRAINING_DAYS - DELAY_DAYS && day < testDay + TEST_DAYS;
  });
  const known = new Map<number, number>();
  for (const { timeMs, card, fraud } of part) if (fraud && !known.has(card)) known.set(card, dayOf(timeMs));
  return part.flatMap(({ id, timeMs, card, amount, fraud }) => {
    const day = dayOf(timeMs);
    if (day < testDay) return [];
    const compromisedOn = known.get(card) ?? Number.POSITIVE_INFINITY;
    return compromisedOn < day - DELAY_DAYS ? [] : [{ id, day, card, amount, fraud, score: scoreOf(id) }];
  });
}
