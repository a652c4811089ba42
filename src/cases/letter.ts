/** An event on its way to a case, through Temporal's histories. */
import type { JsonObject } from '../domain/event.ts';
import { fieldsOf, redacted, shownTo } from '../domain/exposure.ts';
import type { Flow } from '../domain/flow.ts';

const DATA_CHARS_MAX = 4096;

export interface Letter {
  readonly position: number;
  /** As a history may hold it. */
  readonly event: JsonObject;
}

/**
 * What a history may hold of an event: activities read the whole from the log. Attributes are a stranger's text too. Of bytes nobody
 * says what is in them, so they never go.
 */
export function letterOf(flow: Flow, body: string): JsonObject {
  const { data, data_base64: _bytes, ...attributes } = JSON.parse(body) as JsonObject;
  const shown = redacted(attributes);
  if (data === undefined || (body.length > DATA_CHARS_MAX && JSON.stringify(data).length > DATA_CHARS_MAX)) return shown;
  const marked = typeof data === 'object' && data !== null && !Array.isArray(data);
  return { ...shown, data: marked ? shownTo('history', fieldsOf(flow, String(attributes.type)), data) : '[personal]' };
}
