/** The second log has no holes either, whoever tries again. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { type CaseRecord, writeCaseLog } from '../../src/log/caseLog.ts';
import { openDatabase, type Pool } from '../../src/log/db/database.ts';
import { startPostgres } from '../support/postgres.ts';

const record = (key: string): CaseRecord => ({ kind: 'timer', eventPosition: 1, subject: 's', key, title: key, detail: {} });

describe('writeCaseLog()', () => {
  let url: string;
  let pool: Pool;
  const at = { tenant: 'default', flow: 'fraud' };
  const write = (...keys: string[]) => writeCaseLog(pool, at, (log) => log.record(keys.map(record)));
  const lines = async () =>
    (await pool.query<{ position: number; key: string }>('select position, key from records order by position')).rows.map(
      (row) => `${row.position} ${row.key}`,
    );

  beforeAll(async () => {
    const postgres = await startPostgres();
    url = await postgres.fresh();
    pool = openDatabase(url, { name: 'test' });
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

  it('redacts titles and details, whoever wrote them, and keeps numbers and lengths', async () => {
    const detail = { text: `to alice@example.org ${'x'.repeat(2000)}`, at: [4242424242424242] };
    await writeCaseLog(pool, at, (log) => log.record([{ ...record('shown'), title: 'pay 4242 4242 4242 4242', detail }]));
    const { rows } = await pool.query("select title, detail from records where key = 'shown'");
    expect(rows[0].title).toBe('pay [card]');
    expect(JSON.parse(rows[0].detail)).toEqual({ ...detail, text: detail.text.replace('alice@example.org', '[mail]') });
    await pool.query("delete from records where key = 'shown'; update heads set position = position - 1 where log = 'fraud/cases'");
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

  it('ends a session that is frozen in the middle of a message while it holds the head', async () => {
    await write('before');
    const frozen = new pg.Client({ connectionString: url, application_name: 'signalbox frozen' });
    frozen.on('error', () => undefined);
    await frozen.connect();
    await frozen.query("begin; select 1 from heads where log = 'fraud/cases' for no key update");
    // a query message that says it is 1,000 bytes long, and stops after its header
    const { stream } = (frozen as unknown as { connection: { stream: { write(bytes: Buffer): void } } }).connection;
    stream.write(Buffer.from([0x51, 0, 0, 3, 0xe8, 0x73, 0x65]));
    await write('behind');
    expect((await lines()).some((line) => line.endsWith(' behind'))).toBe(true);
    await frozen.end().catch(() => undefined);
  });

  it('keeps a text that Postgres cannot hold as it is', async () => {
    await writeCaseLog(pool, at, (log) => log.record([{ ...record('nul'), title: 'a\u0000b' }]));
    expect((await lines()).some((line) => line.endsWith(' nul'))).toBe(true);
  });
});
