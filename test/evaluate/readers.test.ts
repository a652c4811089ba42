import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DataFolder } from '../../src/evaluate/dataFolder.ts';

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

  it('json() reads what stands beside, and says what is missing or broken', async () => {
    const folder = await DataFolder.open(directory);
    expect(await folder.json('windows.json')).toEqual({ a: [] });
    await expect(folder.json('other.json')).rejects.toThrow('Cannot read other.json');
    await expect(folder.json('broken.json')).rejects.toThrow('Cannot read broken.json');
    await expect(DataFolder.open(join(directory, 'none'))).rejects.toThrow('Cannot read the data');
  });
});
