/** Reads the Fraud Detection Handbook's simulated transactions, and tells them as events the way examples/fraud-handbook.map.yaml does. */
import type { CsvTable } from '../../../evaluate/csv.ts';
import type { DataEvent } from '../../../evaluate/dataSet.ts';
import { mergeTables } from '../../../evaluate/mergeTables.ts';
import { DAY_MS, LABEL_DELAY_MS } from '../horizon.ts';
import { ATTEMPTED, DISPUTED } from '../payment.ts';

const START_MS = Date.UTC(2018, 3, 1);

export interface Transaction {
  readonly id: number;
  readonly timeMs: number;
  readonly card: number;
  readonly terminal: number;
  readonly amount: number;
  readonly fraud: boolean;
}

export const COLUMNS = ['TRANSACTION_ID', 'TX_TIME_SECONDS', 'CUSTOMER_ID', 'TERMINAL_ID', 'TX_AMOUNT', 'TX_FRAUD'];

/** The flow takes a payment that is up to a day late. */
const BACK_SECONDS = DAY_MS / 1000;

/** Rows of several files, in order of time. */
export async function* readTransactions(tables: readonly CsvTable[]): AsyncGenerator<Transaction> {
  const wanted = { columns: COLUMNS, numbers: COLUMNS, time: 'TX_TIME_SECONDS', back: BACK_SECONDS };
  for await (const row of mergeTables(tables, wanted)) {
    const [id, seconds, card, terminal, amount, fraud] = row.map(Number) as [number, number, number, number, number, number];
    yield { id, timeMs: START_MS + seconds * 1000, card, terminal, amount, fraud: fraud === 1 };
  }
}

/** Midnight of a day like `2018-08-01`. */
export const dayStartMs = (day: string): number => Date.parse(`${day}T00:00:00Z`);
export const dayOf = (timeMs: number): number => Math.floor((timeMs - START_MS) / DAY_MS);
const paymentId = (id: number): string => `tx-${id}`;

/** A payment, or, where `transaction` is null, the dispute of one. */
export interface HandbookEvent extends DataEvent {
  readonly transaction: Transaction | null;
}

/** Payments in time order, each dispute seven days after its payment and, at the same instant, before the payments. */
export async function* toEvents(transactions: AsyncIterable<Transaction>): AsyncGenerator<HandbookEvent> {
  const labels: HandbookEvent[] = [];
  let told = 0;
  for await (const transaction of transactions) {
    const { id, timeMs, card, terminal, amount, fraud } = transaction;
    for (let label = labels[told]; label !== undefined && label.timeMs <= timeMs; label = labels[told]) {
      yield label;
      told += 1;
    }
    const ids = { paymentId: paymentId(id), cardId: `card-${card}`, terminalId: `terminal-${terminal}` };
    yield { type: ATTEMPTED, id: paymentId(id), timeMs, data: { ...ids, amount, currency: 'EUR' }, transaction };
    if (fraud)
      labels.push({
        ...{ type: DISPUTED, id: `dispute-${id}`, timeMs: timeMs + LABEL_DELAY_MS },
        ...{ data: { ...ids, fraud: true }, transaction: null },
      });
  }
}
