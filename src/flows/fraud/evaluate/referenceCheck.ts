/** Holds features against the handbook authors' own: |a - b| <= 1e-6 * max(1, |b|). */
import type { CsvTable } from '../../../evaluate/csv.ts';
import { REFERENCE_FEATURES } from '../features.ts';
import type { Transaction } from './handbook.ts';
import { exchanged } from './tiedPayments.ts';

const TOLERANCE = 1e-6;
const WINDOWS = ['1DAY', '7DAY', '30DAY'];
/** In the order of `REFERENCE_FEATURES`, behind the payment's id. */
export const REFERENCE_COLUMNS = [
  'TRANSACTION_ID',
  'TX_DURING_WEEKEND',
  'TX_DURING_NIGHT',
  ...WINDOWS.flatMap((window) => [`CUSTOMER_ID_NB_TX_${window}_WINDOW`, `CUSTOMER_ID_AVG_AMOUNT_${window}_WINDOW`]),
  ...WINDOWS.flatMap((window) => [`TERMINAL_ID_NB_TX_${window}_WINDOW`, `TERMINAL_ID_RISK_${window}_WINDOW`]),
];

export type Features = Readonly<Record<string, number>>;

export interface ReferenceReport {
  readonly rows: number;
  /** Rows of the reference that were not judged. */
  readonly missing: number;
  /** Ids of rows with a value that is off. */
  readonly wrong: readonly number[];
  /** |a - b| / max(1, |b|) at its largest among the rows that are not wrong. */
  readonly deviation: number;
  /** Rows that equal the reference once two payments of the same second are exchanged. */
  readonly exchanged: number;
}

export class ReferenceCheck {
  readonly #rows: ReadonlyMap<number, Float64Array>;
  readonly #wrong = new Map<number, Features>();
  #seen = 0;
  #deviation = 0;
  #exchanged = 0;

  private constructor(rows: ReadonlyMap<number, Float64Array>) {
    this.#rows = rows;
  }

  static async read(tables: readonly CsvTable[]): Promise<ReferenceCheck> {
    const rows = new Map<number, Float64Array>();
    for (const table of tables)
      for await (const cells of table.rows(REFERENCE_COLUMNS)) {
        const [id, ...values] = cells.map(Number);
        rows.set(id as number, Float64Array.from(values));
      }
    return new ReferenceCheck(rows);
  }

  compare(id: number, features: Features): void {
    const row = this.#rows.get(id);
    if (row === undefined) return;
    this.#seen += 1;
    const off = deviation(row, features);
    if (off <= TOLERANCE) this.#deviation = Math.max(this.#deviation, off);
    else this.#wrong.set(id, features);
  }

  /** Compares the wrong rows among these pairs again, in the other order. */
  exchange(pairs: readonly (readonly [Transaction, Transaction])[]): void {
    for (const [first, second] of pairs) {
      const [a, b] = [this.#wrong.get(first.id), this.#wrong.get(second.id)];
      if (a === undefined || b === undefined) continue;
      const after = exchanged({ amount: first.amount, features: a }, { amount: second.amount, features: b });
      const off = Math.max(...[first, second].map(({ id }, at) => deviation(this.#rows.get(id), after[at] ?? {})));
      if (!(off <= TOLERANCE)) continue;
      this.#deviation = Math.max(this.#deviation, off);
      this.#exchanged += 2;
      this.#wrong.delete(first.id);
      this.#wrong.delete(second.id);
    }
  }

  report(): ReferenceReport {
    const rows = this.#rows.size;
    const wrong = [...this.#wrong.keys()];
    return { rows, missing: rows - this.#seen, wrong, deviation: this.#deviation, exchanged: this.#exchanged };
  }
}

/** NaN where a feature is missing: no comparison holds then. */
function deviation(row: Float64Array | undefined, features: Features): number {
  return Math.max(
    ...REFERENCE_FEATURES.map((name, at) => {
      const expected = row?.[at] ?? Number.NaN;
      return Math.abs((features[name] ?? Number.NaN) - expected) / Math.max(1, Math.abs(expected));
    }),
  );
}
