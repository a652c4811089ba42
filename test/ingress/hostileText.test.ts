/**
 * Texts made to be slow to read. The bug this hunts: a pattern in which two parts take the same characters, so that a text that fails at its
 * end is tried in every way of parting it, and the process answers nobody meanwhile.
 */
import { describe, expect, it } from '@jest/globals';
import { shownText } from '../../src/domain/exposure.ts';
import { parseId } from '../../src/domain/ids.ts';
import { readInstant } from '../../src/domain/instant.ts';
import { oneLine } from '../../src/domain/oneLine.ts';
import { redactText } from '../../src/domain/redactText.ts';
import { canonicalNumber } from '../../src/ingress/cloudevents/canonicalNumber.ts';
import { readHeaderText } from '../../src/ingress/cloudevents/headerText.ts';
import { parseJson } from '../../src/ingress/cloudevents/jsonText.ts';
import { parseMediaType } from '../../src/ingress/cloudevents/mediaType.ts';
import { readTrace } from '../../src/ingress/cloudevents/trace.ts';
import { isUri, isUriReference } from '../../src/ingress/cloudevents/uri.ts';
import { readCursor } from '../../src/ingress/http/cursor.ts';
import { createHostCheck } from '../../src/ingress/http/hostCheck.ts';
import { waitSeconds } from '../../src/ingress/http/prefer.ts';
import { eventOf } from '../support/http.ts';
import { structured } from '../support/parsing.ts';

type Reader = (text: string) => unknown;

const checkHost = createHostCheck('off');
const checked =
  (header: 'host' | 'origin'): Reader =>
  (text) =>
    checkHost({ url: '/', headers: { host: '127.0.0.1', [header]: text }, rawHeaders: ['Host', text] } as never);
const attribute =
  (name: string): Reader =>
  (text) =>
    structured(eventOf({ [name]: text }));

/** Everything that reads a text as a stranger sent it. */
const READERS: Readonly<Record<string, Reader>> = {
  isUri,
  isUriReference,
  parseMediaType,
  readHeaderText,
  'readHeaderText, quoted': (text) => readHeaderText(`"${text}`),
  traceparent: (text) => readTrace(`01-${'a'.repeat(32)}-${'b'.repeat(16)}-01-${text}`, ''),
  tracestate: (text) => readTrace(`00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`, text),
  readInstant,
  oneLine: (text) => oneLine(text, 1000),
  redactText,
  shownText: (text) => shownText(text, 1000),
  waitSeconds,
  readCursor,
  parseId: (text) => parseId('evt', text),
  canonicalNumber,
  host: checked('host'),
  origin: checked('origin'),
  JSON: (text) => parseJson(text),
  'JSON text': (text) => parseJson(JSON.stringify(text)),
  ...Object.fromEntries(
    ['id', 'source', 'type', 'time', 'datacontenttype', 'dataschema', 'expirytime', 'note'].map((name) => [name, attribute(name)]),
  ),
};

/** What repeats, between a beginning and an end that spoils it. */
const SHAPES: readonly (readonly [begin: string, unit: string, end: string])[] = [
  ['a://', 'a', '^'],
  ['a:', '/', '^'],
  ['a:', '%20', '^'],
  ['//', '[', '^'],
  ['a', '+', '^'],
  ['a?', '?', '^'],
  ['a/b;', 'a=a;', '^'],
  ['a/b;a="', '\\"', ''],
  ['a/b', ' ', '^'],
  ['', ' ', 'x'],
  ['', '\t ', '\u0000'],
  ['', '0', 'x'],
  ['1', '1', 'e'],
  ['1e', '9', 'x'],
  ['-0.', '0', ''],
  ['0.', '0', '1x'],
  ['', '1 ', 'x'],
  ['', '1-', 'x'],
  ['', 'a@', ''],
  ['a@', 'a.', '1'],
  ['a@', 'a-', '@'],
  ['://', 'a:', '@'],
  ['bearer ', 'a', ' '],
  ['', '-----BEGIN PRIVATE KEY-----', ''],
  ['', 'key=', 'x'],
  ['', 'DE89', ''],
  ['', ':', '1'],
  ['http://', 'a', '/'],
  ['wait=', '1', 'x'],
  ['', 'wait =,', ''],
  ['evt_', 'a.', 'x'],
  ['2026-01-01T00:00:00.', '0', ''],
  ['"', '\\', ''],
  ['[', '1e5,', ']'],
  ['[', '-0,', '1]'],
];

const COUNT = 12_000;
/** A pattern reads a character in some nanoseconds; one that tries each beginning anew takes thousands of steps for each. */
const SLOW_NS = 1000;

/** Of this process' own time, for each character: others have the machine too. The least of so many times. */
function nsEach(read: Reader, text: string, times: number): number {
  let best = Number.POSITIVE_INFINITY;
  for (let time = 0; time < times; time += 1) {
    const from = process.cpuUsage();
    try {
      read(text);
    } catch {
      // a refusal is as good
    }
    const { user, system } = process.cpuUsage(from);
    best = Math.min(best, ((user + system) * 1000) / text.length);
  }
  return best;
}

/** Where it costs much by the character, that must also grow with the length: what is linear stays, what is quadratic doubles with it. */
function isSlow(read: Reader, text: (count: number) => string): boolean {
  if (nsEach(read, text(COUNT), 1) < SLOW_NS) return false;
  const [eighth = 0, whole = 0, twice = 0] = [COUNT / 8, COUNT, 2 * COUNT].map((count) => nsEach(read, text(count), 2));
  return whole > SLOW_NS && whole > 4 * eighth && twice > 1.4 * whole;
}

const isSlowBy = (read: Reader, [begin, unit, end]: (typeof SHAPES)[number]): boolean =>
  isSlow(read, (count) => begin + unit.repeat(count) + end);

describe('reading what a stranger sent costs about its length', () => {
  it.each(Object.entries(READERS))('%s', (_name, read) => {
    expect(SHAPES.filter((shape) => isSlowBy(read, shape))).toEqual([]);
  });

  it.each([
    ['blanks before an end that does not come', /\s+$/, ['', ' ', 'x']],
    ['two parts that take the same digits', /^\d*\d*y$/, ['', '0', 'x']],
  ] as const)('and one would be seen that does not: %s', (_what, pattern, shape) => {
    expect(isSlowBy((text) => pattern.test(text), shape)).toBe(true);
  });
});
