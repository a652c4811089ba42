/** Files as people have them: the bugs this hunts are rows that are lost, altered or taken for others, with exit 0. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { batches } from '../../src/import/batches.ts';
import { parseImportMap } from '../../src/import/importMap.ts';
import { openTable } from '../../src/import/rows.ts';

const MAP = `
source: /shop
time: { column: at }
events:
  - type: sale.recorded
    id: 's-{id}'
    data: { sku: { column: sku }, quantity: { column: quantity, as: number } }
`;
const HEADER = 'id,at,sku,quantity';
const AT = '2026-02-01T10:00:00Z';
const LIMITS = { events: 100, bytes: 1_000_000, rows: 1_000_000 };

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signalbox-import-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

interface Read {
  readonly texts: string[];
  readonly rejected: { row: number; problem: string }[];
  readonly late: number;
}

interface Strange {
  readonly name?: string;
  readonly map?: string;
  readonly encoding?: string;
  readonly sort?: boolean;
}

async function read(
  content: string | Buffer,
  { name = 'sales.csv', map = MAP, encoding = 'utf-8', sort = false }: Strange = {},
): Promise<Read> {
  const file = join(folder, name);
  await writeFile(file, content);
  const parsed = await parseImportMap(map, 'map.yaml');
  const texts: string[] = [];
  const rejected: Read['rejected'] = [];
  let late = 0;
  const ordering = {
    sort,
    late: () => {
      late += 1;
    },
  };
  for await (const batch of batches(await openTable(file, parsed, encoding), parsed, { limits: LIMITS, skip: 0, ...ordering })) {
    texts.push(...batch.events.map(({ text }) => text));
    rejected.push(...batch.rejected.map(({ row, problem }) => ({ row, problem })));
  }
  return { texts, rejected, late };
}

const row = (id: string | number, sku = 'a', quantity = '1', at = AT) => `${id},${at},${sku},${quantity}`;
const skus = ({ texts }: Read) => texts.map((text) => (JSON.parse(text) as { data: { sku: string } }).data.sku);

describe('import of strange files', () => {
  it('refuses a row that is not UTF-8, and reads it if its encoding is said', async () => {
    const latin = Buffer.from([HEADER, row(1, 'M\u00fcller'), row(2, 'M\u00f6ller'), row(3, 'plain')].join('\n'), 'latin1');
    const refused = await read(latin);
    expect(skus(refused)).toEqual(['plain']);
    expect(refused.rejected.map(({ row: at }) => at)).toEqual([1, 2]);
    expect(refused.rejected[0]?.problem).toContain('--encoding windows-1252');
    expect(skus(await read(latin, { encoding: 'windows-1252' }))).toEqual(['M\u00fcller', 'M\u00f6ller', 'plain']);
  });

  it.each([
    ['LF in the header, CRLF in rows', `${HEADER}\n${row(1, 'a', '2')}\r\n${row(2, 'b', '3')}\r\n`],
    ['CRLF in the header, LF in rows', `${HEADER}\r\n${row(1, 'a', '2')}\n${row(2, 'b', '3')}\n`],
  ])('ends rows by either: %s', async (_name, content) => {
    const found = await read(content);
    expect(found.rejected).toEqual([]);
    expect(found.texts.map((text) => (JSON.parse(text) as { data: object }).data)).toEqual([
      { sku: 'a', quantity: 2 },
      { sku: 'b', quantity: 3 },
    ]);
  });

  it('keeps numbers as they were written', async () => {
    const map = MAP.replace('{ column: quantity, as: number }', '{ column: quantity, as: json }');
    const content = ['15793596808644609', '15793596808644608']
      .map((id) => `{"id":${id},"at":"${AT}","sku":"a","quantity":${id}}`)
      .join('\n');
    const { texts } = await read(content, { name: 'sales.ndjson', map });
    expect(texts[0]).toContain('"id":"s-15793596808644609"');
    expect(texts[0]).toContain('"quantity":15793596808644609');
    expect(texts[1]).toContain('"quantity":15793596808644608');
    const csv = await read(`${HEADER}\n${row(1, 'a', '12345678901234567890')}`);
    expect(csv.texts[0]).toContain('"quantity":12345678901234567890');
  });

  it.each(['0x1F', '0b11', '\u00a0', '1e999', 'NaN'])('rejects %j as a number', async (text) => {
    const { texts, rejected } = await read(`${HEADER}\n${row(1, 'a', text)}\n${row(2)}`);
    expect([texts.length, rejected.map(({ row: at }) => at)]).toEqual([1, [1]]);
  });

  it('rejects a day that is in no calendar, and a time of the far future', async () => {
    const { texts, rejected } = await read(
      `${HEADER}\n${row(1, 'a', '1', '2026-02-30T10:00:00Z')}\n${row(2, 'a', '1', '9999-12-31')}\n${row(3)}`,
    );
    expect([texts.length, rejected.map(({ row: at }) => at)]).toEqual([1, [1, 2]]);
  });

  it('holds labels for later although a row of the far future stands before their time', async () => {
    const label = `
  - type: sale.returned
    id: 'r-{id}'
    delaySeconds: 3600
    data: { sku: { column: sku } }
`;
    const { texts } = await read(`${HEADER}\n${row(1)}\n${row(2, 'a', '1', '9999-12-31')}\n${row(3, 'b', '1', '2026-02-01T10:30:00Z')}`, {
      map: MAP + label,
    });
    expect(texts.map((text) => (JSON.parse(text) as { id: string }).id)).toEqual(['s-1', 's-3', 'r-1', 'r-3']);
  });

  it.each([
    ['equals: 1.0', ['a']],
    ['notEquals: 1.0', ['b', 'c']],
    ['in: [1.0, 1.00]', ['a', 'c']],
  ])('compares cells with the text of the map: %s', async (condition, found) => {
    const map = MAP.replace('    data:', `    where: { column: quantity, ${condition} }\n    data:`);
    expect(skus(await read(`${HEADER}\n${row(1, 'a', '1.0')}\n${row(2, 'b', '1')}\n${row(3, 'c', '1.00')}`, { map }))).toEqual(found);
  });

  it.each([
    ['a quote inside a cell', '2,2026-02-01,24" disk,1'],
    ['a quote that nothing closes', '2,2026-02-01,"disk,1'],
    ['text behind a closing quote', '2,2026-02-01,"disk"x,1'],
    ['a row of 5 MiB', `2,2026-02-01,${'x'.repeat(5 * 1024 * 1024)},1`],
  ])('rejects the row of %s alone', async (_name, bad) => {
    const { texts, rejected } = await read(`${HEADER}\n${row(1)}\n${bad}\n${row(3)}\n${row(4, '"q ""uoted"", \n two lines"')}`);
    expect(rejected).toHaveLength(1);
    expect(rejected[0]?.row).toBe(2);
    expect(texts.map((text) => (JSON.parse(text) as { id: string }).id)).toEqual(['s-1', 's-3', 's-4']);
    expect((JSON.parse(texts[2] as string) as { data: { sku: string } }).data.sku).toBe('q "uoted", \n two lines');
  });

  it('skips a byte order mark', async () => {
    expect(skus(await read(`\ufeff{"id":1,"at":"${AT}","sku":"a","quantity":1}`, { name: 'sales.ndjson' }))).toEqual(['a']);
    expect(skus(await read(`\ufeff${HEADER}\n${row(1)}`))).toEqual(['a']);
  });

  it('tells of rows that come newest first, and sorts them if it is asked to', async () => {
    const newestFirst = `${HEADER}\n${row(3, 'c', '1', '2026-02-03')}\n${row(2, 'b', '1', '2026-02-02')}\n${row(1, 'a', '1', '2026-02-01')}`;
    expect((await read(newestFirst)).late).toBe(2);
    const sorted = await read(newestFirst, { sort: true });
    expect([sorted.late, skus(sorted)]).toEqual([0, ['a', 'b', 'c']]);
  });

  it.each([
    ['a column twice', `id,at,sku,quantity,sku\n1,${AT},a,1,b`, 'sales.csv', /column sku twice/],
    ['gzip named .csv', gzipSync(`${HEADER}\n${row(1)}`), 'sales.csv', /is gzip: its name must end in .gz/],
    ['no gzip named .gz', `${HEADER}\n${row(1)}`, 'sales.csv.gz', /is no gzip/],
    ['a header without the columns of the map', 'other,columns\n', 'sales.csv', /names the column id, the file has other, columns/],
    ['nothing', '', 'sales.csv', /is empty/],
  ])('refuses a file with %s', async (_name, content, name, why) => {
    await expect(read(content, { name })).rejects.toThrow(why);
  });

  it('says an encoding that there is none of', async () => {
    await expect(read(`${HEADER}\n${row(1)}`, { encoding: 'latin-nonsense' })).rejects.toThrow(/encoding latin-nonsense/);
  });

  it('tells of a map with many faults in three lines', async () => {
    await expect(parseImportMap('a: 1\nb: 2\nc: 3\nd: 4\n', 'm.yaml')).rejects.toThrow(
      /^Cannot use the map m.yaml:\n {2}.+\n {2}.+\n {2}.+\n {2}and \d+ more$/,
    );
  });
});
