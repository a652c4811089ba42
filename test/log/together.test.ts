import { createRequire } from 'node:module';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { until } from '../../src/local/until.ts';
import { openDatabase, type Pool } from '../../src/log/db/database.ts';
import { BEGIN, COMMIT, type Statement, together } from '../../src/log/db/together.ts';
import { eachDatabase } from '../support/eachDatabase.ts';

const require = createRequire(import.meta.url);
let url: string;
let pool: Pool;

eachDatabase((given) => {
  url = given;
  pool = openDatabase(url, { name: 'test', size: 1, appending: true });
  return pool;
}, 'empty');
beforeEach(async () => {
  await pool.query('create table numbers (n integer primary key)');
});

const add = (n: number): Statement => ({ name: 'add', text: 'insert into numbers select $1::integer returning n', values: [n] });
const count: Statement = { name: 'count', text: 'select count(*)::integer as n from numbers', values: [] };

async function inOne(...statements: Statement[]): Promise<unknown[]> {
  const client = await pool.connect();
  try {
    return (await together(client, statements)).map(({ command, rows }) => ({ command, rows }));
  } catch (error) {
    await client.query('rollback');
    throw error;
  } finally {
    client.release();
  }
}

describe('the pg that together() drives from inside', () => {
  it('is the very version that package.json pins', () => {
    const { dependencies } = require('../../package.json') as { dependencies: { pg: string } };
    expect(dependencies.pg).toBe((require('pg/package.json') as { version: string }).version);
  });

  it('has the connection that it knows', async () => {
    const client = await pool.connect();
    const { connection } = client as unknown as { connection: Record<string, unknown> & { stream: Record<string, unknown> } };
    client.release();
    const calls = ['bind', 'describe', 'execute', 'sync'].map((name) => typeof connection[name]);
    expect(calls).toEqual(['function', 'function', 'function', 'function']);
    expect([typeof connection.stream.cork, typeof connection.stream.uncork]).toEqual(['function', 'function']);
    expect(connection.parsedStatements).toBeInstanceOf(Object);
  });
});

describe('together()', () => {
  // what a connection sends for the first time goes another way than what it has prepared
  it.each([1, 2])('gives the results of a connection’s turn %i in order', async (turns) => {
    for (let turn = 1; turn < turns; turn += 1) await inOne(BEGIN, add(1000 + turn), count, COMMIT);
    expect(await inOne(BEGIN, add(7), count, COMMIT)).toEqual([
      { command: 'BEGIN', rows: [] },
      { command: 'INSERT', rows: [{ n: 7 }] },
      { command: 'SELECT', rows: [{ n: turns }] },
      { command: 'COMMIT', rows: [] },
    ]);
    expect(await inOne(count)).toEqual([{ command: 'SELECT', rows: [{ n: turns }] }]);
  });

  it.each([1, 2])('throws the error of a connection’s turn %i, and commits nothing', async (turns) => {
    for (let turn = 1; turn < turns; turn += 1) await inOne(BEGIN, add(1000 + turn), COMMIT);
    await expect(inOne(BEGIN, add(7), add(7), COMMIT)).rejects.toMatchObject({ code: '23505' });
    expect(await inOne(count)).toEqual([{ command: 'SELECT', rows: [{ n: turns - 1 }] }]);
    expect(await inOne(BEGIN, add(7), COMMIT)).toHaveLength(3);
  });

  it.each([1, 2])(
    'sees with each statement of a connection’s turn %i what others committed while the one before it waited',
    async (turns) => {
      const lock: Statement = { name: 'lock', text: 'lock table numbers in share row exclusive mode', values: [] };
      for (let turn = 1; turn < turns; turn += 1) await inOne(BEGIN, lock, count, COMMIT);
      const other = openDatabase(url, { name: 'other', size: 2 });
      const holder = await other.connect();
      await holder.query('begin; insert into numbers values (2)');
      const waiting = inOne(BEGIN, lock, count, COMMIT);
      const blocked = 'select 1 from pg_locks join pg_database d on d.oid = database where datname = current_database() and not granted';
      await until(async () => (await other.query(blocked)).rows.length > 0, AbortSignal.timeout(5000));
      await holder.query('commit');
      holder.release();
      expect((await waiting)[2]).toEqual({ command: 'SELECT', rows: [{ n: 1 }] });
      await other.end();
    },
  );
});
