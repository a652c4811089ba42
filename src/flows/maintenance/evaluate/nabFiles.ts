/** The benchmark's series, one sensor each, with the windows in which something is wrong. */
import { z } from 'zod';
import { CannotRun } from '../../../domain/errors.ts';
import type { CsvTable } from '../../../evaluate/csv.ts';
import type { Window } from './nabScore.ts';

export const COLUMNS = ['file', 'timestamp', 'value'];
export const WINDOWS_FILE = 'windows.json';

export interface Series {
  readonly file: string;
  readonly times: number[];
  readonly values: number[];
  windows: readonly Window[];
}

/** `2014-04-01 00:00:00` or `...00.000000`, as UTC. */
function timeOf(text: string, where: string): number {
  const timeMs = Date.parse(`${text.slice(0, 19).replace(' ', 'T')}Z`);
  if (Number.isNaN(timeMs)) throw new CannotRun(`Cannot read ${where}: its time must be YYYY-MM-DD HH:MM:SS: ${text}`);
  return timeMs;
}

const windowsByFile = z.record(z.string(), z.array(z.tuple([z.string(), z.string()])));

/** Rows of one sensor may stand in several tables, in whatever order. */
function inOrder({ times, values }: Series): void {
  if (times.every((time, at) => at === 0 || time >= (times[at - 1] as number))) return;
  const rows = times.map((time, at) => [time, values[at] as number] as const).sort(([a], [b]) => a - b);
  for (const [at, [time, value]] of rows.entries()) [times[at], values[at]] = [time, value];
}

/** `windows` as windows.json holds it: by file, pairs of times. Throws CannotRun for a file that it does not name, and where it is of another form. */
export async function readSeries(tables: readonly CsvTable[], windows: unknown): Promise<Series[]> {
  const series = new Map<string, Series>();
  for (const table of tables)
    for await (const [file, time, value] of table.rows(COLUMNS, ['value']) as AsyncGenerator<[string, string, string]>) {
      const known = series.get(file) ?? { file, times: [], values: [], windows: [] };
      series.set(file, known);
      known.times.push(timeOf(time, table.name));
      known.values.push(Number(value));
    }
  const given = windowsByFile.safeParse(windows).data;
  if (given === undefined) throw new CannotRun(`Cannot read ${WINDOWS_FILE}: it must hold lists of pairs of times, by file`);
  for (const one of series.values()) {
    const pairs = given[one.file];
    if (pairs === undefined) throw new CannotRun(`Cannot score ${one.file} as ${WINDOWS_FILE} does not name it`);
    inOrder(one);
    one.windows = pairs.flatMap(([from, to]) => windowOf(one, timeOf(from, WINDOWS_FILE), timeOf(to, WINDOWS_FILE)));
  }
  return [...series.values()];
}

/** None where it holds none of the rows: of a file's first half, say. */
function windowOf({ times }: Series, fromMs: number, toMs: number): Window[] {
  const [first, last] = [times.findIndex((time) => time >= fromMs), times.findLastIndex((time) => time <= toMs)];
  return first === -1 || last < first ? [] : [[first, last]];
}
