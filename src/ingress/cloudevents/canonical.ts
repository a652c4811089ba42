/**
 * RFC 8785 canonical JSON of a parsed value: the same text for the same content, whatever the order of keys. A number that no double holds is
 * written by its exact value instead of the nearest double's, so that what the store keeps apart is other content.
 * Own code because it runs for every event and refuses on the way what the library would pass on or die of:
 * nesting (a library call recursed until the stack ended) and numbers beyond a double, each with our code.
 */
import { SignalboxError } from '../../domain/errors.ts';
import type { Json } from '../../domain/event.ts';
import { canonicalNumber } from './canonicalNumber.ts';
import { MARK } from './numberMark.ts';

/** As many keys are sorted by insertion. */
const FEW_KEYS = 16;

/** Levels of arrays and objects in an event's data. */
const DEPTH_MAX = 64;

/** Printable ASCII without the two characters that JSON escapes: a third of the cost of `JSON.stringify`. */
const NEEDS_NO_ESCAPE = /^[ !#-[\]-~]*$/;

/** A text as a JSON string. Well-formed: a lone surrogate is escaped, so that the UTF-8 of the text is exact. */
export function quoted(text: string): string {
  return text.length < 128 && NEEDS_NO_ESCAPE.test(text) ? `"${text}"` : JSON.stringify(text);
}

/** Numbers may be marked, as `parseJson` gives them. */
export function canonical(value: Json, depth = 1): string {
  if (typeof value === 'string') return value.startsWith(MARK) ? canonicalNumber(value.slice(MARK.length)) : quoted(value);
  if (typeof value === 'number') return String(value);
  if (value === null || typeof value === 'boolean') return String(value);
  if (depth > DEPTH_MAX) throw new SignalboxError('too-deep', `Cannot take data nested more than ${DEPTH_MAX} levels deep`);
  return Array.isArray(value) ? canonicalArray(value, depth) : canonicalObject(value, depth);
}

function canonicalArray(values: Json[], depth: number): string {
  let text = '[';
  for (const value of values) text += (text.length === 1 ? '' : ',') + canonical(value, depth + 1);
  return `${text}]`;
}

/** By UTF-16 code units, as RFC 8785 says. By insertion where they are few, as they are: `sort` costs several times that. */
function sorted(keys: string[]): string[] {
  if (keys.length > FEW_KEYS) return keys.sort();
  for (let from = 1; from < keys.length; from += 1) {
    const key = keys[from] as string;
    let at = from;
    for (; at > 0 && (keys[at - 1] as string) > key; at -= 1) keys[at] = keys[at - 1] as string;
    keys[at] = key;
  }
  return keys;
}

function canonicalObject(value: { [key: string]: Json }, depth: number): string {
  let text = '{';
  for (const key of sorted(Object.keys(value))) {
    text += `${text.length === 1 ? '' : ','}${quoted(key)}:${canonical(value[key] as Json, depth + 1)}`;
  }
  return `${text}}`;
}
