/** `signalbox evaluate maintenance` on small data of the sets' columns, in this process and by a running service. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startIngress } from '../../../../test/support/ingress.ts';
import { startPostgres } from '../../../../test/support/postgres.ts';
import { openShell } from '../../../../test/support/shell.ts';
import { maintenance } from '../flow.ts';

const { printed, run } = openShell();
let directory: string;

const instant = (minutes: number): string => new Date(Date.UTC(2026, 0, 5) + minutes * 60_000).toISOString().slice(0, 19).replace('T', ' ');

/** A series that shifts in its window. */
function nabRows(file: string, { shifts }: { shifts: boolean }): string[] {
  return Array.from({ length: 1000 }, (_, at) => {
    const value = 70 + 3 * Math.sin(at * 1.7) + (shifts && at >= 610 && at < 690 ? 60 : 0);
    return `${file},${instant(5 * at)},${value.toFixed(3)}`;
  });
}

function skabRows(file: string): string[] {
  return Array.from({ length: 600 }, (_, at) => {
    const anomaly = at >= 500;
    const values = [Math.sin(at * 2.1), Math.cos(at * 3.3), Math.sin(at * 5.1 + 1) + (anomaly ? 4 : 0)];
    return [file, at, instant(at), ...values.map((value) => value.toFixed(5)), anomaly ? 1 : 0, 0].join(',');
  });
}

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'signalbox-evaluate-'));
  const rows = [...nabRows('real/shifts.csv', { shifts: true }), ...nabRows('real/calm.csv', { shifts: false })];
  await writeFile(join(directory, 'real.csv'), ['file,timestamp,value', ...rows].join('\n'));
  await writeFile(
    join(directory, 'windows.json'),
    JSON.stringify({ 'real/shifts.csv': [[instant(3000), instant(3500)]], 'real/calm.csv': [] }),
  );
  await writeFile(join(directory, 'pumps.csv'), ['file,row,datetime,a,b,c,anomaly,changepoint', ...skabRows('pumps/0.csv')].join('\n'));
});

afterAll(async () => {
  await rm(directory, { recursive: true });
});

interface Report {
  flow: string;
  ok: boolean;
  sets: { set: string; rows: number; figures: Record<string, number>; floors: Record<string, number>; published: object; ok: boolean }[];
}

const report = (): Report => JSON.parse(printed.out) as Report;

describe('signalbox evaluate maintenance', () => {
  it('evaluate prints the figures of each set that the folder holds, as one object', async () => {
    expect(await run('evaluate', 'maintenance', '--data', directory, '--json')).toBe(0);
    const { flow, ok, sets } = report();
    expect([flow, ok]).toEqual(['maintenance', true]);
    expect(sets.map(({ set, rows }) => [set, rows])).toEqual([
      ['nab', 2000],
      ['skab', 600],
    ]);
    const [nab, skab] = sets as [Report['sets'][0], Report['sets'][0]];
    expect(Object.keys(nab.figures)).toEqual(['standard', 'lowFp', 'lowFn', 'precision', 'alertsPerSensorDay']);
    expect(nab.figures).toMatchObject({ precision: 1 });
    expect(nab.figures.standard).toBeGreaterThan(90);
    expect(Object.keys(skab.figures)).toEqual(['f1', 'far', 'mar']);
    expect(skab.figures.f1).toBeGreaterThan(0.9);
    expect(skab.floors).toEqual({ f1: 0.8, far: 20, mar: 25 });
    expect(skab.published).toHaveProperty(['T2+Q, of valve1, from the predictions that SKAB v0.9 (github.com/waico/SKAB) keeps'], {
      f1: 0.76,
      far: 23.9,
      mar: 26.1,
    });
  });

  it('evaluate prints tables with intervals and trivial baselines, and draws charts', async () => {
    const plots = join(directory, 'plots');
    expect(await run('evaluate', 'maintenance', '--data', directory, '--plots', plots)).toBe(0);
    for (const said of [
      '95 % from (files drawn)',
      'an alert every 300 rows',
      'always alarm',
      'published: windowed Gaussian',
      'us (p99)',
      'All floors are reached',
    ])
      expect(printed.out).toContain(said);
    expect((await readdir(plots)).sort()).toEqual([
      'nab-real-calm-csv.svg',
      'nab-real-shifts-csv.svg',
      'skab-calibration.svg',
      'skab-precision-recall.svg',
    ]);
    expect(await readFile(join(plots, 'nab-real-shifts-csv.svg'), 'utf8')).toContain('stroke="#cf222e"');
  });

  it('evaluate exits with 1 below a floor, with 2 without its windows, its data or its flow', async () => {
    const other = await mkdtemp(join(tmpdir(), 'signalbox-evaluate-'));
    const rows = nabRows('real/calm.csv', { shifts: false });
    await writeFile(join(other, 'real.csv'), ['file,timestamp,value', ...rows].join('\n'));
    expect(await run('evaluate', 'maintenance', '--data', other)).toBe(2);
    expect(printed.err).toContain('Cannot read windows.json');
    await writeFile(join(other, 'windows.json'), JSON.stringify({ 'real/calm.csv': [[instant(3000), instant(3100)]] }));
    expect(await run('evaluate', 'maintenance', '--data', other)).toBe(1);
    expect(printed.out).toContain('NOT all floors are reached');
    // a window behind the rows that are there: of a file's first half, nothing is wrong in it
    await writeFile(join(other, 'windows.json'), JSON.stringify({ 'real/calm.csv': [[instant(99_000), instant(99_100)]] }));
    expect(await run('evaluate', 'maintenance', '--data', other)).toBe(1);
    expect(printed.out).toContain('this data is too little to tell standard, lowFp, lowFn');
    await writeFile(join(other, 'windows.json'), '{"real/calm.csv": 5}');
    expect(await run('evaluate', 'maintenance', '--data', other)).toBe(2);
    expect(printed.err).toContain('Cannot read windows.json: it must hold lists of pairs of times, by file');
    await rm(other, { recursive: true });
    expect(await run('evaluate', 'maintenance', '--data', other)).toBe(2);
    expect(await run('evaluate', 'nobody', '--data', directory)).toBe(2);
    expect(printed.err).toContain('there is data for');
  });

  it('evaluate --url gives what folding here gives, and refuses a flow that has events', async () => {
    const postgres = await startPostgres();
    const ingress = await startIngress({ database: await postgres.fresh(), flows: [maintenance as never] });
    try {
      await run('evaluate', 'maintenance', '--data', directory, '--json');
      const here = report();
      printed.out = '';
      expect(await run('evaluate', 'maintenance', '--data', directory, '--json', '--url', ingress.url)).toBe(0);
      const there = report();
      expect(there.sets.map(({ figures }) => figures)).toEqual(here.sets.map(({ figures }) => figures));
      const page = await fetch(`${ingress.url}/v1/events?source=/evaluate/skab&id=pumps/0.csv:599`);
      expect(await page.json()).toMatchObject({ items: [{ status: 'decided', decision: { outcome: 'watch' } }] });
      expect(await run('evaluate', 'maintenance', '--data', directory, '--url', ingress.url)).toBe(2);
      expect(printed.err).toContain('has events there');
      expect(ingress.errors).toEqual([]);
    } finally {
      await ingress.close();
      await postgres.stop();
    }
  });
});
