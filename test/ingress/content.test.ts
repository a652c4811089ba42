/** What is kept of an event and what counts as its content. The bugs this hunts: data that comes back changed, a repeat that looks like other content. */
import { describe, expect, it } from '@jest/globals';
import canonicalize from 'canonicalize';
import fc from 'fast-check';
import type { IncomingEvent, Json } from '../../src/domain/event.ts';
import { readInstant } from '../../src/domain/instant.ts';
import { canonical } from '../../src/ingress/cloudevents/canonical.ts';
import { canonicalNumber } from '../../src/ingress/cloudevents/canonicalNumber.ts';
import { eventOf } from '../support/http.ts';
import { binary, stored, structured } from '../support/parsing.ts';

/** Its types say that the function is a `default` of itself, which it is not. */
const reference = canonicalize as unknown as (value: unknown) => string;

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

  const ofNumber = (number: string): Buffer => structured(JSON.stringify(eventOf()).replace('"amount":1', `"amount":${number}`)).hash;
  it.each([
    ['10000000000000000001', '10000000000000000009'],
    ['9007199254740993', '9007199254740992'],
    ['0.1000000000000000055511151231257827', '0.1'],
    ['1e-400', '0'],
    ['1e-400', '1e-401'],
    ['-1e-400', '1e-400'],
    ['100000000000000000000000000000000000001', '1e38'],
    ['1.00000000000000000001', '1'],
    ['12345678901234567890e-3', '12345678901234567890e-4'],
  ])('%s is other content than %s', (one, other) => {
    expect(ofNumber(one).equals(ofNumber(other))).toBe(false);
  });

  it.each([
    ['1.0', '1'],
    ['1E2', '100'],
    ['100e-2', '1'],
    ['-0', '0'],
    ['-0.000e9', '0'],
    ['1e23', '100000000000000000000000'],
    ['10000000000000000001', '10000000000000000001.00'],
    ['10000000000000000001', '1.0000000000000000001e+19'],
    ['1e-400', '0.001e-397'],
    ['9007199254740993', '9007199254740993e0'],
  ])('%s is the same content as %s', (one, other) => {
    expect(ofNumber(one).equals(ofNumber(other))).toBe(true);
  });

  it('a number that a double gives back hashes as RFC 8785 writes it', () => {
    const doubles = fc.double({ noNaN: true, noDefaultInfinity: true });
    fc.assert(
      fc.property(doubles, (number) => {
        expect(canonicalNumber(String(number))).toBe(reference(number));
        expect(canonicalNumber(number.toExponential())).toBe(reference(number));
      }),
      { numRuns: 1000 },
    );
    // as they were before numbers were compared by their value
    expect(ofNumber('12.5').toString('hex')).toBe('e4cd900886bf87f6b9eaf7065a0c2af9fa268a8ab159aa2d8b3f0b2a1c1e8d08');
    expect(ofNumber('1e21').toString('hex')).toBe('64dcaf5c496cb859652437e639966ee541150d0c8491ce41f29be3217d2d2bf8');
    expect(ofNumber('12345678901234567000').toString('hex')).toBe('205a1d42e275a1cf6c697431cc1fe3662b69c69eee1e64f765ab93aaf9d464d9');
  });

  it('any two decimals are the same content where their values are', () => {
    const decimal = fc.record({ digits: fc.bigInt({ min: 1n, max: 10n ** 25n }), exponent: fc.integer({ min: -30, max: 30 }) });
    const text = ({ digits, exponent }: { digits: bigint; exponent: number }): string => `${digits}e${exponent}`;
    fc.assert(
      fc.property(decimal, fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 40 }), (one, last, zeros) => {
        const sameValue = text({ digits: one.digits * 10n ** BigInt(zeros), exponent: one.exponent - zeros });
        expect(canonicalNumber(sameValue)).toBe(canonicalNumber(text(one)));
        const other = { ...one, digits: (one.digits / 10n) * 10n + BigInt(last) };
        expect(canonicalNumber(text(other)) === canonicalNumber(text(one))).toBe(other.digits === one.digits);
      }),
    );
  });

  it('refuses a number beyond the range of a double, whatever its exponent', () => {
    for (const number of ['1e400', `1${'0'.repeat(400)}`, '1e-9999999999999999999999', '-1e999999999999999999'])
      expect(() => ofNumber(number)).toThrow(expect.objectContaining({ code: 'bad-json' }));
    expect(ofNumber('0e99999999999999999999').equals(ofNumber('0'))).toBe(true);
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

describe('readInstant()', () => {
  it('reads what Date writes', () => {
    const dates = fc.date({ min: new Date('0001-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59Z'), noInvalidDate: true });
    fc.assert(fc.property(dates, (date) => expect(readInstant(date.toISOString())).toBe(date.getTime())));
  });
});
