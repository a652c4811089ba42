/**
 * Bytes to JSON values, and values back to text without loss.
 * `JSON.parse` reads numbers as doubles; what a double cannot hold is kept as the sender wrote it.
 */
import { isUtf8 } from 'node:buffer';
import { createScanner, type SyntaxKind } from 'jsonc-parser';
import { SignalboxError } from '../../domain/errors.ts';
import type { Json } from '../../domain/event.ts';
import { MARK } from './numberMark.ts';

/** `SyntaxKind` is a const enum there, which one-file compilers cannot read. */
const NUMERIC_LITERAL = 11 as SyntaxKind;
const END_OF_FILE = 17 as SyntaxKind;

/**
 * Data deeper than 64 levels is refused where it is folded into its hash; this only keeps a request made of
 * brackets alone from holding up the process while it is parsed (8 MiB of them: 2.8 s, 0.3 GB).
 */
const NESTING_MAX = 1000;

/** A number that may not come back the same: 16 digits or more, an exponent, minus zero. */
const DELICATE = /(?:^|[:[,\s])-?(?:\d[\d.]{15}|\d[\d.]*[eE]|(?<=-)0(?!\.0*[1-9]))/;

export function decodeUtf8(body: Buffer): string {
  if (!isUtf8(body)) throw new SignalboxError('bad-json', 'Cannot read the body as it is not UTF-8');
  return body.toString('utf8');
}

export interface ParsedText {
  readonly value: Json;
  /** The same value with its delicate numbers as marked texts; undefined where it has none. */
  readonly marked: Json | undefined;
}

/** `itemsMax`: what a list at the top may hold; one with more is refused before any of them is parsed. */
export function parseJson(text: string, itemsMax = Number.POSITIVE_INFINITY): ParsedText {
  // shorter than both limits allow: no look at each character for the small bodies that most are
  if (text.length > 2 * Math.min(NESTING_MAX, itemsMax)) assertShape(text, itemsMax);
  const value = parse(text);
  return { value, marked: DELICATE.test(text) ? (JSON.parse(markNumbers(text)) as Json) : undefined };
}

function parse(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    // only the place: the parser's own message quotes the body
    const at = /position \d+/.exec((error as Error).message)?.[0];
    throw new SignalboxError('bad-json', `Cannot read the body as JSON${at === undefined ? '' : `: wrong at ${at}`}`);
  }
}

/** `itemsMax` commas part as many items and one more. */
function assertShape(text: string, itemsMax: number): void {
  const list = /^[ \t\r\n]*\[/.test(text);
  let depth = 0;
  let commas = 0;
  let inText = false;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (inText) {
      if (code === 0x5c) at += 1;
      else if (code === 0x22) inText = false;
    } else if (code === 0x22) inText = true;
    else if (code === 0x5b || code === 0x7b) {
      depth += 1;
      if (depth > NESTING_MAX) throw new SignalboxError('too-deep', `Cannot read a body nested more than ${NESTING_MAX} levels deep`);
    } else if (code === 0x5d || code === 0x7d) depth -= 1;
    else if (code === 0x2c && depth === 1 && list) {
      commas += 1;
      if (commas >= itemsMax) throw new SignalboxError('too-large', `A batch holds at most ${itemsMax} events`);
    }
  }
}

const MARKED = new RegExp(`"${MARK}([^"]*)"`, 'g');

/** Delicate numbers as marked texts: parsing then keeps them, and still lets the last of equal keys win. */
function markNumbers(text: string): string {
  const scanner = createScanner(text, true);
  let out = '';
  let copied = 0;
  for (let kind = scanner.scan(); kind !== END_OF_FILE; kind = scanner.scan()) {
    if (kind !== NUMERIC_LITERAL) continue;
    const number = scanner.getTokenValue();
    if (!DELICATE.test(number)) continue;
    const start = scanner.getTokenOffset();
    out += `${text.slice(copied, start)}"${MARK}${number}"`;
    copied = start + scanner.getTokenLength();
  }
  return out + text.slice(copied);
}

/** The text to keep of a value: `JSON.stringify`, with delicate numbers as they were sent. */
export function keptText(value: Json, marked: Json | undefined): string {
  return marked === undefined ? JSON.stringify(value) : JSON.stringify(marked).replace(MARKED, '$1');
}
