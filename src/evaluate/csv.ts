/** Reads CSV files, gzipped or not, row by row. Cells may stand between quotation marks; a line end inside of them is refused. */
import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import { CannotRun } from '../domain/errors.ts';

export interface CsvTable {
  /** The file's name without its folder. */
  readonly name: string;
  readonly columns: readonly string[];
  /**
   * Cells of the named columns, in that order. Throws CannotRun where one is missing, a row has another number of cells, or a cell of
   * `numbers` (columns among the named ones) is no number.
   */
  rows(columns: readonly string[], numbers?: readonly string[]): AsyncGenerator<string[]>;
}

/** Not by readline: a file that turned out to be cut after its reader had left ended the process. */
async function* linesOf(path: string): AsyncGenerator<string> {
  const file = createReadStream(path);
  const input = path.endsWith('.gz') ? file.pipe(createGunzip()) : file;
  if (input !== file) file.on('error', (error) => input.destroy(error));
  let rest = '';
  try {
    for await (const text of input.setEncoding('utf8') as AsyncIterable<string>) {
      const lines = (rest + text).split(/\r\n|\n|\r/);
      rest = lines.pop() as string;
      yield* lines;
    }
    yield rest;
  } finally {
    file.destroy();
  }
}

/** Most lines hold no quotation mark: splitting them takes a tenth of the time. */
function cellsOf(line: string, name: string): string[] {
  if (!line.includes('"')) return line.split(',');
  try {
    return (parse(line) as string[][])[0] ?? [];
  } catch (error) {
    throw new CannotRun(`Cannot read ${name}: ${(error as Error).message}`, { cause: error });
  }
}

async function* readLines(path: string, name: string): AsyncGenerator<string> {
  try {
    for await (const line of linesOf(path)) if (line !== '') yield line;
  } catch (error) {
    throw new CannotRun(`Cannot read ${name}: ${(error as Error).message}`, { cause: error });
  }
}

/** Null for an empty file. */
export async function openCsv(path: string, name: string): Promise<CsvTable | null> {
  for await (const first of readLines(path, name)) {
    const columns = cellsOf(first.replace(/^\ufeff/, ''), name);
    return { name, columns, rows: (wanted, numbers = []) => readRows({ path, name, columns }, wanted, numbers) };
  }
  return null;
}

async function* readRows(
  { path, name, columns }: { path: string; name: string; columns: readonly string[] },
  wanted: readonly string[],
  numbers: readonly string[],
): AsyncGenerator<string[]> {
  const places = wanted.map((column) => columns.indexOf(column));
  const missing = wanted.filter((_, at) => places[at] === -1);
  if (missing.length > 0) throw new CannotRun(`Cannot read ${name}: it has no ${missing.join(', ')}`);
  const numeric = numbers.map((column) => [column, columns.indexOf(column)] as const);
  let number = 0;
  for await (const line of readLines(path, name)) {
    number += 1;
    if (number === 1) continue;
    const cells = cellsOf(line, name);
    if (cells.length !== columns.length)
      throw new CannotRun(`Cannot read ${name}: row ${number} must have ${columns.length} cells: ${cells.length}`);
    for (const [column, place] of numeric) {
      const cell = cells[place] as string;
      if (cell.trim() === '' || !Number.isFinite(Number(cell)))
        throw new CannotRun(
          `Cannot read ${name}: row ${number}: ${column} must be a number: ${cell === '' ? 'it is empty' : cell.slice(0, 40)}`,
        );
    }
    yield places.map((place) => cells[place] as string);
  }
}
