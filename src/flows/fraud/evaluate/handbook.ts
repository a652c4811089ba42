/** Reads the Fraud Detection Handbook's simulated transactions, and tells them as events the way examples/fraud-handbook.map.yaml does. */
import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';
import { CannotRun } from '../../../domain/errors.ts';
import type { SentEvent } from '../../../kit/foldAll.ts';
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

/** The file of `directory` whose name begins with `prefix` and ends with `.csv.gz`; throws CannotRun where there is none. */
export async function findCsv(directory: string, prefix: string): Promise<string> {
  const names = await readdir(directory).catch((error: Error) => {
    throw new CannotRun(`Cannot read the data: ${error.message}`);
  });
  const name = names.find((candidate) => candidate.startsWith(prefix) && candidate.endsWith('.csv.gz'));
  if (name === undefined) throw new CannotRun(`Cannot find the data: ${directory} must hold ${prefix}*.csv.gz`);
  return join(directory, name);
}

/** Rows of a plain CSV of numbers, in the order of `columns`; throws CannotRun where one is missing. */
export async function* readNumbers(file: string, columns: readonly string[]): AsyncGenerator<number[]> {
  const lines = createInterface({ input: createReadStream(file).pipe(createGunzip()), crlfDelay: Number.POSITIVE_INFINITY });
  let places: number[] | null = null;
  for await (const line of lines) {
    const cells = line.split(',');
    if (places === null) {
      places = columns.map((column) => cells.indexOf(column));
      const missing = columns.filter((_, at) => places?.[at] === -1);
      if (missing.length > 0) throw new CannotRun(`Cannot read ${file}: it has no ${missing.join(', ')}`);
      continue;
    }
    yield places.map((place) => Number(cells[place]));
  }
}

const COLUMNS = ['TRANSACTION_ID', 'TX_TIME_SECONDS', 'CUSTOMER_ID', 'TERMINAL_ID', 'TX_AMOUNT', 'TX_FRAUD'];

export async function* readTransactions(file: string): AsyncGenerator<Transaction> {
  for await (const row of readNumbers(file, COLUMNS)) {
    const [id, seconds, card, terminal, amount, fraud] = row as [number, number, number, number, number, number];
    yield { id, timeMs: START_MS + seconds * 1000, card, terminal, amount, fraud: fraud === 1 };
  }
}

/** Midnight of a day like `2018-08-01`. */
export const dayStartMs = (day: string): number => Date.parse(`${day}T00:00:00Z`);
export const dayOf = (timeMs: number): number => Math.floor((timeMs - START_MS) / DAY_MS);
const paymentId = (id: number): string => `tx-${id}`;

/** A payment, or, where `transaction` is null, the dispute of one. */
export interface HandbookEvent extends SentEvent {
  readonly timeMs: number;
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
