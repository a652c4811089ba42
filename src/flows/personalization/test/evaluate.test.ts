/** `signalbox evaluate personalization` on small data of the set's columns. */
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openShell } from '../../../../test/support/shell.ts';

const { printed, run } = openShell();
let directory: string;

const HEAD = 'SessionId,ItemId,Time';
/** Sessions that go round in one of two rings, one click a minute; each session begins a second after the one before. */
const ringRows = (sessions: number, fromSeconds: number): string[] =>
  Array.from({ length: sessions }, (_, session) =>
    Array.from(
      { length: 4 },
      (_, at) => `${session + 1},${(session % 2) * 100 + ((session + at) % 30)},${fromSeconds + session + 60 * at}.5`,
    ),
  ).flat();
const table = (rows: readonly string[]): string => `${[HEAD, ...rows].join('\n')}\n`;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'signalbox-evaluate-'));
  await writeFile(join(directory, 'train.csv.gz'), gzipSync(table(ringRows(600, 1_400_000_000))));
  await writeFile(join(directory, 'test.csv'), table(ringRows(50, 1_400_086_400)));
  // of the same folder, and of other columns
  await writeFile(join(directory, 'published.csv'), 'SessionId,Position\n1,0\n');
});
afterAll(async () => {
  await rm(directory, { recursive: true });
});

interface Set {
  set: string;
  rows: number;
  figures: Record<string, number>;
  floors: Record<string, number>;
  baselines: Record<string, Record<string, number>>;
  notes: string[];
  ok: boolean;
}
const sets = (): Set[] => (JSON.parse(printed.out) as { sets: Set[] }).sets;

describe('signalbox evaluate personalization', () => {
  it('evaluate scores each next click of the file that is named test, learning from all others', async () => {
    expect(await run('evaluate', 'personalization', '--data', directory, '--json')).toBe(0);
    const [set] = sets() as [Set];
    expect(set).toMatchObject({ set: 'yoochoose', rows: 2600, floors: { hr20: 0.7, mrr20: 0.375 }, ok: true });
    // a ring's next item is always the same
    expect(set.figures.hr20).toBe(1);
    expect(set.figures.mrr20).toBeGreaterThan(0.5);
    expect(set.baselines['the same item again']).toEqual({ hr20: 0, mrr20: 0 });
    expect(set.notes[0]).toContain('150 next clicks of 50 sessions are scored, of 2600 clicks');
    expect(set.notes.join()).toMatch(/the memory has \d+ bytes of at most 16777216, .* us \(p99\) of the processor/);
  });

  it('evaluate scores the last day where no file is named test, and draws how lists held', async () => {
    const other = await mkdtemp(join(tmpdir(), 'signalbox-evaluate-'));
    await writeFile(
      join(other, 'clicks.csv'),
      table([...ringRows(600, 1_400_000_000), ...ringRows(50, 1_400_186_400).map((row) => `9000${row}`)]),
    );
    expect(await run('evaluate', 'personalization', '--data', other, '--plots', join(other, 'plots'))).toBe(0);
    for (const said of ['150 next clicks of 50 sessions', 'sessions drawn', 'what is clicked most', 'published: VSKNN'])
      expect(printed.out).toContain(said);
    expect(await readdir(join(other, 'plots'))).toEqual(['yoochoose-hits.svg']);
    await rm(other, { recursive: true });
  });
});
