/** Cursors of lists: the last position read of each log, as opaque URL-safe text. A log that it does not know starts at its beginning. */
import { z } from 'zod';
import { SignalboxError } from '../../domain/errors.ts';
import type { Positions } from '../../log/read/feed.ts';

const CHARS_MAX = 6000;
const position = z.number().min(0).max(Number.MAX_SAFE_INTEGER);
const byLog = <Of extends z.ZodType>(of: Of) => z.record(z.string().regex(/^[a-z0-9/-]{1,80}$/), of);
const positions = byLog(position.int());
/** A stream may stop between an event and its decision, which have one position. */
const halves = byLog(position.multipleOf(0.5));

export function writeCursor(read: Positions): string {
  return Buffer.from(JSON.stringify(Object.fromEntries([...read].filter(([, position]) => position > 0)))).toString('base64url');
}

/** Throws `bad-query` for anything that is no cursor of a list. */
export const readCursor = (text: string): Positions => read(text, positions);

/** Of a stream: half positions too. Throws the same. */
export const readStreamCursor = (text: string): Positions => read(text, halves);

function read(text: string, of: typeof positions): Positions {
  const bad = new SignalboxError('bad-query', 'Cannot read the cursor', {
    errors: [{ pointer: '/after', detail: 'must be a cursor that a list gave' }],
  });
  if (text.length > CHARS_MAX || !/^[A-Za-z0-9_-]+$/.test(text)) throw bad;
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
  } catch {
    throw bad;
  }
  const parsed = of.safeParse(value);
  if (!parsed.success) throw bad;
  return new Map(Object.entries(parsed.data));
}
