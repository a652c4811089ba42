/**
 * Card precision at k (Fraud Detection Handbook, chapter 4.3): each day the k cards with the highest score among their payments are
 * looked at; the share of them with a fraud that day, averaged over the days. A card that was found is not counted on later days.
 */

export interface CardPayment {
  readonly day: number;
  readonly card: number;
  readonly score: number;
  readonly fraud: boolean;
}

interface CardDay {
  readonly card: number;
  score: number;
  fraud: boolean;
}

/** Per day, each card's highest score and whether one of its payments was fraud; highest score first. */
export function cardDays(payments: readonly CardPayment[]): CardDay[][] {
  const days = new Map<number, Map<number, CardDay>>();
  for (const { day, card, score, fraud } of payments) {
    const cards = days.get(day) ?? new Map<number, CardDay>();
    days.set(day, cards);
    const known = cards.get(card);
    if (known === undefined) cards.set(card, { card, score, fraud });
    else {
      known.score = Math.max(known.score, score);
      known.fraud ||= fraud;
    }
  }
  const inOrder = [...days].sort(([a], [b]) => a - b);
  return inOrder.map(([, cards]) => [...cards.values()].sort((a, b) => b.score - a.score));
}

/** `days` as `cardDays` gives them; `weightOf` counts a card several times, for the bootstrap. */
export function cardPrecision(days: readonly (readonly CardDay[])[], k: number, weightOf: (card: number) => number = () => 1): number {
  const found = new Set<number>();
  let sum = 0;
  for (const cards of days) {
    let [looked, hits] = [0, 0];
    const foundToday: number[] = [];
    for (const { card, fraud } of cards) {
      if (looked >= k) break;
      if (found.has(card)) continue;
      const counted = Math.min(weightOf(card), k - looked);
      looked += counted;
      if (!fraud || counted === 0) continue;
      hits += counted;
      foundToday.push(card);
    }
    for (const card of foundToday) found.add(card);
    sum += hits / k;
  }
  return sum / days.length;
}
