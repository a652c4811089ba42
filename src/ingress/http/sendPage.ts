/** Pages of lists, written as they are read: what waits for a client that takes it slowly is a part of a page, never more. */
import type { ServerResponse } from 'node:http';
import type { FeedPage, FeedPlace } from '../../log/read/feed.ts';
import { writeCursor } from './cursor.ts';

/** Of what is read at once; a row alone may have more. */
const PART_BYTES_MAX = 512 << 10;

/** The places in their order, in parts. */
function partsOf(places: readonly FeedPlace[]): FeedPlace[][] {
  const parts: FeedPlace[][] = [];
  let room = 0;
  for (const place of places) {
    room -= place.bytes ?? 0;
    if (room < 0 || parts.length === 0) {
      parts.push([]);
      room = PART_BYTES_MAX - (place.bytes ?? 0);
    }
    parts.at(-1)?.push(place);
  }
  return parts;
}

/** Items as JSON. */
export const textsOf = <Item>(items: readonly Item[]): string[] => items.map((item) => JSON.stringify(item));

/** Resolves as soon as the client has room for more, or is gone. */
export function writeText(response: ServerResponse, text: string): Promise<void> {
  return new Promise((resolve) => {
    if (response.destroyed || response.write(text)) {
      resolve();
      return;
    }
    const done = (): void => {
      response.off('drain', done);
      response.off('close', done);
      resolve();
    };
    response.on('drain', done);
    response.on('close', done);
  });
}

function beginJson(response: ServerResponse): void {
  response.statusCode = 200;
  response.setHeader('Content-Type', 'application/json; charset=utf-8');
  response.setHeader('X-Content-Type-Options', 'nosniff');
}

/** `read` gives the items at some places as JSON. What it throws after the first part ends the connection: the client sees that the list is cut. */
export async function sendPage(
  response: ServerResponse,
  { places, next, more }: FeedPage,
  read: (places: readonly FeedPlace[]) => Promise<readonly string[]>,
): Promise<void> {
  let text = '{"items":[';
  let count = 0;
  for (const [at, part] of partsOf(places).entries()) {
    if (at > 0) {
      await writeText(response, text);
      text = '';
      if (response.destroyed) return;
    }
    const items = await read(part);
    if (count > 0 && items.length > 0) text += ',';
    text += items.join(',');
    count += items.length;
    if (at === 0) beginJson(response);
  }
  if (places.length === 0) beginJson(response);
  response.end(`${text}],"next":"${writeCursor(next)}","more":${more}}`);
}
