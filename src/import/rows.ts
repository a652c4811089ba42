/** Reads a table row by row, whatever its size: CSV with a header line, or NDJSON; plain or gzipped. */
import { createReadStream, type ReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { parseExact } from '../client/exactJson.ts';
import { CannotRun } from '../domain/errors.ts';
import { BadRow, type Columns, csvColumns, ndjsonColumns, type Row } from './fieldReader.ts';
import type { ImportMap } from './importMap.ts';
import { linesOf } from './lines.ts';
import { csvRecords } from './records.ts';

export interface OpenTable {
  /** Called with the columns before the first row. */
  readonly rows: AsyncIterable<Row | BadRow>;
  columns(): Columns;
  /** Bytes of the file read so far. */
  bytesRead(): number;
}

function formatOf(file: string, map: ImportMap): 'csv' | 'ndjson' {
  const plain = file.replace(/\.gz$/i, '');
  if (map.format !== undefined) return map.format;
  if (/\.csv$/i.test(plain)) return 'csv';
  if (/\.(ndjson|jsonl)$/i.test(plain)) return 'ndjson';
  throw new CannotRun(`Cannot tell the format of ${file}: it must end in .csv, .ndjson or .jsonl (and .gz), or the map must say format`);
}

/** RFC 1952: its first two bytes. */
const GZIP = Buffer.from([0x1f, 0x8b]);

async function assertNamed(file: string, zipped: boolean): Promise<void> {
  const handle = await open(file, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(GZIP.length), 0, GZIP.length, 0);
    const isZip = bytesRead === GZIP.length && buffer.equals(GZIP);
    if (isZip && !zipped) throw new CannotRun(`Cannot read ${file} as it is gzip: its name must end in .gz`);
    if (zipped && bytesRead > 0 && !isZip) throw new CannotRun(`Cannot read ${file} as it is no gzip, though its name ends in .gz`);
  } finally {
    await handle.close();
  }
}

export async function openTable(file: string, map: ImportMap, encoding: string): Promise<OpenTable> {
  const format = formatOf(file, map);
  const zipped = /\.gz$/i.test(file);
  await assertNamed(file, zipped);
  const raw: ReadStream = createReadStream(file, { highWaterMark: 256 * 1024 });
  // the reader of the rows meets an error too; without a callback it would be unhandled
  const bytes: Readable = zipped ? pipeline(raw, createGunzip(), () => undefined) : raw;
  const lines = linesOf(bytes, encoding);
  if (format === 'ndjson') return { rows: ndjsonRows(lines), columns: () => ndjsonColumns, bytesRead: () => raw.bytesRead };
  const records = csvRecords(lines, map.delimiter);
  const { value: first, done } = await records.next();
  if (done === true) throw new CannotRun(`Cannot read ${file} as it is empty: its first line must name the columns`);
  if (first instanceof BadRow) throw new CannotRun(`Cannot read the columns of ${file}: its first line ${first.message}`);
  const cellsOf = await openCells(map.delimiter);
  const header = cellsOf(first);
  if (header instanceof BadRow) throw new CannotRun(`Cannot read the columns of ${file}: its first line ${header.message}`);
  return { rows: csvRows(records, header.length, cellsOf), columns: () => csvColumns(header), bytesRead: () => raw.bytesRead };
}

type Cells = (record: string) => string[] | BadRow;

async function openCells(delimiter: string): Promise<Cells> {
  const { parse } = await import('csv-parse/sync');
  return (record) => {
    if (!record.includes('"')) return record.split(delimiter);
    try {
      return (parse(record, { delimiter, relax_column_count: true }) as string[][])[0] ?? [''];
    } catch (error) {
      return new BadRow(`must be CSV: ${(error as Error).message}`);
    }
  };
}

async function* csvRows(records: AsyncIterable<string | BadRow>, count: number, cellsOf: Cells): AsyncGenerator<Row | BadRow> {
  for await (const record of records) {
    if (record === '') continue;
    const cells = record instanceof BadRow ? record : cellsOf(record);
    if (cells instanceof BadRow || cells.length === count) yield cells;
    else yield new BadRow(`must have ${count} cells: it has ${cells.length}`);
  }
}

async function* ndjsonRows(lines: AsyncIterable<string | BadRow>): AsyncGenerator<Row | BadRow> {
  for await (const line of lines) {
    if (line instanceof BadRow) yield line;
    else if (line.trim() !== '') yield jsonRow(line);
  }
}

function jsonRow(line: string): Row | BadRow {
  try {
    const value = parseExact(line);
    return value !== null && typeof value === 'object' && !Array.isArray(value) ? value : new BadRow('must be a JSON object');
  } catch (error) {
    return new BadRow(`must be JSON: ${(error as Error).message}`);
  }
}
