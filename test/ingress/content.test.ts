/** What is kept of an event and what counts as its content. The bugs this hunts: data that comes back changed, a repeat that looks like other content. */
import { describe, expect, it } from '@jest/globals';
import canonicalize from 'canonicalize';
import fc from 'fast-check';
import type { IncomingEvent, Json } from '../../src/domain/event.ts';
import { canonical } from '../../src/ingress/cloudevents/canonical.ts';
import { epochMs } from '../../src/ingress/cloudevents/timestamp.ts';
import { eventOf } from '../support/http.ts';
import { binary, stored, structured } from '../support/parsing.ts';

describe('IncomingEvent.body gives data back without loss', () => {
  it.each(['12345678901234567890', '-0', '-0.0', '1e23', '1E-400', '0.1000000000000000055511151231257827', '123456789012345.678'])(
    'the number %s',
    (number) => {
      const text = JSON.stringify(eventOf()).replace('"amount":1', `"amount":${number}`);
      expect(structured(text).body).toBe(text);
      expect(binary({ 'content-type': 'application/json' }, `[${number}]`).body).toContain(`"data":[${number}]`);
    },
  );

  it('lone surrogates, U+0000 and keys of JavaScript', () => {
    const data = '{"note":"\\u0000 \\ud800 \\"","__proto__":{"polluted":1},"constructor":{"prototype":{}},"n":123456789012345678901}';
    const event = structured(JSON.stringify(eventOf()).replace('{"account":"a","amount":1}', data));
    expect(event.body).toContain(`"data":${data}`);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it('does not take a text for a number that it kept', () => {
    const data = { text: '12345678901234567890', also: 'number 00112233445566778899aabbccddeeff 5', list: [': 1e5', '-0'] };
    expect(stored(structured(eventOf({ data })))).toEqual(eventOf({ data }));
    const mixed = JSON.stringify(eventOf({ data: { ...data, n: 7 } })).replace('"n":7', '"n":7e0');
    expect(structured(mixed).body).toBe(mixed);
  });

  it('any JSON value comes back as it was', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), (data) => {
        const text = `{"specversion":"1.0","id":"a","source":"/s","type":"t","data":${JSON.stringify(data)}}`;
        expect(structured(text).body).toBe(text);
      }),
    );
  });
});

describe('IncomingEvent.hash tells a repeat from other content', () => {
  const same = (one: IncomingEvent, other: IncomingEvent): boolean => one.hash.equals(other.hash);
  it('mode, order of keys, other extensions and saying that JSON is JSON do not count', () => {
    const one = structured(eventOf());
    expect(same(one, structured(Object.fromEntries(Object.entries(eventOf({ data: { amount: 1.0, account: 'a' } })).reverse())))).toBe(
      true,
    );
    expect(same(one, structured(eventOf({ traceparent: 'x', anything: 5, datacontenttype: 'application/json; charset=utf-8' })))).toBe(
      true,
    );
    expect(same(one, binary({ 'Content-Type': 'Application/JSON' }, '{"amount":1,\n"account":"a"}'))).toBe(true);
    expect(
      same(one, structured(eventOf({ data: undefined, data_base64: Buffer.from('{"account":"a","amount":1}').toString('base64') }))),
    ).toBe(true);
  });

  it.each([
    { id: 'two' },
    { source: '/other' },
    { type: 'other' },
    { subject: 's' },
    { time: '2026-01-01T00:00:00Z' },
    { dataschema: 'x:y' },
    { datacontenttype: 'application/vnd.x+json' },
    { data: { account: 'a', amount: 2 } },
    { data: null },
    { data: undefined },
  ])('%j counts', (more) => {
    expect(same(structured(eventOf()), structured(eventOf(more)))).toBe(false);
  });

  it('text and bytes are the same content in any mode', () => {
    const text = structured(eventOf({ datacontenttype: 'text/plain', data: 'hé' }));
    expect(same(text, binary({ 'Content-Type': 'text/plain' }, 'hé'))).toBe(true);
    expect(same(text, structured(eventOf({ datacontenttype: 'text/plain', data: undefined, data_base64: 'aMOp' })))).toBe(true);
    const bytes = structured(eventOf({ datacontenttype: 'image/png', data: undefined, data_base64: '/wA=' }));
    expect(same(bytes, binary({ 'Content-Type': 'image/png' }, Buffer.from([0xff, 0])))).toBe(true);
    expect(same(bytes, structured(eventOf({ datacontenttype: 'image/png', data: '/wA=' })))).toBe(false);
  });
});

/** Its types say that the function is a `default` of itself, which it is not. */
const reference = canonicalize as unknown as (value: unknown) => string;

describe('canonical()', () => {
  it('writes what the library for RFC 8785 writes', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5, stringUnit: 'binary' }), (value) => {
        expect(canonical(value as Json)).toBe(reference(value));
      }),
      { numRuns: 1000 },
    );
  });
});

describe('epochMs()', () => {
  it('reads what Date writes', () => {
    const dates = fc.date({ min: new Date('0001-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59Z'), noInvalidDate: true });
    fc.assert(fc.property(dates, (date) => expect(epochMs(date.toISOString())).toBe(date.getTime())));
  });
});
