import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ByteReader, ByteWriter } from '../../src/kit/sense/bytes.ts';
import { haar } from '../../src/kit/sense/haar.ts';
import { symmetricEigen } from '../../src/kit/sense/symmetricEigen.ts';
import {
  firstAverage,
  furthest,
  learnTSquared,
  loadTSquared,
  nextAverage,
  saveTSquared,
  type TSquared,
} from '../../src/kit/sense/tSquared.ts';

const number = fc.double({ min: -100, max: 100, noNaN: true });

describe('symmetricEigen', () => {
  it('symmetricEigen() takes a symmetric matrix apart into what makes it up again', () => {
    const square = fc
      .integer({ min: 1, max: 8 })
      .chain((size) => fc.array(fc.array(number, { minLength: size, maxLength: size }), { minLength: size, maxLength: size }));
    fc.assert(
      fc.property(square, (half) => {
        const matrix = half.map((row, p) => row.map((_, q) => (half[Math.min(p, q)] as number[])[Math.max(p, q)] as number));
        const { values, vectors } = symmetricEigen(matrix);
        const made = matrix.map((row, p) =>
          row.map((_, q) =>
            values.reduce((sum, value, at) => sum + value * (vectors[at]?.[p] as number) * (vectors[at]?.[q] as number), 0),
          ),
        );
        made.flat().forEach((value, at) => {
          expect(value).toBeCloseTo(matrix.flat()[at] as number, 6);
        });
        expect([...values].sort((a, b) => b - a)).toEqual(values);
      }),
    );
    expect(() => symmetricEigen([[1, 2]])).toThrow(RangeError);
  });
});

describe('haar', () => {
  it('haar() keeps the sum of squares, and tells a constant window as its mean alone', () => {
    fc.assert(
      fc.property(fc.array(number, { minLength: 8, maxLength: 8 }), (values) => {
        const squares = (of: ArrayLike<number>): number => Array.from(of).reduce((sum, one) => sum + one * one, 0);
        expect(squares(haar(values))).toBeCloseTo(squares(values), 6);
      }),
    );
    haar([3, 3, 3, 3]).forEach((value, at) => {
      expect(value).toBeCloseTo(at === 0 ? 6 : 0, 12);
    });
    expect(() => haar([1, 2, 3])).toThrow(RangeError);
  });
});

/** Two values that move together, one that moves alone, one that drifts and one that stands. */
const rowsOf = (count: number): number[][] =>
  Array.from({ length: count }, (_, at) => {
    const together = Math.sin(at * 2.1) + Math.cos(at * 5.3);
    return [together, 2 * together + 0.1 * Math.sin(at * 7.7), Math.sin(at * 3.3 + 1), at / 100, 7];
  });

describe('tSquared', () => {
  const learnt = learnTSquared(rowsOf(400)) as TSquared;
  const run = (rows: readonly number[][]): number[] => {
    let average = firstAverage(learnt);
    return rows.map((row) => {
      average = nextAverage(learnt, average, row);
      return average / learnt.limit;
    });
  };

  it('learnTSquared() leaves out what drifts and what stands', () => {
    expect(learnt.channels).toEqual([0, 1, 2]);
  });

  it('nextAverage() stays below its limit while all goes on, and passes it where values go where they never were', () => {
    expect(Math.max(...run(rowsOf(800)))).toBeLessThan(1);
    const shifted = rowsOf(500).map(
      ([one, two, three, ...rest], at) => [one, two, (three as number) + (at < 450 ? 0 : 2), ...rest] as number[],
    );
    const levels = run(shifted);
    expect(Math.max(...levels.slice(0, 450))).toBeLessThan(1);
    expect(Math.max(...levels.slice(450))).toBeGreaterThan(1);
  });

  it('furthest() names the channel that is off', () => {
    const { place, mean, deviations } = furthest(learnt, [0, 0, 30, 0, 0]);
    expect(place).toBe(2);
    expect(mean).toBeCloseTo(0, 1);
    expect(deviations).toBe(8);
  });

  it('save and load change nothing', () => {
    const writer = new ByteWriter(64);
    saveTSquared(writer, learnt);
    const bytes = writer.finish();
    expect(loadTSquared(new ByteReader(bytes))).toEqual(learnt);
    expect(bytes.length).toBeLessThan(100);
  });

  it('learnTSquared() gives nothing where fewer than two channels vary, and refuses too few rows', () => {
    expect(learnTSquared(rowsOf(200).map((row) => [row[0] as number, 7]))).toBeNull();
    expect(() => learnTSquared(rowsOf(50))).toThrow(RangeError);
  });
});
