/** The benchmark's series, one sensor each, with the windows in which something is wrong. */
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

/** `windows` as windows.json holds it: by file, pairs of times. Throws CannotRun for a file that it does not name. */
export async function readSeries(tables: readonly CsvTable[], windows: unknown): Promise<Series[]> {
  const series = new Map<string, Series>();
  for (const table of tables)
    for await (const [file, time, value] of table.rows(COLUMNS) as AsyncGenerator<[string, string, string]>) {
      const known = series.get(file) ?? { file, times: [], values: [], windows: [] };
      series.set(file, known);
      known.times.push(timeOf(time, table.name));
      known.values.push(Number(value));
    }
  const given = (windows ?? {}) as Record<string, readonly (readonly [string, string])[] | undefined>;
  for (const one of series.values()) {
    const pairs = given[one.file];
    if (pairs === undefined) throw new CannotRun(`Cannot score ${one.file} as ${WINDOWS_FILE} does not name it`);
    one.windows = pairs.map(([from, to]) => windowOf(one, timeOf(from, WINDOWS_FILE), timeOf(to, WINDOWS_FILE)));
  }
  return [...series.values()];
}

function windowOf({ file, times }: Series, fromMs: number, toMs: number): Window {
  const [first, last] = [times.findIndex((time) => time >= fromMs), times.findLastIndex((time) => time <= toMs)];
  if (first === -1 || last < first) throw new CannotRun(`Cannot score ${file} as a window of ${WINDOWS_FILE} holds none of its rows`);
  return [first, last];
}
