/** An event made of what came as something else. Its identity and its content are those of what came, so that a repeat stays one when the mapping has changed. */
import { createHash } from 'node:crypto';
import type { IncomingEvent } from '../../domain/event.ts';
import { readInstant } from '../../domain/instant.ts';
import { parseRequest } from '../cloudevents/parseRequest.ts';

export interface EventParts {
  readonly source: string;
  readonly id: string;
  readonly type: string;
  /** Left out where it is no RFC 3339. */
  readonly time: unknown;
  /** JSON. */
  readonly data: string;
  /** Further attributes, as text. */
  readonly more?: Readonly<Record<string, string>>;
  /** What came, in canonical form. */
  readonly content: string;
}

/** Control characters and what is no ASCII: an attribute may not hold all of it. */
const UNUSUAL = /[^\x20-\x7e]/g;
export const plainText = (text: string, charsMax: number): string => text.replace(UNUSUAL, '?').slice(0, charsMax);

/** Throws `bad-event` where the parts make none. */
export function madeEvent({ source, id, type, time, data, more = {}, content }: EventParts): IncomingEvent {
  const head = JSON.stringify({
    ...{ specversion: '1.0', source, id, type, datacontenttype: 'application/json' },
    ...(typeof time === 'string' && readInstant(time) !== null ? { time } : {}),
    ...more,
  });
  const text = `${head.slice(0, -1)},"data":${data}}`;
  const parsed = parseRequest({ 'content-type': 'application/cloudevents+json' }, [], Buffer.from(text));
  if (parsed.mode === 'batch') throw new TypeError('One event was made, and a batch read');
  const hash = createHash('sha256')
    .update(JSON.stringify([source, id]))
    .update(content)
    .digest();
  return { ...parsed.event, hash };
}
