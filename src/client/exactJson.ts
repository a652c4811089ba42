/**
 * JSON whose numbers stay as they were written. `JSON.parse` reads them as doubles: 15793596808644609 becomes ...608, and two payments one.
 * A number that no double gives back is kept as a text behind a mark, and written again without it.
 */
import type { Json } from '../domain/event.ts';

/** Nobody outside can guess it, so no text that was sent is taken for a number. */
const MARK = Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, '0')).join('');
const MARKED = new RegExp(`"${MARK}([^"]*)"`, 'g');
/** A string, whatever is escaped in it, or a number. */
const TOKEN = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
/** A double tells any two numbers of fifteen digits apart. */
const DIGITS_SURE = 15;

/** Digits without zeros at either end, and the power of ten of the last one. */
function decimalOf(number: string): string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/.exec(number) ?? [];
  const digits = (whole + fraction).replace(/^0+/, '');
  const bare = digits.replace(/0+$/, '');
  if (bare === '') return '0';
  return `${sign === '-' ? '-' : ''}${bare}e${Number(exponent) - fraction.length + digits.length - bare.length}`;
}

const holds = (number: string): boolean =>
  (number.length <= DIGITS_SURE && !/[eE]/.test(number)) || decimalOf(String(Number(number))) === decimalOf(number);

/** The number, or its text behind the mark if no double gives it back. `text` is a decimal number. */
export function exactNumber(text: string): Json {
  return holds(text) ? Number(text) : `${MARK}${text}`;
}

/** A marked number's text; any other text as it is. */
export const withoutMark = (text: string): string => (text.startsWith(MARK) ? text.slice(MARK.length) : text);

/** A text made of values, for people. */
export const withoutMarks = (text: string): string => text.replaceAll(MARK, '');

export const isExactNumber = (value: Json | undefined): boolean => typeof value === 'string' && value.startsWith(MARK);

/** Throws SyntaxError where the text is no JSON. */
export function parseExact(text: string): Json {
  const value = JSON.parse(text) as Json;
  if (!/\d{16}|\d\.\d{14}|\d[eE]/.test(text)) return value;
  const marked = text.replace(TOKEN, (token) => (token.startsWith('"') || holds(token) ? token : `"${MARK}${token}"`));
  return JSON.parse(marked) as Json;
}

export function printExact(value: unknown, indent?: number): string {
  return JSON.stringify(value, null, indent).replace(MARKED, '$1');
}
