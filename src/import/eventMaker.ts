/** Makes the events of one row, as structured CloudEvents in JSON text. */

import { printExact } from '../client/exactJson.ts';
import { BadRow, type Columns, compileCondition, compileFields, compileText, compileTime, type Row } from './fieldReader.ts';
import type { EventMap, ImportMap } from './importMap.ts';

/** An event that is ready to be sent. */
export interface MadeEvent {
  readonly kind: 'event';
  readonly row: number;
  readonly source: string;
  readonly id: string;
  readonly timeMs: number;
  readonly text: string;
}

/** A row that became no event, or an event that was refused. */
export interface RejectedRow {
  readonly kind: 'rejected';
  readonly row: number;
  readonly problem: string;
  /** What of the row is worth showing. */
  readonly content: unknown;
}

export interface MadeRow {
  /** When the row happened; null where it could not be read. */
  readonly timeMs: number | null;
  readonly now: readonly (MadeEvent | RejectedRow)[];
  readonly later: readonly MadeEvent[];
}

type OneEvent = (row: Row, number: number) => { event: MadeEvent; rowMs: number; delayed: boolean } | null;

function compileEvent(map: ImportMap, event: EventMap, columns: Columns): OneEvent {
  const conditions = event.where.map((condition) => compileCondition(condition, columns));
  const idOf = compileText(event.id, columns);
  const sourceOf = compileText(event.source ?? map.source ?? '', columns);
  const subjectOf = event.subject === undefined ? null : compileText(event.subject, columns);
  const timeOf = compileTime((event.time ?? map.time) as NonNullable<ImportMap['time']>, columns);
  const dataOf = compileFields(event.data, columns);
  const delayMs = event.delaySeconds * 1000;
  return (row, number) => {
    if (!conditions.every((holds) => holds(row))) return null;
    const [id, source, rowMs] = [idOf(row), sourceOf(row), timeOf(row)];
    const timeMs = rowMs + delayMs;
    const cloudEvent = {
      specversion: '1.0',
      id,
      source,
      type: event.type,
      ...(subjectOf === null ? {} : { subject: subjectOf(row) }),
      time: new Date(timeMs).toISOString(),
      datacontenttype: 'application/json',
      data: dataOf(row),
    };
    return { event: { kind: 'event', row: number, source, id, timeMs, text: printExact(cloudEvent) }, rowMs, delayed: delayMs > 0 };
  };
}

/** Throws CannotRun where the map names a column that the file lacks. */
export function compileMap(map: ImportMap, columns: Columns): (row: Row, number: number) => MadeRow {
  const events = map.events.map((event) => compileEvent(map, event, columns));
  return (row, number) => {
    const now: MadeEvent[] = [];
    const later: MadeEvent[] = [];
    let timeMs: number | null = null;
    try {
      for (const make of events) {
        const made = make(row, number);
        if (made === null) continue;
        timeMs ??= made.rowMs;
        (made.delayed ? later : now).push(made.event);
      }
    } catch (error) {
      if (!(error instanceof BadRow)) throw error;
      // all events of the row or none: half a row would be a payment whose label is lost
      return { timeMs: null, now: [{ kind: 'rejected', row: number, problem: error.message, content: row }], later: [] };
    }
    return { timeMs, now, later };
  };
}
