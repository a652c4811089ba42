/**
 * The edge. The bugs this hunts: an event that passes in one mode and not in another, data that comes back changed,
 * a repeat that looks like other content, an input that throws anything but a refusal.
 */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ERRORS, SignalboxError } from '../../src/domain/errors.ts';
import type { IncomingEvent } from '../../src/domain/event.ts';
import { EVENTS_MAX, parseRequest } from '../../src/ingress/cloudevents/parseRequest.ts';
import { BATCH, eventOf, STRUCTURED } from '../support/http.ts';
import { binary, parse, stored, structured } from '../support/parsing.ts';

describe('parseRequest() takes what the specification allows', () => {
  it.each([
    ['nanoseconds', { time: '2018-04-05T17:31:00.123456789Z' }],
    ['lower-case t and z', { time: '2018-04-05t17:31:00z' }],
    ['an offset', { time: '2018-04-05T17:31:00+01:00' }],
    ['a leap second', { time: '2016-12-31T23:59:60Z' }],
    ['the last year', { time: '9999-12-31T23:59:59Z' }],
    ['integers of 32 bits, booleans and texts', { ext: -2_147_483_648, flag: false, note: 'é', empty: '' }],
    ['an id that is a name of JavaScript', { id: '__proto__', constructor: 'inert' }],
    ['an id of 1,024 bytes', { id: '€'.repeat(341) }],
    ['a path for a source', { source: '../a/./b?c=d#e' }],
    ['emoji in a subject', { subject: '💶 ../' }],
    ['a name of 64 characters', { ['x'.repeat(64)]: 'x' }],
    ['a content type with parameters', { datacontenttype: 'application/json; charset="utf-8"; x=y' }],
  ])('%s', (_name, more) => {
    expect(stored(structured(eventOf(more)))).toEqual(eventOf(more));
  });

  it('leaves attributes that are null out', () => {
    expect(stored(structured(eventOf({ subject: null, time: null, ext: null, data_base64: null })))).toEqual(eventOf());
  });

  it('takes a content type with its charset', () => {
    expect(parse({ 'Content-Type': `${STRUCTURED}; charset=UTF-8` }, JSON.stringify(eventOf())).mode).toBe('structured');
  });

  it('takes the last of equal keys everywhere', () => {
    const event = structured('{"specversion":"1.0","id":"a","id":"b","source":"/s","type":"t","data":{"x":1,"x":12345678901234567890}}');
    expect(event.id).toBe('b');
    expect(event.body).toBe('{"specversion":"1.0","id":"b","source":"/s","type":"t","data":{"x":12345678901234567890}}');
  });

  it('names every fault of an event at once', () => {
    const refused = refusal(() => structured(eventOf({ id: '', type: undefined, time: 'noon', Ext: 1 })));
    expect(refused.errors.map(({ pointer }) => pointer).sort()).toEqual(['/Ext', '/id', '/time', '/type']);
  });
});

function refusal(act: () => unknown): SignalboxError {
  try {
    act();
  } catch (error) {
    if (error instanceof SignalboxError) return error;
    throw error;
  }
  throw new Error('It was taken');
}

describe('parseRequest() reads binary mode', () => {
  it.each([
    ['Euro%20%E2%82%AC%20%F0%9F%98%80', 'Euro € 😀'],
    ['%e2%82%ac', '€'],
    ['%41bc', 'Abc'],
    ['"a \\"b\\" c"', 'a "b" c'],
    ['"%22 \\\\"', '" \\'],
    ['100%25', '100%'],
    ['a+b', 'a+b'],
  ])('the header %s as %s', (header, subject) => {
    expect(stored(binary({ 'ce-subject': header })).subject).toBe(subject);
  });

  it('keeps JSON as JSON, text as text and bytes as base64', () => {
    expect(stored(binary({ 'content-type': 'application/json' }, '{"a": 1}'))).toMatchObject({
      data: { a: 1 },
      datacontenttype: 'application/json',
    });
    expect(stored(binary({ 'content-type': 'application/vnd.x+json' }, '[1]')).data).toEqual([1]);
    expect(stored(binary({ 'content-type': 'text/plain' }, 'a\u0000é')).data).toBe('a\u0000é');
    expect(stored(binary({ 'content-type': 'image/png' }, Buffer.from([0xff, 0x00]))).data_base64).toBe('/wA=');
    expect(stored(binary({}))).not.toHaveProperty('data');
    expect(stored(binary({}, '{"a":1}')).data).toEqual({ a: 1 });
    expect(stored(binary({}, 'plain')).data).toBe('plain');
  });

  it('refuses a header that comes twice', () => {
    const headers = { 'ce-specversion': '1.0', 'ce-id': 'a', 'ce-source': '/s', 'ce-type': 't' };
    const raw = [...Object.entries(headers).flat(), 'CE-ID', 'b'];
    expect(refusal(() => parseRequest(headers, raw, Buffer.alloc(0))).errors).toEqual([{ pointer: '/id', detail: 'must be sent once' }]);
  });
});

describe("parseRequest() passes the request's trace on", () => {
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  it('where the event has none of its own', () => {
    expect(stored(structured(eventOf(), { traceparent, tracestate: 'a=b' }))).toMatchObject({ traceparent, tracestate: 'a=b' });
    const own = '00-11111111111111111111111111111111-2222222222222222-00';
    expect(stored(structured(eventOf({ traceparent: own }), { traceparent, tracestate: 'a=b' }))).toEqual(eventOf({ traceparent: own }));
  });

  const [trace, parent] = ['0af7651916cd43dd8448eb211c80319c', 'b7ad6b7169203331'];
  it.each([
    ['garbage', 'garbage'],
    ['a trace id of zeros', `00-${'0'.repeat(32)}-${parent}-01`],
    ['a parent id of zeros', `00-${trace}-${'0'.repeat(16)}-01`],
    ['the version ff', `ff-${trace}-${parent}-01`],
    ['the version ff with more', `ff-${trace}-${parent}-01-extra`],
    ['a capital', `00-${trace.toUpperCase()}-${parent}-01`],
    ['version 00 with more', `00-${trace}-${parent}-01-extra`],
    ['a later version that goes on without a dash', `01-${trace}-${parent}-01extra`],
    ['flags of one digit', `00-${trace}-${parent}-1`],
  ])('ignores %s, wherever it stands, and its tracestate', (_name, malformed) => {
    expect(stored(structured(eventOf(), { traceparent: malformed, tracestate: 'a=b' }))).toEqual(eventOf());
    expect(stored(structured(eventOf({ traceparent: malformed, tracestate: 'a=b' })))).toEqual(eventOf());
    expect(stored(binary({ 'ce-traceparent': malformed, 'ce-tracestate': 'a=b' }))).not.toHaveProperty('traceparent');
    // the request's is no less good for it
    expect(stored(structured(eventOf({ traceparent: malformed }), { traceparent }))).toEqual(eventOf({ traceparent }));
  });

  it('reads a later version by its first four fields', () => {
    const later = `01-${trace}-${parent}-01`;
    expect(stored(structured(eventOf(), { traceparent: `${later}-extra` })).traceparent).toBe(later);
    expect(stored(structured(eventOf({ traceparent: `${later}-extra-more` }))).traceparent).toBe(later);
    expect(stored(structured(eventOf(), { traceparent: later })).traceparent).toBe(later);
  });

  it('leaves a tracestate out that is none', () => {
    expect(stored(structured(eventOf(), { traceparent, tracestate: 'é' }))).toEqual(eventOf({ traceparent }));
    expect(stored(structured(eventOf(), { tracestate: 'a=b' }))).toEqual(eventOf());
  });
});

describe('parseRequest() takes a batch apart', () => {
  it('gives good events and refusals in their order', () => {
    const text = `[${JSON.stringify(eventOf())},${JSON.stringify(eventOf({ id: '' }))},1,{"specversion":"1.0","id":"n","source":"/s","type":"t","data":[1e23,0.1000000000000000055511151231257827]}]`;
    const parsed = parse({ 'Content-Type': BATCH }, text);
    if (parsed.mode !== 'batch') throw new Error('It is a batch');
    const [good, empty, number, big] = parsed.items;
    expect([good, empty, number].map((item) => item instanceof SignalboxError)).toEqual([false, true, true]);
    expect((big as IncomingEvent).body).toContain('"data":[1e23,0.1000000000000000055511151231257827]');
  });

  it('counts events before it parses any', () => {
    const many = (count: number, last: string): string => `[${'{"a":[1,2,",",{"b":0}]},'.repeat(count - 1)}${last}]`;
    expect(parse({ 'Content-Type': BATCH }, many(EVENTS_MAX, '{}'))).toMatchObject({ items: { length: EVENTS_MAX } });
    // no parser has seen that this is no JSON
    expect(refusal(() => parse({ 'Content-Type': BATCH }, many(EVENTS_MAX + 1, '{]')))).toMatchObject({ code: 'too-large' });
    const object = `{${Array.from({ length: EVENTS_MAX + 1 }, (_, n) => `"${n}":0`).join(',')}}`;
    expect(refusal(() => parse({ 'Content-Type': BATCH }, object))).toMatchObject({ code: 'bad-event' });
  });

  it('refuses the deep one alone', () => {
    const deep = JSON.stringify(eventOf()).replace('"amount":1', `"amount":${'['.repeat(900)}${']'.repeat(900)}`);
    const parsed = parse({ 'Content-Type': BATCH }, `[${JSON.stringify(eventOf())},${deep}]`);
    if (parsed.mode !== 'batch') throw new Error('It is a batch');
    expect(parsed.items.map((item) => (item instanceof SignalboxError ? item.code : 'good'))).toEqual(['good', 'too-deep']);
  });
});

describe('parseRequest() under mutation', () => {
  const headers: readonly Record<string, string>[] = [
    { 'Content-Type': STRUCTURED },
    { 'Content-Type': BATCH },
    { 'ce-specversion': '1.0', 'ce-id': 'a', 'ce-source': '/s', 'ce-type': 't', 'Content-Type': 'application/json' },
  ];
  const full = eventOf({
    time: '2026-01-01T00:00:00Z',
    subject: 'é😀',
    ext: 5,
    data: { big: 1, text: '\u0000\ud800', list: [[1.5e3, null, true]] },
  });
  const bodies = [
    JSON.stringify(full).replace('"big":1', '"big":12345678901234567890'),
    JSON.stringify([full, full]),
    JSON.stringify(full.data),
  ];

  it('answers 10,000 mutations of valid requests with an event or a refusal of the caller', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 4 }),
      fc.constantFrom('"', '[', '{', '}', '\\', ',', '1e400', '-0', '\\ud800', '{"').map((text) => Buffer.from(text)),
    );
    const edit = fc.record({ at: fc.nat(400), cut: fc.nat(6), bytes });
    const header = fc.record({
      name: fc.constantFrom('ce-id', 'ce-time', 'ce-subject', 'ce-x', 'CE-ID', 'content-type', 'traceparent'),
      value: fc.string({ unit: 'binary-ascii', maxLength: 20 }),
    });
    const request = fc.record({ kind: fc.nat(2), edits: fc.array(edit, { minLength: 1, maxLength: 4 }), more: fc.option(header) });
    fc.assert(
      fc.property(request, ({ kind, edits, more }) => {
        let body = Buffer.from(bodies[kind] as string);
        for (const { at, cut, bytes } of edits) body = Buffer.concat([body.subarray(0, at), bytes, body.subarray(at + cut)]);
        try {
          const parsed = parse({ ...headers[kind], ...(more === null ? {} : { [more.name]: more.value }) }, body);
          const events = parsed.mode === 'batch' ? parsed.items : [parsed.event];
          for (const event of events) if (!(event instanceof SignalboxError)) JSON.parse(event.body);
        } catch (error) {
          if (!(error instanceof SignalboxError)) throw error;
          expect(ERRORS[error.code].status).toBeLessThan(500);
        }
      }),
      { numRuns: 10_000 },
    );
  });
});
