import { describe, expect, it } from '@jest/globals';
import { intervalsOf } from '../../src/evaluate/bootstrap.ts';
import { calibration, precisionRecall, precisionRecallChart } from '../../src/evaluate/curves.ts';
import type { DataFolder } from '../../src/evaluate/dataFolder.ts';
import type { DataSet } from '../../src/evaluate/dataSet.ts';
import { evaluateFlow, reaches } from '../../src/evaluate/evaluateFlow.ts';
import { chart, thinned } from '../../src/evaluate/svg.ts';

describe('intervalsOf', () => {
  it('intervalsOf() draws whole units, and leaves out draws without a figure', () => {
    const values = [1, 2, 3, 4, 5, 6, 7, 8];
    const mean = (weights: ArrayLike<number>): number => values.reduce((sum, value, at) => sum + value * (weights[at] as number), 0) / 8;
    const { mean: interval, none } = intervalsOf(8, (weights) => ({ mean: mean(weights), none: Number.NaN }), 500);
    // the standard error of a mean of 8 such values is .81
    expect(interval?.[0]).toBeCloseTo(4.5 - 1.96 * 0.81, 0);
    expect(interval?.[1]).toBeCloseTo(4.5 + 1.96 * 0.81, 0);
    expect(none).toEqual([Number.NaN, Number.NaN]);
  });
});

describe('curves', () => {
  const items = [0.9, 0.8, 0.8, 0.3].map((score, at) => ({ score, positive: at === 0 || at === 3 }));

  it('precisionRecall() has a point for each distinct score', () => {
    expect(precisionRecall(items)).toEqual([
      [0.5, 1],
      [0.5, 1 / 3],
      [1, 0.5],
    ]);
    expect(precisionRecall([])).toEqual([]);
  });

  it('calibration() tells how often it was true by what was said', () => {
    expect(calibration([...items, { score: 1, positive: false }])).toEqual([
      { meanScore: 0.3, share: 1, count: 1 },
      { meanScore: 0.8, share: 0, count: 2 },
      { meanScore: 0.95, share: 0.5, count: 2 },
    ]);
  });

  it('charts are SVG in which nobody writes', () => {
    const svg = precisionRecallChart('<script>&', items);
    expect(svg).toMatch(/^<svg .*<polyline .*<\/svg>\n$/s);
    expect(svg).not.toContain('<script>');
    expect(
      chart({
        title: '',
        x: { label: 'x', from: 1, to: 1 },
        y: { label: 'y', from: 2, to: 2 },
        lines: [{ points: [[1, 2]], color: '#000' }],
      }),
    ).not.toContain('NaN');
    const nothing = { label: '', from: Number.NaN, to: Number.NEGATIVE_INFINITY };
    const empty = chart({ title: '', x: nothing, y: nothing, lines: [{ points: [[1, Number.NaN]], color: '#000' }] });
    expect(empty).not.toMatch(/NaN|Infinity/);
  });

  it('thinned() keeps the extremes of many points', () => {
    const points = Array.from({ length: 20_000 }, (_, at) => [at, at === 12_345 ? 9 : 0] as const);
    const kept = thinned(points);
    expect(kept.length).toBeLessThan(2000);
    expect(kept).toContainEqual([12_345, 9]);
    expect(thinned(points.slice(0, 10))).toHaveLength(10);
  });
});

describe('evaluateFlow', () => {
  const floors = { f1: 0.8, far: 20 };
  const set = (figures: Record<string, number>, faults: string[] = []): DataSet => ({
    ...{ name: 'pumps', title: 'Pumps', columns: ['id'], lower: ['far'], floors, published: {} },
    evaluate: async () => ({ rows: 1, figures, intervals: { drawn: 'files', of: {} }, baselines: {}, notes: [], faults, plots: [] }),
  });

  it('reaches() knows figures that are better when they are lower, and none that is missing', () => {
    const lower = ['far'];
    expect(reaches({ floors, lower }, { f1: 0.8, far: 20 })).toBe(true);
    expect(reaches({ floors, lower }, { f1: 0.79, far: 20 })).toBe(false);
    expect(reaches({ floors, lower }, { f1: 0.9, far: 20.1 })).toBe(false);
    expect(reaches({ floors, lower }, { f1: Number.NaN, far: 1 })).toBe(false);
    expect(reaches({ floors, lower }, { far: 1 })).toBe(false);
  });

  const deciderOf = () => ({ decide: () => (async function* () {})(), notes: () => ['as history'] });
  const folderOf = (columns: string[]) =>
    ({ tables: (wanted: string[]) => (wanted.every((one) => columns.includes(one)) ? [{}] : []) }) as unknown as DataFolder;

  it('evaluateFlow() is not ok where a floor is missed or something that must hold does not', async () => {
    const oks: boolean[] = [];
    const sets = [set({ f1: 0.9, far: 1 }), set({ f1: 0.7, far: 1 }), set({ f1: 0.9, far: 1 }, ['a row was not decided'])];
    for await (const { ok, notes } of evaluateFlow(sets, { folder: folderOf(['id']), deciderOf })) {
      oks.push(ok);
      expect(notes).toEqual(['as history']);
    }
    expect(oks).toEqual([true, false, false]);
  });

  it('evaluateFlow() says which columns it looks for where no file fits', async () => {
    const reports = evaluateFlow([set({})], { folder: folderOf(['other']), deciderOf });
    await expect(reports.next()).rejects.toThrow('pumps has the columns id');
  });
});
