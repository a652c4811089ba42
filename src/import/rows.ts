/** Reads a table row by row, whatever its size: CSV with a header line, or NDJSON; plain or gzipped. */
import { createReadStream, type ReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { createGunzip } from 'node:zlib';
import { CannotRun } from '../domain/errors.ts';
import type { Json } from '../domain/event.ts';
import { BadRow, type Columns, csvColumns, ndjsonColumns, type Row } from './fieldReader.ts';
import type { ImportMap } from './importMap.ts';

/** An event is refused above 1 MiB, so a row beyond this is no row of ours. */
const ROW_CHARS_MAX = 4 * 1024 * 1024;

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

export function openTable(file: string, map: ImportMap): OpenTable {
  const format = formatOf(file, map);
  const raw: ReadStream = createReadStream(file, { highWaterMark: 256 * 1024 });
  let text: Readable = raw;
  if (/\.gz$/i.test(file)) {
    const gunzip = createGunzip();
    // the reader of the rows meets the error too; without a callback it would be unhandled
    text = pipeline(raw, gunzip, () => undefined);
  }
  let header: string[] | null = null;
  return {
    rows: format === 'csv' ? csvRows(text, map.delimiter, (found) => (header = found)) : ndjsonRows(text),
    columns: () => (format === 'csv' ? csvColumns(header ?? []) : ndjsonColumns),
    bytesRead: () => raw.bytesRead,
  };
}

async function* csvRows(text: Readable, delimiter: string, found: (header: string[]) => void): AsyncGenerator<Row | BadRow> {
  const { parse } = await import('csv-parse');
  const parser = parse({ delimiter, bom: true, relax_column_count: true, skip_empty_lines: true, max_record_size: ROW_CHARS_MAX });
  pipeline(text, parser, () => undefined);
  let header: string[] | null = null;
  for await (const record of parser as AsyncIterable<string[]>) {
    if (header === null) {
      header = record;
      found(record);
    } else if (record.length === header.length) yield record;
    else yield new BadRow(`must have ${header.length} cells: it has ${record.length}`);
  }
}

async function* ndjsonRows(text: Readable): AsyncGenerator<Row | BadRow> {
  for await (const line of lines(text)) {
    if (line.trim() !== '') yield jsonRow(line);
  }
}

function jsonRow(line: string): Row | BadRow {
  try {
    const value = JSON.parse(line) as Json;
    return value !== null && typeof value === 'object' && !Array.isArray(value) ? value : new BadRow('must be a JSON object');
  } catch (error) {
    return new BadRow(`must be JSON: ${(error as Error).message}`);
  }
}

/** Lines of bounded length, where `readline` would gather a file without line ends into one text. */
async function* lines(text: Readable): AsyncGenerator<string> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  for await (const chunk of text as AsyncIterable<Buffer>) {
    const parts = (rest + decoder.write(chunk)).split('\n');
    rest = parts.pop() ?? '';
    if (rest.length > ROW_CHARS_MAX) throw new Error(`a line is longer than ${ROW_CHARS_MAX} characters`);
    yield* parts;
  }
  rest += decoder.end();
  if (rest !== '') yield rest;
}
