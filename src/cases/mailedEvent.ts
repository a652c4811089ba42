/** An event on its way to a case, through Temporal's histories. */
import type { Json, JsonObject } from '../domain/event.ts';
import { fieldsOf, redacted, shownTo } from '../domain/exposure.ts';
import type { Flow } from '../domain/flow.ts';

const DATA_BYTES_MAX = 4096;
/** Attributes are few and short, mostly. */
const ATTRIBUTES_BYTES_MAX = 8192;
const NAMED = ['specversion', 'id', 'source', 'type', 'subject', 'time'] as const;

export interface MailedEvent {
  readonly position: number;
  /** As a history may hold it. */
  readonly event: JsonObject;
}

/** As it goes out: numbers may be longer there than they were stored, masks longer than what they hide. */
export const sentBytes = (value: Json): number => Buffer.byteLength(JSON.stringify(value));

/**
 * What a history may hold of an event: activities read the whole from the log. Attributes are a stranger's text too. Of bytes nobody
 * says what is in them, so they never go.
 */
export function mailedEvent(flow: Flow, body: string): JsonObject {
  const { data, data_base64: _bytes, ...attributes } = JSON.parse(body) as JsonObject;
  const all = redacted(attributes);
  const shown =
    sentBytes(all) <= ATTRIBUTES_BYTES_MAX
      ? all
      : Object.fromEntries(NAMED.flatMap((name) => (all[name] === undefined ? [] : [[name, all[name]]])));
  if (data === undefined || (body.length > DATA_BYTES_MAX && sentBytes(data) > DATA_BYTES_MAX)) return shown;
  const marked = typeof data === 'object' && data !== null && !Array.isArray(data);
  const mailed = { ...shown, data: marked ? shownTo('history', fieldsOf(flow, String(attributes.type)), data) : '[personal]' };
  return sentBytes(mailed.data) <= DATA_BYTES_MAX ? mailed : shown;
}
