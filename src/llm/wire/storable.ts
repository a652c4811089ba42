/** What a model wrote, so that PostgreSQL, JSON and a screen can hold it: U+0000 and half surrogate pairs become U+FFFD. */
import type { Json } from '../../domain/event.ts';

// biome-ignore lint/suspicious/noControlCharactersInRegex: it is the one that is looked for
const UNSTORABLE = /\u0000|\p{Surrogate}/gu;

export const storableText = (text: string): string => text.replace(UNSTORABLE, '\ufffd');

export function storableJson(value: Json): Json {
  if (typeof value === 'string') return storableText(value);
  if (Array.isArray(value)) return value.map(storableJson);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [storableText(key), storableJson(inner)]));
}
