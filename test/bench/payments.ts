/** Payments that benches send: small ones, which the reflex approves, and so far apart that none is doubtful. */
import { randomUUID } from 'node:crypto';

export const STRUCTURED = 'application/cloudevents+json';
export const BATCH = 'application/cloudevents-batch+json';

/** Of this process: what it makes is new to every service. */
export const run = randomUUID().slice(0, 8);
let made = 0;

export const paymentsMade = (): number => made;

/** So far apart that none of the 100 cards is used faster than a person would: that would ask one, and open a case. */
const APART_MS = 20_000;
const FIRST_MS = Date.parse('2023-11-14T00:00:00Z');

/** A small payment: of a new card each time, or of one of 100. */
export function payment(subjects: 'cold' | 'hot'): string {
  made += 1;
  const card = subjects === 'cold' ? `${run}-${made}` : `${run}-hot-${made % 100}`;
  const data = {
    paymentId: `p-${made}`,
    cardId: `card-${card}`,
    terminalId: `term-${made % 5000}`,
    amount: 10 + (made % 60),
    currency: 'EUR',
  };
  return JSON.stringify({
    specversion: '1.0',
    id: `${run}-${made}`,
    source: '/bench',
    type: 'payment.attempted',
    time: new Date(FIRST_MS + made * APART_MS).toISOString(),
    data,
  });
}

export const batchOf = (count: number): string => `[${Array.from({ length: count }, () => payment('cold')).join(',')}]`;

export const median = (numbers: readonly number[]): number =>
  [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
