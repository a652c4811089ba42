import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readAmounts, writeAmounts } from '../../src/kit/sense/amountColumn.ts';
import { ByteReader, ByteWriter } from '../../src/kit/sense/bytes.ts';
import { fingerprint } from '../../src/kit/sense/fingerprint.ts';
import { median } from '../../src/kit/sense/median.ts';
import { countBetween, countUntil, readNewest, readTimes, writeTimes } from '../../src/kit/sense/timeColumn.ts';

const written = (write: (writer: ByteWriter) => void): ByteReader => {
  const writer = new ByteWriter(0);
  write(writer);
  return new ByteReader(writer.finish());
};
/** Whole and broken seconds, before 1970 too. */
const anyTime = fc.oneof(
  fc.integer({ min: -62_135_596_800, max: 253_402_300_799 }).map((seconds) => seconds * 1000),
  fc.integer({ min: -62_135_596_800_000, max: 253_402_300_799_999 }),
);
const anyTimes = fc.array(anyTime).map((times) => times.sort((a, b) => a - b));

describe('ByteWriter and ByteReader', () => {
  it('two writers at work at once, and one after them, write nothing into what another gave', () => {
    const [first, second] = [new ByteWriter(8), new ByteWriter(8)];
    first.varint(1);
    second.varint(2);
    const [one, two] = [first.finish(), second.finish()];
    const [third, fourth] = [new ByteWriter(8), new ByteWriter(8)];
    third.varint(3);
    fourth.varint(4);
    expect([one, two, third.finish(), fourth.finish()].map((bytes) => [...bytes])).toEqual([[1], [2], [3], [4]]);
  });

  it('varint() gives back every whole number up to 2^53 - 1', () => {
    const edges = [0, 1, 127, 128, 2 ** 28 - 1, 2 ** 28, 2 ** 31 - 1, 2 ** 31, 2 ** 32, 2 ** 35, 2 ** 49, Number.MAX_SAFE_INTEGER];
    fc.assert(
      fc.property(fc.oneof(fc.constantFrom(...edges), fc.maxSafeNat()), (value) => {
        expect(written((writer) => writer.varint(value)).varint()).toBe(value);
      }),
    );
  });

  it('zigzag(), uint32(), float64() and byte() give back what was written, one after the other', () => {
    const signed = fc.integer({ min: -(2 ** 52), max: 2 ** 52 - 1 });
    fc.assert(
      fc.property(signed, fc.nat(0xffff_ffff), fc.double(), fc.nat(255), (a, b, c, d) => {
        const reader = written((writer) => {
          writer.zigzag(a);
          writer.uint32(b);
          writer.float64(c);
          writer.byte(d);
        });
        expect([reader.zigzag(), reader.uint32(), reader.float64(), reader.byte()]).toEqual([a === 0 ? 0 : a, b, c, d]);
      }),
    );
  });

  it('varint() refuses what is no whole number from 0', () => {
    for (const value of [-1, 0.5, Number.NaN, 2 ** 53]) expect(() => new ByteWriter(8).varint(value)).toThrow(RangeError);
  });

  it('a reader throws where the bytes end too soon or a number does not end', () => {
    for (const read of ['byte', 'varint', 'zigzag', 'uint32', 'float64'] as const)
      expect(() => new ByteReader(Uint8Array.of())[read]()).toThrow(RangeError);
    expect(() => new ByteReader(new Uint8Array(12).fill(255)).varint()).toThrow('does not end');
  });
});

describe('timeColumn', () => {
  it('readTimes() gives back what writeTimes() wrote, and readNewest() its last', () => {
    fc.assert(
      fc.property(anyTimes, (times) => {
        const bytes = (): ByteReader => written((writer) => writeTimes(writer, times));
        expect(readTimes(bytes())).toEqual(times.map((time) => (time === 0 ? 0 : time)));
        expect(readNewest(bytes())).toBe(times.at(-1) ?? Number.NEGATIVE_INFINITY);
      }),
    );
  });

  it('countUntil() and countBetween() count as a filter does: (after, until]', () => {
    const near = fc.array(fc.integer({ min: 0, max: 20 })).map((times) => times.sort((a, b) => a - b));
    fc.assert(
      fc.property(near, fc.integer({ min: -1, max: 21 }), fc.integer({ min: -1, max: 21 }), (times, after, until) => {
        expect(countUntil(times, until)).toBe(times.filter((time) => time <= until).length);
        expect(countBetween(times, after, until)).toBe(times.filter((time) => time > after && time <= until).length);
      }),
    );
  });

  it('writeTimes() takes three bytes for whole seconds some hours apart', () => {
    const times = Array.from({ length: 100 }, (_, at) => 1_700_000_000_000 + at * 6 * 3_600_000);
    const writer = new ByteWriter(16);
    writeTimes(writer, times);
    expect(writer.finish().length).toBeLessThanOrEqual(3 * 99 + 8);
  });
});

describe('amountColumn', () => {
  it('readAmounts() gives back the very same doubles', () => {
    const anyAmount = fc.oneof(
      fc.maxSafeNat().map((cents) => cents / 100),
      fc.double({ min: 0, max: 1e12, noNaN: true }).map(Math.abs),
      fc.double({ min: 0, max: Number.MAX_VALUE, noNaN: true, noDefaultInfinity: true }).map(Math.abs),
      fc.constantFrom(0, 0.1, 0.07, 1.005, 1e12, 999_999_999_999.99),
    );
    fc.assert(
      fc.property(fc.array(anyAmount), (amounts) => {
        const reader = written((writer) => writeAmounts(writer, amounts));
        expect(readAmounts(reader, amounts.length)).toEqual(amounts);
      }),
    );
  });

  it('writeAmounts() refuses what is no amount', () => {
    for (const amount of [-1, Number.NaN, Number.POSITIVE_INFINITY])
      expect(() => writeAmounts(new ByteWriter(8), [amount])).toThrow(RangeError);
  });
});

describe('fingerprint', () => {
  it('fingerprint() tells a hundred thousand consecutive ids apart about as well as chance', () => {
    const prints = new Set(Array.from({ length: 100_000 }, (_, at) => fingerprint(`tx-${at}`)));
    // by chance 1.2 pairs of them meet
    expect(prints.size).toBeGreaterThan(99_990);
  });

  it('fingerprint() is total: any text gives 32 bits, the same each time', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const print = fingerprint(text);
        expect(print).toBe(fingerprint(text));
        expect(print >>> 0).toBe(print);
      }),
    );
    // kept in states, so it may never change
    expect([fingerprint(''), fingerprint('tx-1')]).toEqual([2_872_998_923, 2_448_703_541]);
  });
});

describe('median', () => {
  it('median() is the middle value, or the mean of the two', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([10, 1, 2, 3])).toBe(2.5);
    expect(median([])).toBeNaN();
  });

  it('median() leaves its list as it is, and any order gives the same', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 1 }), (values) => {
        const before = [...values];
        const middle = median(values);
        expect(values).toEqual(before);
        expect(median([...values].reverse())).toBe(middle);
      }),
    );
  });
});
