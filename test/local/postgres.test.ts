import { afterAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { type OwnPostgres, startOwnPostgres, startPostgres } from '../support/postgres.ts';

async function one<T>(url: string, sql: string): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<{ value: T }>(sql)).rows[0]?.value as T;
  } finally {
    await client.end();
  }
}

describe('embeddedPostgres()', () => {
  let own: OwnPostgres | undefined;
  afterAll(() => own?.stop());

  it('embeddedPostgres() keeps what makes a commit durable switched on', async () => {
    const server = await startPostgres();
    const url = await server.fresh();
    const off =
      "select count(*)::int as value from pg_settings where name in ('fsync', 'synchronous_commit', 'full_page_writes') and setting <> 'on'";
    expect(await one(url, off)).toBe(0);
    await server.stop();
  });

  it('embeddedPostgres() starts again after a kill -9 with what was committed', async () => {
    own = await startOwnPostgres();
    const url = await own.empty();
    await one(url, 'create table kept as select 7 as value');
    await own.kill();
    await own.start();
    expect(await one(url, 'select value from kept')).toBe(7);
  });
});
