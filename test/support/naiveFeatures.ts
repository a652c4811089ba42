/** The fraud features from the list of all that was accepted, by filters: slow, and plainly right. */
import { DAY_MS } from '../../src/flows/fraud/horizon.ts';

export interface Payment {
  id: number;
  card: string;
  terminal: string;
  timeMs: number;
  amount: number;
}

/** The same numbers from the list of all that was accepted, by filters. */
export function naiveFeatures(payment: Payment, accepted: readonly Payment[], disputed: ReadonlySet<number>): Record<string, number> {
  const { timeMs } = payment;
  const within = (from: number, to: number) => (other: Payment) => other.timeMs > timeMs - from && other.timeMs <= timeMs - to;
  const card = accepted.filter((other) => other.card === payment.card);
  const terminal = accepted.filter((other) => other.terminal === payment.terminal);
  const numbers: Record<string, number> = {};
  for (const days of [1, 7, 30]) {
    const own = card.filter(within(days * DAY_MS, 0));
    numbers[`cardCount${days}d`] = own.length;
    numbers[`cardAverage${days}d`] = own.reduce((sum, { amount }) => sum + amount, 0) / own.length;
    const seen = terminal.filter(within((7 + days) * DAY_MS, 7 * DAY_MS));
    const frauds = seen.filter(({ id }) => disputed.has(id)).length;
    numbers[`terminalCount${days}d`] = seen.length;
    numbers[`terminalRisk${days}d`] = seen.length === 0 ? 0 : frauds / seen.length;
  }
  numbers.terminalDisputed28d = terminal.filter(within(28 * DAY_MS, 0)).filter(({ id }) => disputed.has(id) && id !== payment.id).length;
  const others = card.filter((other) => other !== payment && other.timeMs <= timeMs);
  const byTime = others.map((other, at) => ({ ...other, at })).sort((a, b) => a.timeMs - b.timeMs || a.at - b.at);
  const month = byTime.filter((other) => other.timeMs > timeMs - 30 * DAY_MS);
  const habit = (month.length >= 20 ? month : byTime.slice(-20)).map(({ amount }) => amount).sort((a, b) => a - b);
  const [low = 0, high = 0] = [habit[(habit.length - 1) >> 1], habit[habit.length >> 1]];
  numbers.amountToHabit = habit.length === 0 || low + high === 0 ? 0 : payment.amount / ((low + high) / 2);
  numbers.cardKnown = habit.length;
  return numbers;
}
