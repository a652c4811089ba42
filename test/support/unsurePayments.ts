/** Payments that the shipped model is unsure of: a card of small, regular payments makes one of six times the usual amount. */
import { ordinaryPayment } from './payments.ts';

const HALF_DAY_MS = 43_200_000;
const HABIT_COUNT = 20;
const AMOUNT = 120;

export interface UnsureCard {
  readonly card: string;
  /** To be accepted before, in this order. */
  readonly habit: object[];
  /** About 0.3 by the model that is shipped: its policy puts 0.15 to 0.9 before somebody. */
  readonly payment: object;
}

/** `data` is added to the payment's own. */
export function unsureCard(card: string, { at = Date.now(), data = {} }: { at?: number; data?: object } = {}): UnsureCard {
  const terminal = `terminal-of-${card}`;
  const time = (before: number): string => new Date(at - before * HALF_DAY_MS).toISOString();
  const habit = Array.from({ length: HABIT_COUNT }, (_, nth) =>
    ordinaryPayment({ id: `${card}-habit-${nth}`, card, terminal, time: time(HABIT_COUNT - nth) }),
  );
  const plain = ordinaryPayment({ id: `${card}-unsure`, card, terminal, time: time(0) }) as { data: object };
  return { card, habit, payment: { ...plain, data: { ...plain.data, amount: AMOUNT, ...data } } };
}
