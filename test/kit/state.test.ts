/** The bug hunted here: a state that comes back as another, or that no later build can read. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { amounts, fingerprints, notes, smallNumbers, times } from '../../src/kit/state/columns.ts';
import { jsonState } from '../../src/kit/state/jsonState.ts';
import { packed } from '../../src/kit/state/packed.ts';
import { record } from '../../src/kit/state/record.ts';
import { older, reading, type StateOf } from '../../src/kit/state/stateCodec.ts';

const START_MS = Date.UTC(2026, 0, 1);
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');
const bytesOf = (state: string): Uint8Array => new TextEncoder().encode(state);

describe('jsonState()', () => {
  const codec = jsonState({ empty: (): { count: number; of: Record<string, unknown> } => ({ count: 0, of: {} }) });

  it('jsonState() gives back what it wrote, and the newest time without reading the rest', () => {
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.string(),
          fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)) as unknown),
        ),
        fc.integer(),
        (of, newestMs) => {
          const bytes = codec.write({ count: 1, of }, newestMs);
          expect(codec.read(bytes)).toEqual({ count: 1, of });
          expect(codec.newestMs(bytes)).toBe(newestMs);
          expect(codec.wrote(bytes)).toBe(true);
        },
      ),
    );
  });

  it('jsonState() writes JSON that a person can read in the table', () => {
    expect(text(codec.write({ count: 1, of: {} }, START_MS))).toBe('{"format":1,"newestMs":1767225600000,"state":{"count":1,"of":{}}}');
    const without = codec.write({ count: 1, of: {} }, Number.NEGATIVE_INFINITY);
    expect(text(without)).toContain('"newestMs":null');
    expect(codec.newestMs(without)).toBe(Number.NEGATIVE_INFINITY);
  });

  it.each([
    ['NaN', Number.NaN],
    ['Infinity', Number.POSITIVE_INFINITY],
    ['a Map', new Map()],
    ['a Set', new Set()],
  ])('jsonState() refuses %s, which JSON would lose', (_, value) => {
    expect(() => codec.write({ count: 1, of: { value } }, 0)).toThrow(TypeError);
  });

  it('jsonState() refuses more than its bytes', () => {
    const small = jsonState({ empty: () => ({ text: '' }), bytesMax: 100 });
    expect(small.write({ text: 'x'.repeat(55) }, 0)).toHaveLength(100);
    expect(() => small.write({ text: 'x'.repeat(56) }, 0)).toThrow('more than 100 bytes: 101');
    expect(() => codec.write({ count: 1, of: { text: 'é'.repeat(32_768) } }, 0)).toThrow('more than 65536 bytes');
  });

  it('jsonState() refuses bytes that are none of its own', () => {
    for (const damaged of ['', '{}', '{"format":1,"state":{}}', 'x{"format":1,"newestMs":1,"state":{}}'])
      expect(() => codec.newestMs(bytesOf(damaged))).toThrow(RangeError);
    expect(() => codec.read(bytesOf('{"format":2,"newestMs":1,"state":{}}'))).toThrow('format 2');
    expect(() => codec.read(bytesOf('{"format":1,"newestMs":1,"state":{'))).toThrow(SyntaxError);
  });
});

const kept = record({
  times: times({ keepMs: 1000, max: 20, atLeast: { count: 3, behindMs: 100 } }),
  amounts: amounts(),
  marks: smallNumbers(),
  ids: fingerprints(),
  seen: fingerprints(5),
  said: notes({ keepMs: 500, max: 4 }),
  later: times({ max: 3 }),
});

const u32 = fc.integer({ min: 0, max: 0xffff_ffff });
const anyTimes = fc.array(fc.integer({ min: START_MS - 2000, max: START_MS })).map((all) => all.sort((a, b) => a - b));
const anyState: fc.Arbitrary<StateOf<typeof kept>> = anyTimes.chain((all) => {
  const each = <T>(value: fc.Arbitrary<T>) => fc.array(value, { minLength: all.length, maxLength: all.length });
  return fc.record({
    times: fc.constant(all),
    amounts: each(
      fc.oneof(
        fc.integer({ min: 0, max: 1e6 }).map((cents) => cents / 100),
        fc.double({ min: 0, max: 1e12, noNaN: true }),
      ),
    ),
    marks: each(fc.integer({ min: 0, max: 255 })),
    ids: each(u32),
    seen: fc.array(u32),
    said: fc.array(fc.record({ of: u32, timeMs: fc.integer({ min: START_MS - 1000, max: START_MS }) })),
    later: anyTimes,
  });
});

describe('record()', () => {
  it('record() keeps what its columns say, gives that back, and writes it as the same bytes again', () => {
    fc.assert(
      fc.property(anyState, (state) => {
        const given = structuredClone(state);
        const bytes = kept.write(state, 0);
        const back = kept.read(bytes);
        const newestMs = given.times.at(-1) ?? Number.NEGATIVE_INFINITY;
        const ordinary = given.times.filter((timeMs) => timeMs <= newestMs - 100).length - 3;
        const from = Math.max(
          Math.min(given.times.filter((timeMs) => timeMs <= newestMs - 1000).length, Math.max(0, ordinary)),
          given.times.length - 20,
          0,
        );
        expect(back).toEqual({
          ...{ times: given.times.slice(from), amounts: given.amounts.slice(from).map((amount) => (amount === 0 ? 0 : amount)) },
          ...{ marks: given.marks.slice(from), ids: given.ids.slice(from), seen: given.seen.slice(-5) },
          ...{ said: given.said.filter(({ timeMs }) => timeMs > newestMs - 500).slice(-4), later: given.later.slice(-3) },
        });
        expect(kept.newestMs(bytes)).toBe(newestMs);
        expect(kept.write(back, 0)).toEqual(bytes);
        expect(bytes.length).toBeLessThan(2 + 20 * (8 + 10 + 1 + 4) + 5 * 4 + 4 * 12 + 4 * 8 + 8);
      }),
    );
  });

  it('record() begins empty, a new one each time', () => {
    const first = kept.empty();
    first.times.push(1);
    expect(kept.empty()).toEqual({ times: [], amounts: [], marks: [], ids: [], seen: [], said: [], later: [] });
    expect(kept.newestMs(kept.write(kept.empty(), 5))).toBe(Number.NEGATIVE_INFINITY);
  });

  it('record() shows how much each column holds', () => {
    expect(kept.show({ ...kept.empty(), seen: [1, 2] })).toMatchObject({ times: 0, seen: 2 });
  });

  it('record() refuses damaged bytes and those of another format', () => {
    const bytes = kept.write({ ...kept.empty(), times: [1, 2], amounts: [1, 2], marks: [1, 2], ids: [1, 2] }, 0);
    for (let length = 0; length < bytes.length; length++) expect(() => kept.read(bytes.subarray(0, length))).toThrow(RangeError);
    expect(() => kept.read(Uint8Array.of(9, ...bytes.subarray(1)))).toThrow('format 9');
    expect(kept.wrote(Uint8Array.of(9))).toBe(false);
  });

  it('record() begins with times, has them before what stands beside them, and a format that is no beginning of JSON', () => {
    expect(() => record({ seen: fingerprints(3) })).toThrow('first column must be times()');
    expect(() => record({ times: times(), seen: fingerprints(3), amounts: amounts() })).toThrow('amounts');
    expect(() => record({})).toThrow('without columns');
    for (const format of [0, 101, 1.5]) expect(() => record({ times: times() }, { format })).toThrow('Cannot number a format');
  });
});

describe('reading()', () => {
  const first = jsonState({ empty: () => ({ count: 0 }) });
  const second = jsonState({ format: 2, empty: () => ({ counts: [0] }) });
  const third = record({ times: times(), counts: smallNumbers() }, { format: 3 });
  const today = reading(
    third,
    older(second, ({ counts }) => ({ times: counts.map(() => START_MS), counts })),
    older(first, ({ count }) => ({ times: [START_MS], counts: [count] })),
  );

  it('reading() reads every format that was ever written, and writes that of today', () => {
    const state = { times: [START_MS], counts: [7] };
    const rows = [first.write({ count: 7 }, 1), second.write({ counts: [7] }, 2), third.write(state, 3)];
    expect(rows.map((bytes) => today.read(bytes))).toEqual([state, state, state]);
    expect(rows.map((bytes) => today.newestMs(bytes))).toEqual([1, 2, START_MS]);
    expect(rows.map((bytes) => today.wrote(bytes))).toEqual([true, true, true]);
    expect(today.write(state, 4)).toEqual(third.write(state, 4));
    expect(today.format).toBe(3);
  });

  it('reading() refuses what none of them wrote', () => {
    for (const bytes of [Uint8Array.of(4), bytesOf('{"format":9,"newestMs":1,"state":{}}')]) {
      expect(today.wrote(bytes)).toBe(false);
      expect(() => today.read(bytes)).toThrow('no known format');
      expect(() => today.newestMs(bytes)).toThrow('no known format');
    }
  });
});

describe('packed()', () => {
  const pair = packed<{ name: string; values: number[] }>({
    empty: () => ({ name: '', values: [] }),
    read: (reader) => ({ name: reader.text(), values: [...reader.floats(reader.varint())] }),
    write(writer, { name, values }) {
      writer.text(name);
      writer.varint(values.length);
      writer.floats(values);
    },
    show: ({ name }) => ({ name }),
  });

  it('packed() gives back what was written, and tells the newest time without reading the rest', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme' }),
        fc.array(fc.float({ noNaN: true })),
        fc.integer({ min: -1e12, max: 1e12 }),
        (name, values, timeMs) => {
          const bytes = pair.write({ name, values }, timeMs);
          expect(pair.read(bytes)).toEqual({ name, values });
          expect(pair.newestMs(bytes.subarray(0, 10))).toBe(timeMs);
        },
      ),
    );
    expect(pair.newestMs(pair.write(pair.empty(), Number.NEGATIVE_INFINITY))).toBe(Number.NEGATIVE_INFINITY);
  });

  it('packed() refuses damaged bytes, those of another format, and a format that is a beginning of JSON', () => {
    const bytes = pair.write({ name: 'ab', values: [1, 2] }, 5);
    for (let length = 0; length < bytes.length; length++) expect(() => pair.read(bytes.subarray(0, length))).toThrow(RangeError);
    expect(() => pair.read(Uint8Array.of(2, ...bytes.subarray(1)))).toThrow('format 2');
    expect([pair.wrote(bytes), pair.wrote(Uint8Array.of(2))]).toEqual([true, false]);
    expect(() => packed({ format: 101, empty: () => null, read: () => null, write: () => undefined, show: () => ({}) })).toThrow(
      'Cannot number',
    );
  });
});
