import { describe, expect, it } from '@jest/globals';
import { byScore, rank } from '../../../evaluate/ranking.ts';
import { cardDays, cardPrecision } from '../evaluate/cardPrecision.ts';
import { type Transaction, toEvents } from '../evaluate/handbook.ts';
import { testDays, testPayments } from '../evaluate/protocol.ts';
import { exchanged, tiedPairs } from '../evaluate/tiedPayments.ts';
import { weekFigures, weekIntervals } from '../evaluate/weekFigures.ts';
import { DAY_MS } from '../horizon.ts';

const START_MS = Date.UTC(2018, 3, 1);
const at = (day: number, more: Partial<Transaction> = {}): Transaction => ({
  id: day,
  timeMs: START_MS + day * DAY_MS,
  card: 1,
  terminal: 1,
  amount: 10,
  fraud: false,
  ...more,
});

describe('rank', () => {
  it('rank() gives what scikit-learn gives, ties too', () => {
    // roc_auc_score and average_precision_score of scikit-learn 1.9.1
    const labels = [1, 0, 1, 1, 0, 0, 1, 0, 0, 0];
    const scores = [0.9, 0.8, 0.8, 0.7, 0.7, 0.5, 0.4, 0.4, 0.2, 0.1];
    const { auc, averagePrecision } = rank(byScore(scores.map((score, place) => ({ score, positive: labels[place] === 1 }))));
    expect(auc).toBeCloseTo(0.7708333333333333, 12);
    expect(averagePrecision).toBeCloseTo(0.6916666666666667, 12);
  });

  it('rank() with weights equals repeating the items', () => {
    const items = byScore([0.9, 0.8, 0.7, 0.6].map((score, place) => ({ score, positive: place % 2 === 0 })));
    const weights = [1, 3, 2, 0];
    const repeated = items.flatMap((item, place) => Array(weights[place]).fill(item) as typeof items);
    expect(rank(items, weights)).toEqual(rank(repeated));
  });
});

describe('cardPrecision', () => {
  const payment = (day: number, card: number, [score, fraud]: [number, boolean]) => ({ day, card, score, fraud });

  it('cardPrecision() takes a card by its highest score and counts one that was found no more', () => {
    const days = cardDays([
      payment(1, 1, [0.2, true]),
      payment(1, 1, [0.9, false]),
      payment(1, 2, [0.8, false]),
      payment(1, 3, [0.7, true]),
      payment(2, 1, [0.9, true]),
      payment(2, 3, [0.5, true]),
      payment(2, 4, [0.4, false]),
    ]);
    // day 1 looks at 1 (found) and 2; day 2 at 3 (found) and 4, as 1 is known
    expect(cardPrecision(days, 2)).toBe(0.5);
  });
});

describe('testPayments', () => {
  it('testPayments() drops a card that is known by the training week, or eight days before', () => {
    const [training, test] = [115, 129];
    const kept = (fraudDay: number, day: number): number =>
      testPayments([at(fraudDay, { id: 1, fraud: true }), at(day, { id: 2 })], test, () => 0).filter(({ id }) => id === 2).length;
    expect(kept(training, test)).toBe(0);
    expect(kept(training + 7, test)).toBe(1);
    expect(kept(training + 7, test + 1)).toBe(0);
    expect(kept(test - 1, test + 6)).toBe(1);
  });
});

describe('testDays', () => {
  it('testDays() begins with the week of the handbook and takes whole weeks with a fortnight before them', () => {
    expect(testDays(0, 135)).toEqual([129]);
    expect(testDays(0, 134)).toEqual([]);
    expect(testDays(0, 150)).toEqual([129, 136, 143]);
    expect(testDays(136, 160)).toEqual([150]);
  });
});

describe('toEvents', () => {
  it('toEvents() tells a dispute seven days after its payment, before what is paid at that instant', async () => {
    async function* rows() {
      yield at(0, { id: 1, fraud: true });
      yield at(3, { id: 2 });
      yield at(7, { id: 3 });
    }
    const ids: (string | undefined)[] = [];
    for await (const { id } of toEvents(rows())) ids.push(id);
    expect(ids).toEqual(['tx-1', 'tx-2', 'dispute-1', 'tx-3']);
  });
});

describe('tiedPayments', () => {
  it('exchanged() tells what two payments of one second would have found in the other order', () => {
    const features = (count: number, average: number) =>
      Object.fromEntries(
        [1, 7, 30].flatMap((days) => [
          [`cardCount${days}d`, count],
          [`cardAverage${days}d`, average],
        ]),
      );
    const first = { amount: 30, features: { ...features(2, 20), terminalRisk1d: 0.5 } };
    const second = { amount: 60, features: { ...features(3, 100 / 3), terminalRisk1d: 0 } };
    expect(exchanged(first, second)).toEqual([
      { ...features(3, 100 / 3), terminalRisk1d: 0.5 },
      { ...features(2, 35), terminalRisk1d: 0 },
    ]);
    expect(
      tiedPairs([at(1, { id: 1 }), at(1, { id: 2, card: 2 }), at(1, { id: 3 }), at(2, { id: 4 })]).map((pair) => pair.map(({ id }) => id)),
    ).toEqual([[1, 3]]);
  });
});

describe('weekIntervals', () => {
  const payments = Array.from({ length: 400 }, (_, id) => {
    const fraud = id % 9 === 0;
    return { id, day: id % 3, card: id % 50, amount: 1, fraud, score: (id % 17) / 17 + (fraud ? 0.4 : 0) };
  });

  it('weekIntervals() surrounds the figure and is the same every time', () => {
    const { auc } = weekFigures([payments]);
    const { of } = weekIntervals([payments], 50);
    expect(of.auc?.[0]).toBeLessThan(auc as number);
    expect(of.auc?.[1]).toBeGreaterThan(auc as number);
    expect(weekIntervals([payments], 50).of).toEqual(of);
  });

  it('weekFigures() of several weeks is their mean', () => {
    const other = payments.map((payment) => ({ ...payment, score: 1 - payment.score }));
    const [one, two] = [weekFigures([payments]), weekFigures([other])];
    expect(weekFigures([payments, other]).auc).toBeCloseTo(((one.auc as number) + (two.auc as number)) / 2, 12);
  });
});
