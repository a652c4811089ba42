/** The handbook's three figures of test weeks: the mean of the weeks where there are several. */
import { intervalsOf } from '../../../evaluate/bootstrap.ts';
import type { Evaluated, Figures } from '../../../evaluate/dataSet.ts';
import { byScore, rank } from '../../../evaluate/ranking.ts';
import { cardDays, cardPrecision } from './cardPrecision.ts';
import type { TestPayment } from './protocol.ts';

const CARDS_LOOKED_AT = 100;

/** A week made ready: sorted once, as each draw of the bootstrap ranks the same payments with other weights. */
interface Week {
  readonly sorted: readonly (TestPayment & { readonly positive: boolean })[];
  readonly days: ReturnType<typeof cardDays>;
}

const weekOf = (payments: readonly TestPayment[]): Week => ({
  sorted: byScore(payments.map((payment) => ({ ...payment, positive: payment.fraud }))),
  days: cardDays(payments),
});

function figuresOfWeek({ sorted, days }: Week, weightOf?: (card: number) => number): Figures {
  const weights = weightOf === undefined ? undefined : sorted.map(({ card }) => weightOf(card));
  return { ...rank(sorted, weights), cardPrecision100: cardPrecision(days, CARDS_LOOKED_AT, weightOf) };
}

function meanOf(all: readonly Figures[]): Figures {
  const names = Object.keys(all[0] ?? {});
  return Object.fromEntries(names.map((name) => [name, all.reduce((sum, figures) => sum + (figures[name] as number), 0) / all.length]));
}

export const weekFigures = (weeks: readonly (readonly TestPayment[])[]): Figures =>
  meanOf(weeks.map((payments) => figuresOfWeek(weekOf(payments))));

/** Cards are drawn, each with its payments of all weeks. */
export function weekIntervals(weeks: readonly (readonly TestPayment[])[], rounds?: number): Evaluated['intervals'] {
  const cards = new Map([...new Set(weeks.flat().map(({ card }) => card))].map((card, at) => [card, at]));
  const ready = weeks.map(weekOf);
  const of = intervalsOf(
    cards.size,
    (weights) => meanOf(ready.map((week) => figuresOfWeek(week, (card) => weights[cards.get(card) as number] ?? 0))),
    rounds,
  );
  return { drawn: 'cards', of };
}
