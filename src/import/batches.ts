/** From rows to batches: always the same batches' content for the same file and map, so that a count of items says where to go on. */
import { CannotRun } from '../domain/errors.ts';
import { compileMap, type MadeEvent, type MadeRow, type RejectedRow } from './eventMaker.ts';
import { BadRow, type Row } from './fieldReader.ts';
import type { ImportMap } from './importMap.ts';
import type { OpenTable } from './rows.ts';
import { TimeOrder } from './timeOrder.ts';

export interface Batch {
  readonly events: readonly MadeEvent[];
  readonly rejected: readonly RejectedRow[];
  /** Items up to the end of this batch, since the start of the file: events and rejected rows. */
  readonly items: number;
  /** Rows read when it was complete. */
  readonly rows: number;
}

export interface BatchLimits {
  readonly events: number;
  readonly bytes: number;
  /** Rows to read at most. */
  readonly rows: number;
}

/** Skips the first `skip` items: they were settled by an earlier run. */
export async function* batches(
  table: OpenTable,
  map: ImportMap,
  { limits, skip, ...reading }: { limits: BatchLimits; skip: number } & Ordering,
): AsyncGenerator<Batch> {
  let [items, rows, bytes, rowsBefore] = [0, 0, 0, 0];
  let events: MadeEvent[] = [];
  let rejected: RejectedRow[] = [];
  for await (const item of inOrder(table, map, { ...reading, limit: limits.rows, count: (row) => (rows = row) })) {
    const size = item.kind === 'event' ? Buffer.byteLength(item.text) + 1 : 0;
    const full = events.length >= limits.events || (events.length > 0 && bytes + size > limits.bytes) || rejected.length >= limits.events;
    if (full) {
      // the row in hand belongs to the next batch
      yield { events, rejected, items, rows: rowsBefore };
      [events, rejected, bytes] = [[], [], 0];
    }
    items += 1;
    if (items <= skip) continue;
    if (item.kind === 'event') events.push(item);
    else rejected.push(item);
    bytes += size;
    rowsBefore = rows;
  }
  if (events.length + rejected.length > 0) yield { events, rejected, items, rows };
}

interface Ordering {
  /** Hold everything until the last row, and give it in the order of time. */
  readonly sort: boolean;
  /** A row is older than one before it. */
  readonly late: () => void;
}

interface Reading extends Ordering {
  readonly limit: number;
  readonly count: (row: number) => void;
}

async function* inOrder(table: OpenTable, map: ImportMap, { limit, count, sort, late }: Reading): AsyncGenerator<MadeEvent | RejectedRow> {
  const order = new TimeOrder(sort);
  // before the first row: a map that does not fit is told of a file without rows, too
  const make: (row: Row, number: number) => MadeRow = compileMap(map, table.columns());
  let newestMs = Number.NEGATIVE_INFINITY;
  let number = 0;
  try {
    for await (const row of table.rows) {
      if (number >= limit) break;
      number += 1;
      count(number);
      if (row instanceof BadRow) yield { kind: 'rejected', row: number, problem: row.message, content: null };
      else {
        const made = make(row, number);
        if (made.timeMs !== null && made.timeMs < newestMs && !sort) late();
        newestMs = Math.max(newestMs, made.timeMs ?? newestMs);
        yield* order.take(made);
      }
    }
  } catch (error) {
    if (error instanceof CannotRun) throw error;
    throw new CannotRun(`Cannot read the file after row ${number}: ${(error as Error).message}`, { cause: error });
  }
  yield* order.rest();
}
