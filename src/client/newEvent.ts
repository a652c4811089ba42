/** Events to send, and their text. */
import { printExact } from './exactJson.ts';

/** An event to send. Without an id it gets one before the first try, so that every try is the same event. */
export interface NewEvent {
  readonly type: string;
  /** The sender: a URI reference. */
  readonly source: string;
  readonly id?: string;
  /** RFC 3339. */
  readonly time?: string;
  readonly data?: unknown;
  readonly [extension: string]: unknown;
}

/** The service takes up to 5,000 events and 8 MiB in a batch. */
const BATCH = { eventsMax: 500, charsMax: 1 << 20 };

/** As CloudEvents' JSON format has it. */
export function eventText({ id, data, ...attributes }: NewEvent): string {
  const value = data === undefined ? {} : { datacontenttype: 'application/json', data };
  return printExact({ specversion: '1.0', id: id ?? crypto.randomUUID(), ...attributes, ...value });
}

export function* batchesOf(events: Iterable<NewEvent>): Generator<string[]> {
  let batch: string[] = [];
  let chars = 0;
  for (const event of events) {
    const text = eventText(event);
    if (batch.length > 0 && (batch.length >= BATCH.eventsMax || chars + text.length > BATCH.charsMax)) {
      yield batch;
      [batch, chars] = [[], 0];
    }
    batch.push(text);
    chars += text.length;
  }
  if (batch.length > 0) yield batch;
}
