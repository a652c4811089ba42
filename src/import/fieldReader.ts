/** Compiles the fields of a map once, so that a row costs a few calls and no parsing. */

import { exactNumber, isExactNumber, parseExact, printExact, withoutMark } from '../client/exactJson.ts';
import { CannotRun } from '../domain/errors.ts';
import type { Json } from '../domain/event.ts';
import { readInstant } from '../domain/instant.ts';
import { readNumber } from '../domain/readNumber.ts';
import type { Condition, Conversion, Field, TimeField } from './importMap.ts';

/** A row as its file gives it: cells of a CSV, members of an NDJSON object. */
export type Row = readonly string[] | Readonly<Record<string, Json>>;
/** A cell; undefined where the row has none. */
type Cell = (row: Row) => Json | undefined;
/** Finds a column; throws CannotRun where the file cannot have it. */
export type Columns = (name: string) => Cell;

/** What is wrong with one row; the import goes on with the next. */
export class BadRow extends Error {
  override readonly name = 'BadRow';
}

export function csvColumns(header: readonly string[]): Columns {
  return (name) => {
    const at = header.indexOf(name);
    if (header.indexOf(name, at + 1) > at) throw new CannotRun(`Cannot use the file: it has the column ${name} twice`);
    if (at < 0) throw new CannotRun(`Cannot use the map: it names the column ${name}, the file has ${header.join(', ')}`);
    return (row) => (row as readonly string[])[at];
  };
}

/** `a.b` is the member b of the member a. */
export const ndjsonColumns: Columns = (name) => {
  const path = name.split('.');
  return (row) => {
    let at: Json | undefined = row as Record<string, Json>;
    for (const step of path) {
      if (at === null || typeof at !== 'object' || Array.isArray(at)) return undefined;
      at = Object.hasOwn(at, step) ? at[step] : undefined;
    }
    return at;
  };
};

const isEmpty = (cell: Json | undefined): cell is undefined | null | '' => cell === undefined || cell === null || cell === '';

function toText(cell: Json): string {
  if (typeof cell === 'string') return withoutMark(cell);
  return typeof cell === 'object' ? printExact(cell) : String(cell);
}

/** As it was written, digit by digit, also if no double holds it. */
function toNumber(cell: Json): Json {
  if (typeof cell === 'number' || isExactNumber(cell)) return cell;
  if (typeof cell !== 'string' || readNumber(cell) === null) throw new BadRow(`must be a number: ${toText(cell)}`);
  return exactNumber(
    cell
      .trim()
      .replace(/^\+/, '')
      .replace(/^(-?)\./, '$10.')
      .replace(/\.(?!\d)/, ''),
  );
}

function toBoolean(cell: Json): boolean {
  const lower = toText(cell).toLowerCase();
  if (['1', 'true', 'yes', 't', 'y'].includes(lower)) return true;
  if (['0', 'false', 'no', 'f', 'n'].includes(lower)) return false;
  throw new BadRow(`must be yes or no: ${toText(cell)}`);
}

function toJson(cell: Json): Json {
  if (typeof cell !== 'string') return cell;
  try {
    return parseExact(cell);
  } catch {
    return cell;
  }
}

const CONVERT: Record<Conversion, (cell: Json) => Json> = {
  string: toText,
  number: toNumber,
  integer(cell) {
    const number = toNumber(cell);
    const whole = isExactNumber(number) ? /^-?\d+$/.test(toText(number)) : Number.isInteger(number);
    if (!whole) throw new BadRow(`must be a whole number: ${toText(cell)}`);
    return number;
  },
  boolean: toBoolean,
  json: toJson,
};

/** Says which column a bad cell stands in. */
function inColumn<T>(name: string, convert: () => T): T {
  try {
    return convert();
  } catch (error) {
    throw error instanceof BadRow ? new BadRow(`${name} ${error.message}`) : error;
  }
}

/** `tx-{TRANSACTION_ID}`: every column must have a value, else two rows could share an id. */
export function compileText(template: string, columns: Columns): (row: Row) => string {
  const parts = template.split(/\{([^{}]+)\}/);
  const readers = parts.map((part, at) => (at % 2 === 1 ? { name: part, read: columns(part) } : part));
  return (row) => {
    let made = '';
    for (const reader of readers) {
      if (typeof reader === 'string') made += reader;
      else {
        const cell = reader.read(row);
        if (isEmpty(cell)) throw new BadRow(`${reader.name} is empty`);
        made += toText(cell);
      }
    }
    return made;
  };
}

/** Gives undefined where an optional column is empty. */
function compileField(field: Field, columns: Columns): (row: Row) => Json | undefined {
  if (typeof field === 'string') return compileText(field, columns);
  if ('value' in field) return () => field.value as Json;
  if ('fields' in field) return compileFields(field.fields, columns);
  const { column, as, optional } = field;
  const read = columns(column);
  const convert = CONVERT[as];
  return (row) => {
    const cell = read(row);
    if (!isEmpty(cell)) return inColumn(column, () => convert(cell));
    if (optional) return undefined;
    throw new BadRow(`${column} is empty`);
  };
}

export function compileFields(fields: Readonly<Record<string, Field>>, columns: Columns): (row: Row) => Record<string, Json> {
  const readers = Object.entries(fields).map(([name, field]) => [name, compileField(field, columns)] as const);
  return (row) => {
    const made: Record<string, Json> = {};
    for (const [name, read] of readers) {
      const value = read(row);
      if (value !== undefined) made[name] = value;
    }
    return made;
  };
}

export function compileCondition(condition: Condition, columns: Columns): (row: Row) => boolean {
  const read = columns(condition.column);
  const asText = (row: Row): string => {
    const cell = read(row);
    return isEmpty(cell) ? '' : toText(cell);
  };
  if ('equals' in condition) return (row) => asText(row) === condition.equals;
  if ('notEquals' in condition) return (row) => asText(row) !== condition.notEquals;
  const wanted = new Set(condition.in);
  return (row) => wanted.has(asText(row));
}

const TIME = /^(\d{4}-\d\d-\d\d)(?:[Tt ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(Z|z|[+-]\d\d:\d\d)?)?$/;

/** A time without an offset is UTC: what `Date.parse` would take for the local time of the machine that imports. */
function isoMs(text: string): number {
  const [, date, clock, offset] = TIME.exec(text.trim()) ?? [];
  if (date === undefined) return Number.NaN;
  const whole = clock === undefined ? '00:00:00' : clock.length === 5 ? `${clock}:00` : clock;
  return readInstant(`${date}T${whole}${offset ?? 'Z'}`) ?? Number.NaN;
}

/** A row of the far future is a mistake, and would let go of every label that is held for later. */
const AHEAD_MS_MAX = 86_400_000;
const FIRST_MS = Date.parse('0001-01-01T00:00:00Z');

const startOf = (text: string): number => readInstant(text) ?? Number.NaN;

/** Milliseconds since the epoch. */
export function compileTime(time: TimeField, columns: Columns): (row: Row) => number {
  const read = columns(time.column);
  const [startMs, unitMs] =
    'secondsSince' in time
      ? [startOf(time.secondsSince), 1000]
      : 'millisecondsSince' in time
        ? [startOf(time.millisecondsSince), 1]
        : [null, 0];
  return (row) =>
    inColumn(time.column, () => {
      const cell = read(row);
      if (isEmpty(cell)) throw new BadRow('is empty');
      const ms = startMs === null ? isoMs(toText(cell)) : Math.round(startMs + Number(toText(toNumber(cell))) * unitMs);
      if (!(ms >= FIRST_MS)) throw new BadRow(`must be a time: ${toText(cell)}`);
      if (ms > Date.now() + AHEAD_MS_MAX) throw new BadRow(`lies in the future: ${toText(cell)}`);
      return ms;
    });
}
