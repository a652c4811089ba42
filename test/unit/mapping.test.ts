/**
 * Mappings: what a rule makes of a body, what is wrong with one and where, and that no expression takes longer or makes more than it may. The bugs this hunts: an
 * expression that holds the process, a fault on the wrong line, a text of the body in an error.
 */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { applyMapping, type MappingInput } from '../../src/ingress/mapping/applyMapping.ts';
import { isExpression, MappingFault, readExpression } from '../../src/ingress/mapping/expression.ts';
import { isMapping, type Mapping, readMapping } from '../../src/ingress/mapping/mapping.ts';

function mapping(text: string): Mapping {
  const read = readMapping(text);
  if (!isMapping(read)) throw new Error(read.map(({ pointer, detail }) => `${pointer} ${detail}`).join('\n'));
  return read;
}

const faultsOf = (text: string): string[] => {
  const read = readMapping(text);
  return isMapping(read) ? [] : read.map(({ pointer, detail }) => `${pointer} ${detail}`);
};

const given = (body: MappingInput['body']): MappingInput => ({ body, headers: { 'x-shop': 'shop-1' } });
const one = (data: string, more = ''): string => `rules:\n  - type: t${more}\n    data:\n      value: ${data}\n`;

async function givenBy(expression: string, body: MappingInput['body'] = {}): Promise<unknown> {
  const made = await applyMapping(mapping(one(JSON.stringify(expression))), given(body), 'their');
  return made === null ? null : JSON.parse(made.data).value;
}

describe('applyMapping()', () => {
  it('takes the first rule that fits: by type, by several, by an ending, by a condition', async () => {
    const text = `rules:
  - { on: a.b, type: first, data: { v: "1" } }
  - { on: [c, d.*], when: n > 1, type: second, data: { v: "2" } }
  - { on: "d.*", type: third, data: { v: "3" } }
`;
    const read = mapping(text);
    const typeOf = async (their: string, body = {}) => (await applyMapping(read, given(body), their))?.type ?? null;
    expect(await typeOf('a.b')).toBe('first');
    expect(await typeOf('d.x', { n: 2 })).toBe('second');
    expect(await typeOf('d.x', { n: 1 })).toBe('third');
    expect(await typeOf('c')).toBeNull();
    expect(await typeOf('a.bc')).toBeNull();
  });

  it('reads headers and their type, leaves out what leads to nothing, and keeps the order of members', async () => {
    const made = await applyMapping(
      mapping(
        'rules:\n  - type: t\n    data: { shop: $headers."x-shop", type: $theirType, gone: a.b.c, list: "items.{\\"id\\": id}[]" }\n',
      ),
      given({ items: [{ id: 1 }] }),
      'orders/create',
    );
    expect(made?.data).toBe('{"shop":"shop-1","type":"orders/create","list":[{"id":1}]}');
  });

  it.each([
    [1999, 'usd', 19.99],
    [1999, 'JPY', 1999],
    [1999, 'kwd', 1.999],
  ])('$major(%i, %s) is %d', async (amount, currency, expected) => {
    expect(await givenBy('$major(a, c)', { a: amount, c: currency })).toBe(expected);
  });

  it('reads no prototype', async () => {
    const read = readExpression('a.__proto__.polluted');
    expect(isExpression(read) && (await read.evaluate({ a: {} }, {}))).toBeUndefined();
    expect(await givenBy('a.constructor.name', { a: {} })).toBeUndefined();
    const body = JSON.parse('{"__proto__":{"polluted":1},"a":2}');
    expect(await givenBy('a', body)).toBe(2);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});

describe('readMapping() names the place of', () => {
  it.each([
    ['an unknown field', 'rules: []\nrule: []\n', /^\/rule .*is unknown here \(did you mean rules\?\)/],
    ['no rules', 'time: a\n', /^\/rules .*is required/],
    ['YAML that is none', 'rules: [\n', /line 2/],
    [
      'a wrong expression',
      `rules:\n  - type: t\n    data:\n      ok: a\n      value: a +\n`,
      /^\/rules\/0\/data\/value line 5, column 14: is no JSONata/,
    ],
    [
      'a wrong line of several',
      'rules:\n  - type: t\n    data: |\n      {\n        "a": b,\n        "c": +\n      }\n',
      /^\/rules\/0\/data line 6/,
    ],
    ['$eval', one('\'$eval("1")\''), /\$eval/],
    ['an expression beyond RE2', one("'$match(a, /(?=b)/)'"), /beyond RE2/],
    ['a reference back', one("'$match(a, /(b)\\1/)'"), /beyond RE2/],
    ['20,000 brackets', one(`'${'('.repeat(3900)}'`), /is no JSONata/],
    ['a text of 4,001 characters', one(`'${'a'.repeat(4001)}'`), /at most 4000/],
    ['the name __proto__', 'rules:\n  - type: t\n    data: { __proto__: a }\n', /__proto__/],
  ])('%s', (_name, text, expected) => {
    expect(faultsOf(text).join('\n')).toMatch(expected);
  });
});

describe('an expression that asks for too much', () => {
  const double = (times: number): string => `$reduce([1..${times}], function($a, $i) { $a & $a }, "0123456789")`;
  it.each([
    ['recurses for ever', '($f := function($x) { $f($x + 1) }; $f(1))'],
    ['recurses for ever at its end', '($f := function($x) { $x > -1 ? $f($x + 1) : 0 }; $f(1))'],
    ['counts far', '$sum([1..9999999])'],
    ['counts beyond', '[1..99999999]'],
    ['pads', '$pad("x", 50000000)'],
    ['pads to the left', '$pad("x", -50000000)'],
    ['doubles a text', double(28)],
    ['joins what it doubled', `($t := ${double(16)}; $join([1..2000].$t))`],
    ['prints what it doubled', `($t := ${double(16)}; $string([1..2000].$t))`],
    ['doubles lists', '$reduce([1..30], function($a, $i) { $append($a, $a) }, [1, 2])'],
    ['maps maps of maps', '[1..9000].([1..9000].([1..9000]))'],
    ['evaluates text', '(\n$e := $eval; $e("1"))'],
  ])('%s: ends soon, as a fault', async (_name, text) => {
    const read = readExpression(text);
    const began = process.cpuUsage();
    if (isExpression(read)) await expect(read.evaluate({}, {})).rejects.toThrow(MappingFault);
    // far above what is allowed and far below what these took without it; of this process, as others may have the machine too
    expect(process.cpuUsage(began).user).toBeLessThan(5e6);
  });

  it('matches a text that makes others backtrack for ever', async () => {
    expect(await givenBy('$contains(a, /^(a+)+$/)', { a: `${'a'.repeat(40)}!` })).toBe(false);
    expect(await givenBy('$match(a, /([a-z]+)-(\\d+)/).groups', { a: 'order-17' })).toEqual(['order', '17']);
    expect(await givenBy('$replace(a, /o/, "0")', { a: 'foo' })).toBe('f00');
    expect(await givenBy('$split(a, /,\\s*/)', { a: 'x, y,z' })).toEqual(['x', 'y', 'z']);
  });

  it('tells nothing of the body', async () => {
    const read = readExpression('a + 1');
    if (!isExpression(read)) throw new Error('It cannot be read');
    await expect(read.evaluate({ a: 'a-secret-of-the-body' }, {})).rejects.toThrow(/^(?!.*a-secret)/);
  });

  it('never fails otherwise, whatever the text and the body', async () => {
    const parts = fc.constantFrom(
      'a',
      '$',
      '.',
      '[',
      ']',
      '{',
      '}',
      '(',
      ')',
      '"',
      "'",
      '/',
      '*',
      '**',
      '~>',
      ':=',
      '$x',
      ' ',
      '1',
      '..',
      ',',
      ':',
      '?',
      '&',
      '%',
      '@',
      '#',
      '^',
      '|',
      'and',
      'function',
    );
    await fc.assert(
      fc.asyncProperty(fc.array(parts, { maxLength: 12 }), fc.jsonValue(), async (text, body) => {
        const read = readExpression(text.join(''));
        if (!isExpression(read)) return;
        await read.evaluate(body, {}).catch((error: unknown) => expect(error).toBeInstanceOf(MappingFault));
      }),
      { numRuns: 300 },
    );
  });
});
