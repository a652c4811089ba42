/** `signalbox evaluate pricing` on small data of the set's columns, in this process and by a running service. */
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startIngress } from '../../../../test/support/ingress.ts';
import { startPostgres } from '../../../../test/support/postgres.ts';
import { openShell } from '../../../../test/support/shell.ts';
import { pricing } from '../flow.ts';

const { printed, run } = openShell();
const HEADER = `store,brand,week,logmove,${Array.from({ length: 11 }, (_, at) => `price${at + 1}`).join(',')},deal,feat,profit`;
let directory: string;

/** Two stores and two brands whose demand follows price by the powers -2 and -3, by weeks of one file. */
function rows(from: number, to: number): string {
  const lines: string[] = [];
  for (const store of [2, 5])
    for (const brand of [1, 2])
      for (let week = from; week <= to; week += 1) {
        const prices = Array.from({ length: 11 }, (_, at) => 0.05 + 0.005 * ((week * (at + 2)) % 3));
        const logUnits = 6 + store / 10 - (brand + 1) * Math.log((prices[brand - 1] as number) / 0.05) + 0.2 * ((week * 7) % 2);
        lines.push([store, brand, week, logUnits.toFixed(6), ...prices, week % 2, 0, 30].join(','));
      }
  return [HEADER, ...lines].join('\n');
}

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'signalbox-evaluate-'));
  // the later weeks come first by name alone if numbers are read as texts
  await writeFile(join(directory, 'yx_week41_70.csv'), rows(41, 70));
  await writeFile(join(directory, 'yx_week101_108.csv'), rows(101, 108));
});

afterAll(async () => {
  await rm(directory, { recursive: true });
});

interface Report {
  ok: boolean;
  sets: [{ set: string; figures: Record<string, number>; floors: object; notes: string[]; baselines: object }];
}
const report = (): Report => JSON.parse(printed.out) as Report;

describe('signalbox evaluate pricing', () => {
  it('evaluate scores the last ten rounds over all files, beside floors and trivial ways, and draws charts', async () => {
    const plots = join(directory, 'plots');
    expect(await run('evaluate', 'pricing', '--data', directory, '--json', '--plots', plots)).toBe(0);
    const {
      ok,
      sets: [oj],
    } = report();
    expect([ok, oj.set, oj.floors]).toEqual([true, 'oj-dominicks', { mape: 38, positiveElasticities: 0 }]);
    expect(Object.keys(oj.figures)).toEqual(['mape', 'positiveElasticities']);
    expect(oj.figures.mape).toBeLessThan(15);
    expect(oj.figures.positiveElasticities).toBe(0);
    // ten rounds end with week 108: weeks without rows are asked about by nobody
    expect(oj.notes[0]).toContain('rounds of 2 weeks, ');
    expect(oj.notes[0]).toContain(' to 108, ');
    expect(Object.keys(oj.baselines)).toEqual(['what was sold last', 'mean of all before']);
    expect((await readdir(plots)).sort()).toEqual(['oj-dominicks-elasticity.svg', 'oj-dominicks-mape.svg']);
  });

  it('evaluate exits with 1 where demand rises with price, and with 2 where the weeks allow no round', async () => {
    const other = await mkdtemp(join(tmpdir(), 'signalbox-evaluate-'));
    const rising = rows(1, 40)
      .split('\n')
      .map((line, at) => {
        const cells = line.split(',');
        if (at > 0) cells[3] = String(6 + 4 * Math.log(Number(cells[3 + Number(cells[1])]) / 0.05));
        return cells.join(',');
      });
    await writeFile(join(other, 'yx_week1.csv'), rising.join('\n'));
    expect(await run('evaluate', 'pricing', '--data', other, '--json')).toBe(1);
    expect(report().sets[0].figures.positiveElasticities).toBeGreaterThan(0);
    await writeFile(join(other, 'yx_week1.csv'), rows(1, 3));
    expect(await run('evaluate', 'pricing', '--data', other)).toBe(2);
    expect(printed.err).toContain('a round takes 4 weeks');
    await writeFile(join(other, 'yx_week1.csv'), rows(1, 9).replace(',6.', ',six.'));
    expect(await run('evaluate', 'pricing', '--data', other)).toBe(2);
    expect(printed.err).toContain('row 2: logmove must be a number: six');
    await rm(other, { recursive: true });
  });

  it('evaluate --url gives what folding here gives', async () => {
    const postgres = await startPostgres();
    const ingress = await startIngress({ database: await postgres.fresh(), flows: [pricing as never] });
    try {
      await run('evaluate', 'pricing', '--data', directory, '--json');
      const here = report();
      printed.out = '';
      expect(await run('evaluate', 'pricing', '--data', directory, '--json', '--url', ingress.url)).toBe(0);
      expect(report().sets[0].figures).toEqual(here.sets[0].figures);
      expect(ingress.errors).toEqual([]);
    } finally {
      await ingress.close();
      await postgres.stop();
    }
  });
});
