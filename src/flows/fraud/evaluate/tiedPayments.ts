/**
 * Two payments of one card in one second: the data does not say which came first. The reference was computed with an unstable sort,
 * which took one such pair the other way round. Exchanging the two tells their features in that order.
 */
import type { Transaction } from './handbook.ts';

type Features = Readonly<Record<string, number>>;

/** The first sees its card without the second, the second with the first. `features` as they were found in this order. */
interface TiedPayment {
  readonly amount: number;
  readonly features: Features;
}

const DAYS = [1, 7, 30];

/** What the two would have found in the other order: the features of the first, then of the second. */
export function exchanged(first: TiedPayment, second: TiedPayment): [Features, Features] {
  const firstAfter: Record<string, number> = { ...first.features };
  const secondAfter: Record<string, number> = { ...second.features };
  for (const days of DAYS) {
    const [count, average] = [`cardCount${days}d`, `cardAverage${days}d`];
    const alone = first.features[count] ?? Number.NaN;
    firstAfter[count] = second.features[count] ?? Number.NaN;
    firstAfter[average] = second.features[average] ?? Number.NaN;
    secondAfter[count] = alone;
    secondAfter[average] = (first.features[average] ?? Number.NaN) + (second.amount - first.amount) / alone;
  }
  return [firstAfter, secondAfter];
}

/** Pairs of the same card and second, in the order of the data. */
export function tiedPairs(transactions: readonly Transaction[]): [Transaction, Transaction][] {
  const last = new Map<number, Transaction>();
  return transactions.flatMap((transaction): [Transaction, Transaction][] => {
    const before = last.get(transaction.card);
    last.set(transaction.card, transaction);
    return before?.timeMs === transaction.timeMs ? [[before, transaction]] : [];
  });
}
