import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DataFolder } from '../../src/evaluate/dataFolder.ts';
import { evaluateFlow } from '../../src/evaluate/evaluateFlow.ts';
import { mergeTables } from '../../src/evaluate/mergeTables.ts';

let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'signalbox-data-'));
  await writeFile(join(directory, 'week10.csv.gz'), gzipSync('\ufeffid,"name, whole",x\r\n3,"a ""b"", c",5\r\n'));
  await writeFile(join(directory, 'week9.csv'), 'x,id\n1,2\n\n4,3\n');
  await writeFile(join(directory, 'short.csv'), 'a,b\n1\n');
  await writeFile(join(directory, 'empty.csv'), '');
  await writeFile(join(directory, 'notes.txt'), 'id,x\n1,2\n');
  await writeFile(join(directory, 'windows.json'), '{"a": []}');
  await writeFile(join(directory, 'broken.json'), '{');
  await mkdir(join(directory, 'folder.csv'));
  const rows = Array.from({ length: 200_000 }, (_, at) => `${at},${Math.sin(at)}`).join('\n');
  await writeFile(join(directory, 'cut.csv.gz'), gzipSync(`cut,noise\n${rows}`).subarray(0, 400_000));
  await writeFile(join(directory, 'late.csv'), 'at,what\r\n5,e\n7,g\r9,\n');
  await writeFile(join(directory, 'past.csv'), 'what,at\na,1\nf,6\n');
});

afterAll(async () => {
  await rm(directory, { recursive: true });
});

async function all(rows: AsyncIterable<string[]>): Promise<string[][]> {
  const read: string[][] = [];
  for await (const row of rows) read.push(row);
  return read;
}

describe('DataFolder', () => {
  it('tables() finds files by their columns, in the order of the numbers in their names', async () => {
    const folder = await DataFolder.open(directory);
    const tables = folder.tables(['id', 'x']);
    expect(tables.map(({ name }) => name)).toEqual(['week9.csv', 'week10.csv.gz']);
    expect(await Promise.all(tables.map((table) => all(table.rows(['id', 'x']))))).toEqual([
      [
        ['2', '1'],
        ['3', '4'],
      ],
      [['3', '5']],
    ]);
    expect(await all((tables[1] as (typeof tables)[0]).rows(['name, whole']))).toEqual([['a "b", c']]);
  });

  it('rows() refuses a row of another length and a column that is not there', async () => {
    const [short] = (await DataFolder.open(directory)).tables(['a']);
    await expect(all(short?.rows(['a']) ?? (async function* () {})())).rejects.toThrow('row 2 must have 2 cells: 1');
    await expect(all(short?.rows(['z']) ?? (async function* () {})())).rejects.toThrow('it has no z');
  });

  it('rows() refuses a file that was cut, also where its reader has left', async () => {
    const [cut] = (await DataFolder.open(directory)).tables(['cut']);
    await expect(all(cut?.rows(['cut'], ['noise']) ?? (async function* () {})())).rejects.toThrow(
      'Cannot read cut.csv.gz: unexpected end of file',
    );
  });

  it('rows() refuses a cell that is no number, with its row', async () => {
    const folder = await DataFolder.open(directory);
    const [late] = folder.tables(['at', 'what']);
    await expect(all(late?.rows(['at'], ['what']) ?? (async function* () {})())).rejects.toThrow(
      'Cannot read late.csv: row 2: what must be a number: e',
    );
    await writeFile(join(directory, 'gap.csv'), 'gap\n1\n" "\n');
    const [gap] = (await DataFolder.open(directory)).tables(['gap']);
    await expect(all(gap?.rows(['gap'], ['gap']) ?? (async function* () {})())).rejects.toThrow('row 3: gap must be a number');
  });

  it('mergeTables() gives the rows of several tables in order of time, whatever their names are, and refuses one that is in none', async () => {
    const tables = (await DataFolder.open(directory)).tables(['at', 'what']);
    expect(tables.map(({ name }) => name)).toEqual(['late.csv', 'past.csv']);
    const wanted = { columns: ['what', 'at'], numbers: ['at'], time: 'at', back: 0 };
    expect(await all(mergeTables(tables, wanted))).toEqual([
      ['a', '1'],
      ['e', '5'],
      ['f', '6'],
      ['g', '7'],
      ['', '9'],
    ]);
    await writeFile(join(directory, 'back.csv'), 'back\n3\n2\n1\n');
    const back = (await DataFolder.open(directory)).tables(['back']);
    const of = (seconds: number) => mergeTables(back, { columns: ['back'], numbers: ['back'], time: 'back', back: seconds });
    await expect(all(of(1))).rejects.toThrow('Cannot read back.csv: its rows must be in order of back: 1 stands behind 3');
    expect(await all(of(2))).toHaveLength(3);
  });

  it('json() reads what stands beside, and says what is missing or broken', async () => {
    const folder = await DataFolder.open(directory);
    expect(await folder.json('windows.json')).toEqual({ a: [] });
    await expect(folder.json('other.json')).rejects.toThrow('Cannot read other.json');
    await expect(folder.json('broken.json')).rejects.toThrow('Cannot read broken.json');
    await expect(DataFolder.open(join(directory, 'none'))).rejects.toThrow('Cannot read the data');
  });
});

describe('evaluateFlow()', () => {
  it('leaves out figures that have no value, and says so', async () => {
    const set = {
      ...{ name: 'little', title: 'too little', columns: ['id'], lower: [], floors: { hits: 0.5 }, published: {} },
      evaluate: async () => ({
        ...{ rows: 0, figures: { hits: Number.NaN, misses: 2 }, notes: [], faults: [], plots: [] },
        intervals: { drawn: 'rows', of: { hits: [Number.NaN, Number.NaN] as const, misses: [1, 3] as const } },
        baselines: { none: { hits: Number.NaN, misses: 0 } },
      }),
    };
    const decider = { decide: async function* () {}, notes: () => [] };
    const folder = await DataFolder.open(directory);
    const reports = [];
    for await (const report of evaluateFlow([set], { folder, deciderOf: () => decider })) reports.push(report);
    expect(reports).toMatchObject([
      {
        ...{ ok: false, figures: { misses: 2 }, baselines: { none: { misses: 0 } }, intervals: { of: { misses: [1, 3] } } },
        faults: ['this data is too little to tell hits'],
      },
    ]);
    expect(reports[0]?.figures).not.toHaveProperty('hits');
  });
});
