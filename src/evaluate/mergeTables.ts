/** Rows of several tables as one series in order of time, however its parts are named or cut. One row of each is held. */
import { CannotRun } from '../domain/errors.ts';
import type { CsvTable } from './csv.ts';

interface Wanted {
  readonly columns: readonly string[];
  /** Of the columns: those that hold numbers. */
  readonly numbers: readonly string[];
  /** The column, a number, that rises within each table. */
  readonly time: string;
  /** How far it may fall back. */
  readonly back: number;
}

/** Throws CannotRun where a table is not in order of time, and what `rows` of a table throws. */
export async function* mergeTables(tables: readonly CsvTable[], { columns, numbers, time, back }: Wanted): AsyncGenerator<string[]> {
  const place = columns.indexOf(time);
  const parts = tables.map((table) => ({ name: table.name, rows: table.rows(columns, numbers), newest: Number.NEGATIVE_INFINITY }));
  const heads: { readonly part: (typeof parts)[number]; row: string[]; at: number }[] = [];
  for (const part of parts) {
    const { value, done } = await part.rows.next();
    if (done !== true) heads.push({ part, row: value, at: Number(value[place]) });
  }
  while (heads.length > 0) {
    const head = heads.reduce((least, other) => (other.at < least.at ? other : least));
    const { part } = head;
    if (head.at < part.newest - back)
      throw new CannotRun(`Cannot read ${part.name}: its rows must be in order of ${time}: ${head.at} stands behind ${part.newest}`);
    part.newest = Math.max(part.newest, head.at);
    yield head.row;
    const { value, done } = await part.rows.next();
    if (done === true) heads.splice(heads.indexOf(head), 1);
    else [head.row, head.at] = [value, Number(value[place])];
  }
}
