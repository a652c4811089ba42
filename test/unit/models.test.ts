import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { TreeEnsemble } from '../../src/kit/treeEnsemble.ts';

/** Two trees: x0 <= 1 ? -1 : (x1 <= 5 ? 0.5 : 2), and a single leaf. */
const small = {
  format: 1,
  about: {},
  features: ['x0', 'x1'],
  slope: 2,
  intercept: 0.5,
  roots: [0, 5],
  feature: [0, 255, 1, 255, 255, 255],
  threshold: [1, 0, 5, 0, 0, 0],
  child: [1, 0, 3, 0, 0, 0],
  value: [0.1, -1, 0.9, 0.5, 2, 0.25],
};
const fraud = async (): Promise<TreeEnsemble> =>
  new TreeEnsemble(JSON.parse(await readFile(new URL('../../src/flows/fraud/model/fraud.model.json', import.meta.url), 'utf8')));

describe('TreeEnsemble', () => {
  it('score() walks each tree, at a threshold to the left, and calibrates', () => {
    const model = new TreeEnsemble(small);
    expect(model.base).toBeCloseTo(0.35, 12);
    expect(model.score(Float64Array.of(1, 9)).raw).toBe(-0.75);
    expect(model.score(Float64Array.of(1.0001, 5)).raw).toBe(0.75);
    expect(model.score(Float64Array.of(2, 6)).raw).toBe(2.25);
    expect(model.score(Float64Array.of(2, 6)).probability).toBeCloseTo(1 / (1 + Math.exp(-5)), 12);
  });

  it('score() tells how each split moved the expectation', () => {
    const { contributions } = new TreeEnsemble(small).score(Float64Array.of(2, 6));
    expect([...contributions]).toEqual([expect.closeTo(0.8, 12), expect.closeTo(1.1, 12)]);
  });

  it('score() equals what LightGBM predicted when the fraud model was trained', async () => {
    const model = await fraud();
    const rows: { row: number[]; raw: number; probability: number }[] = JSON.parse(
      await readFile(new URL('./fraud.model.json', import.meta.url), 'utf8'),
    );
    for (const { row, raw, probability } of rows) {
      const scored = model.score(Float64Array.from(row));
      expect(scored.raw).toBeCloseTo(raw, 9);
      expect(scored.probability).toBeCloseTo(probability, 9);
    }
  });

  it('score() gives contributions that add up to the raw score, for any row', async () => {
    const model = await fraud();
    const rows = fc.array(fc.double({ noNaN: true }), { minLength: model.features.length, maxLength: model.features.length });
    fc.assert(
      fc.property(rows, (row) => {
        const { raw, contributions, probability } = model.score(Float64Array.from(row));
        expect(contributions.reduce((sum, part) => sum + part, model.base)).toBeCloseTo(raw, 9);
        expect(probability).toBeGreaterThan(0);
        expect(probability).toBeLessThan(1);
      }),
    );
  });

  it('new TreeEnsemble() refuses what is no model, and trees whose walks would not end', () => {
    const broken: [object, string][] = [
      [{ ...small, format: 2 }, 'format'],
      [{ ...small, more: 1 }, 'more'],
      [{ ...small, value: [1] }, 'one length'],
      [{ ...small, child: [0, 0, 3, 0, 0, 0] }, 'outside its tree'],
      [{ ...small, child: [1, 0, 5, 0, 0, 0] }, 'outside its tree'],
      [{ ...small, roots: [6] }, 'outside its tree'],
      [{ ...small, feature: [7, 255, 1, 255, 255, 255] }, 'outside its tree'],
    ];
    for (const [file, message] of broken) expect(() => new TreeEnsemble(file)).toThrow(message);
    expect(() => new TreeEnsemble(null)).toThrow('Cannot read the model');
  });
});
