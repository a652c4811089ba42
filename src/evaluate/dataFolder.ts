/** The files of a folder as data sets know them: by their columns, not by their names. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CannotRun } from '../domain/errors.ts';
import { type CsvTable, openCsv } from './csv.ts';

const TABLE = /\.csv(\.gz)?$/i;
/** `week10` after `week9`: parts of a series are named by their time. */
const byName = new Intl.Collator('en', { numeric: true }).compare;

export class DataFolder {
  readonly #path: string;
  readonly #tables: readonly CsvTable[];

  private constructor(path: string, tables: readonly CsvTable[]) {
    this.#path = path;
    this.#tables = tables;
  }

  static async open(path: string): Promise<DataFolder> {
    const names = await readdir(path).catch((error: Error) => {
      throw new CannotRun(`Cannot read the data: ${error.message}`);
    });
    const tables = await Promise.all(names.filter((name) => TABLE.test(name)).map((name) => openCsv(join(path, name), name)));
    return new DataFolder(
      path,
      tables.filter((table) => table !== null).sort((a, b) => byName(a.name, b.name)),
    );
  }

  /** All tables that have these columns, in the order of their names, so in order of time. */
  tables(columns: readonly string[]): readonly CsvTable[] {
    return this.#tables.filter((table) => columns.every((column) => table.columns.includes(column)));
  }

  /** Throws CannotRun where the file is missing or no JSON. */
  async json(name: string): Promise<unknown> {
    try {
      return JSON.parse(await readFile(join(this.#path, name), 'utf8'));
    } catch (error) {
      throw new CannotRun(`Cannot read ${name} beside the data: ${(error as Error).message}`, { cause: error });
    }
  }
}
