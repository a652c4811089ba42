/** The files of a folder as data sets know them: by their columns, not by their names. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { CannotRun } from '../domain/errors.ts';
import type { JsonObject } from '../domain/event.ts';
import { type CsvTable, openCsv } from './csv.ts';

const TABLE = /\.csv(\.gz)?$/i;
const LIST = /\.json$/i;
/** Of a list, in bytes; a larger file is passed over. */
const LIST_BYTES_MAX = 64 * 1024 * 1024;
/** `week10` after `week9`: parts of a series are named by their time. */
const byName = new Intl.Collator('en', { numeric: true }).compare;

/** Null for what is no list of objects: data of other kinds may stand beside it. */
async function readList(path: string): Promise<readonly JsonObject[] | null> {
  try {
    if ((await stat(path)).size > LIST_BYTES_MAX) return null;
    const read: unknown = JSON.parse(await readFile(path, 'utf8'));
    if (!Array.isArray(read) || read.length === 0) return null;
    return read.every((item) => typeof item === 'object' && item !== null && !Array.isArray(item)) ? (read as JsonObject[]) : null;
  } catch {
    return null;
  }
}

export class DataFolder {
  readonly #path: string;
  readonly #tables: readonly CsvTable[];
  readonly #lists: readonly (readonly JsonObject[])[];

  private constructor(path: string, { tables, lists }: { tables: readonly CsvTable[]; lists: readonly (readonly JsonObject[])[] }) {
    this.#path = path;
    this.#tables = tables;
    this.#lists = lists;
  }

  static async open(path: string): Promise<DataFolder> {
    const entries = await readdir(path, { withFileTypes: true }).catch((error: Error) => {
      throw new CannotRun(`Cannot read the data: ${error.message}`);
    });
    const names = entries.filter((entry) => !entry.isDirectory()).map(({ name }) => name);
    const tables = await Promise.all(names.filter((name) => TABLE.test(name)).map((name) => openCsv(join(path, name), name)));
    const lists = await Promise.all(
      names
        .filter((name) => LIST.test(name))
        .sort(byName)
        .map((name) => readList(join(path, name))),
    );
    return new DataFolder(path, {
      tables: tables.filter((table) => table !== null).sort((a, b) => byName(a.name, b.name)),
      lists: lists.filter((list) => list !== null),
    });
  }

  /** All tables that have these columns, in the order of their names, so in order of time. */
  tables(columns: readonly string[]): readonly CsvTable[] {
    return this.#tables.filter((table) => columns.every((column) => table.columns.includes(column)));
  }

  /** What stands in lists of objects that all have these keys. */
  items(keys: readonly string[]): readonly JsonObject[] {
    return this.#lists.filter((list) => list.every((item) => keys.every((key) => Object.hasOwn(item, key)))).flat();
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
