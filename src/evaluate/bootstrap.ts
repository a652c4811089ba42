/**
 * Confidence intervals by resampling cards, not payments: payments of one card rise and fall together, so resampling them one by
 * one would promise more than the week can tell. Percentiles of B. Efron's bootstrap ("Bootstrap Methods: Another Look at the
 * Jackknife", 1979). The generator is mulberry32 with a fixed seed: the same figures every time.
 */
import { cardDays, cardPrecision } from '../flows/fraud/evaluate/cardPrecision.ts';
import type { TestPayment } from '../flows/fraud/evaluate/protocol.ts';
import { byScore, rank } from './ranking.ts';

export interface Figures {
  readonly auc: number;
  readonly averagePrecision: number;
  readonly cardPrecision100: number;
}

const CARDS_LOOKED_AT = 100;

export function mulberry32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function figuresOf(payments: readonly TestPayment[]): Figures {
  return { ...rank(byScore(payments)), cardPrecision100: cardPrecision(cardDays(payments), CARDS_LOOKED_AT) };
}

/** The 2.5th and 97.5th percentile of each figure over `rounds` samples. */
export function intervalsOf(payments: readonly TestPayment[], rounds: number): Record<keyof Figures, [number, number]> {
  const random = mulberry32(1);
  const sorted = byScore(payments);
  const days = cardDays(payments);
  const cards = [...new Set(payments.map(({ card }) => card))];
  const samples: Figures[] = [];
  for (let round = 0; round < rounds; round++) {
    const drawn = new Map<number, number>();
    for (let draw = 0; draw < cards.length; draw++) {
      const card = cards[Math.floor(random() * cards.length)] as number;
      drawn.set(card, (drawn.get(card) ?? 0) + 1);
    }
    const weightOf = (card: number): number => drawn.get(card) ?? 0;
    const ranking = rank(
      sorted,
      sorted.map(({ card }) => weightOf(card)),
    );
    samples.push({ ...ranking, cardPrecision100: cardPrecision(days, CARDS_LOOKED_AT, weightOf) });
  }
  const interval = (figure: keyof Figures): [number, number] => {
    const values = samples.map((sample) => sample[figure]).sort((a, b) => a - b);
    const at = (share: number): number => values[Math.round(share * (values.length - 1))] as number;
    return [at(0.025), at(0.975)];
  };
  return { auc: interval('auc'), averagePrecision: interval('averagePrecision'), cardPrecision100: interval('cardPrecision100') };
}
