/** What every connection relies on, whatever the server or the database says by default: traps that were each walked into once. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { assertDurable, openDatabase, type Pool } from '../../src/log/db/database.ts';
import { Logs } from '../../src/log/logs.ts';
import { ledger } from '../support/flows.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';

let postgres: TestPostgres;
let pool: Pool | undefined;

beforeAll(async () => {
  postgres = await startPostgres();
});
afterEach(async () => {
  await pool?.end();
  pool = undefined;
});
afterAll(() => postgres.stop());

/** A database whose defaults are those, as another tenant of the server may have set them. */
async function defaults(settings: Readonly<Record<string, string>>): Promise<string> {
  const url = await postgres.empty();
  const admin = openDatabase(url, { name: 'test', size: 1 });
  for (const [name, value] of Object.entries(settings))
    await admin.query(`alter database ${new URL(url).pathname.slice(1)} set ${name} = '${value}'`);
  await admin.end();
  return url;
}

const held = async (name: string): Promise<string | undefined> =>
  (await pool?.query<{ setting: string }>('select current_setting($1) as setting', [name]))?.rows[0]?.setting;

describe('openDatabase()', () => {
  it('openDatabase() keeps to its isolation, plans and time limits whatever the database has for defaults', async () => {
    const url = await defaults({
      default_transaction_isolation: 'serializable',
      idle_in_transaction_session_timeout: '0',
      lock_timeout: '0',
      statement_timeout: '0',
      plan_cache_mode: 'force_generic_plan',
      jit: 'on',
    });
    pool = openDatabase(url, { name: 'test' });
    const wanted = {
      default_transaction_isolation: 'read committed',
      idle_in_transaction_session_timeout: '3s',
      lock_timeout: '4s',
      statement_timeout: '5s',
      plan_cache_mode: 'force_custom_plan',
      jit: 'off',
    };
    for (const [name, value] of Object.entries(wanted)) expect({ name, value: await held(name) }).toEqual({ name, value });
  });

  it('openDatabase() plans appending once, by index alone', async () => {
    pool = openDatabase(await postgres.empty(), { name: 'test', appending: true });
    expect(await held('default_transaction_isolation')).toBe('read committed');
    expect(await held('plan_cache_mode')).toBe('force_generic_plan');
    for (const way of ['seqscan', 'bitmapscan', 'hashjoin', 'mergejoin']) expect(await held(`enable_${way}`)).toBe('off');
  });
});

describe('assertDurable()', () => {
  it('assertDurable() refuses a database that answers before a commit is on disk', async () => {
    pool = openDatabase(await defaults({ synchronous_commit: 'off' }), { name: 'test' });
    await expect(assertDurable(pool)).rejects.toThrow(
      'Cannot accept events on a database that loses commits: synchronous_commit must be on',
    );
  });

  it('assertDurable() takes one that does not', async () => {
    pool = openDatabase(await defaults({ synchronous_commit: 'on' }), { name: 'test' });
    await assertDurable(pool);
  });
});

describe('Logs', () => {
  it('Logs refuses two flows that answer one type', () => {
    const deps = { pool: {} as Pool, tenant: 'default', mailed: () => undefined };
    const [type] = Object.keys(ledger.types);
    expect(() => new Logs({ ...deps, flows: [ledger, { ...ledger, name: 'other' }] })).toThrow(
      `Cannot route ${type} as both ledger and other answer it`,
    );
  });
});
