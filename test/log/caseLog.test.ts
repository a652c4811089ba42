/** The second log has no holes either, whoever tries again. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type CaseRecord, writeCaseLog } from '../../src/log/caseLog.ts';
import { openDatabase, type Pool } from '../../src/log/database.ts';
import { startPostgres } from '../support/postgres.ts';

const record = (key: string): CaseRecord => ({ kind: 'timer', eventPosition: 1, subject: 's', key, title: key, detail: {} });

describe('writeCaseLog()', () => {
  let pool: Pool;
  const at = { tenant: 'default', flow: 'fraud' };
  const write = (...keys: string[]) => writeCaseLog(pool, at, (log) => log.record(keys.map(record)));
  const lines = async () =>
    (await pool.query<{ position: number; key: string }>('select position, key from records order by position')).rows.map(
      (row) => `${row.position} ${row.key}`,
    );

  beforeAll(async () => {
    const postgres = await startPostgres();
    pool = openDatabase(await postgres.fresh(), { name: 'test' });
  });
  afterAll(async () => {
    await pool.end();
  });

  it('records a key once and leaves no hole where a part was there already', async () => {
    await write('a', 'b');
    await write('b', 'c', 'a', 'd');
    await write('a', 'd');
    await write('e');
    expect(await lines()).toEqual(['1 a', '2 b', '3 c', '4 d', '5 e']);
  });

  it('keeps nothing of work that throws', async () => {
    const before = await lines();
    const work = writeCaseLog(pool, at, async (log) => {
      await log.record([record('lost')]);
      throw new Error('changed my mind');
    });
    await expect(work).rejects.toThrow('changed my mind');
    expect(await lines()).toEqual(before);
  });

  it('draws positions without holes from many writers at once', async () => {
    await Promise.all(Array.from({ length: 40 }, (_, nth) => write(`w${nth}`, `x${nth % 7}`)));
    const positions = (await lines()).map((line) => Number(line.split(' ')[0]));
    expect(positions).toEqual(positions.map((_, nth) => nth + 1));
  });

  it('keeps a text that Postgres cannot hold as it is', async () => {
    await writeCaseLog(pool, at, (log) => log.record([{ ...record('nul'), title: 'a\u0000b' }]));
    expect((await lines()).some((line) => line.endsWith(' nul'))).toBe(true);
  });
});
