/**
 * The payments that chapter 3 of the Fraud Detection Handbook tests on: a week that begins a fortnight after the training week,
 * without the cards that are known to be compromised by then: frauds of the training week, and, for each test day, those of the
 * days up to eight before it.
 */
import type { CardPayment } from './cardPrecision.ts';
import { dayOf, dayStartMs, type Transaction } from './handbook.ts';

const TRAINING_DAY = dayOf(dayStartMs('2018-07-25'));
const TRAINING_DAYS = 7;
const DELAY_DAYS = 7;
const TEST_DAYS = 7;
const TEST_DAY = TRAINING_DAY + TRAINING_DAYS + DELAY_DAYS;

export interface TestPayment extends CardPayment {
  readonly id: number;
  readonly amount: number;
}

/** Whether a payment has a part in the protocol: as a label that is known by then, or in the test week. */
export function inProtocol({ timeMs }: Transaction): boolean {
  const day = dayOf(timeMs);
  return day >= TRAINING_DAY && day < TEST_DAY + TEST_DAYS;
}

/** `scoreOf` is asked for each payment of the test week. */
export function testPayments(transactions: readonly Transaction[], scoreOf: (id: number) => number): TestPayment[] {
  const known = new Map<number, number>();
  for (const { timeMs, card, fraud } of transactions) if (fraud && !known.has(card)) known.set(card, dayOf(timeMs));
  return transactions.flatMap(({ id, timeMs, card, amount, fraud }) => {
    const day = dayOf(timeMs);
    if (day < TEST_DAY) return [];
    const compromisedOn = known.get(card) ?? Number.POSITIVE_INFINITY;
    return compromisedOn < day - DELAY_DAYS ? [] : [{ id, day, card, amount, fraud, score: scoreOf(id) }];
  });
}
