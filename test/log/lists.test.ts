/** Lists look up by key, whatever the planner knows of the tables: after a crash it knows nothing for a minute. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readApprovalFeed, readApprovals } from '../../src/approvals/readApprovals.ts';
import { ensureHeads } from '../../src/log/activate.ts';
import { CaseIds } from '../../src/log/caseIds.ts';
import { openDatabase, type Pool } from '../../src/log/db/database.ts';
import { readEvents } from '../../src/log/read/events.ts';
import { readTimeline } from '../../src/log/read/timeline.ts';
import { ledger } from '../support/flows.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';

const EVENTS = 30_000;
const APPROVALS = 1000;
const LIMIT = 50;

let postgres: TestPostgres;
let pool: Pool;

beforeAll(async () => {
  postgres = await startPostgres();
  pool = openDatabase(await postgres.fresh(), { name: 'test', size: 1 });
  for (const table of ['entries', 'bodies', 'decisions', 'approvals'])
    await pool.query(`alter table ${table} set (autovacuum_enabled = off)`);
  await ensureHeads(pool, 'default', [ledger]);
  await pool.query(`insert into entries (tenant, log, position, kind, accepted_at, source, id, type, subject, time, hash, ending)
    select 'default', 'ledger', n, 'event', now(), '/test', n::text, 'amount.booked', 'a-' || n % 20, now(), '', 'case' from generate_series(1, ${EVENTS}) n`);
  await pool.query(`insert into bodies select 'default', 'ledger', n, '{}' from generate_series(1, ${EVENTS}) n`);
  await pool.query(`insert into approvals (tenant, flow, event_position, turn, case_id, subject, state, opened_at, position, deadline, default_outcome, policy, body)
    select 'default', 'ledger', n * 7, 0, 'c', 'a', 'open', now(), n, now(), 'reject', 'p', '{}' from generate_series(1, ${APPROVALS}) n`);
});
afterAll(async () => {
  await pool.end();
  await postgres.stop();
});

/** Rows of the large tables that the server read for it. */
async function rowsRead(read: () => Promise<unknown>): Promise<number> {
  const count = async (): Promise<number> => {
    await pool.query('select pg_stat_force_next_flush()');
    const { rows } = await pool.query<{ n: number }>(
      "select sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0)) as n from pg_stat_user_tables where relname in ('entries', 'bodies')",
    );
    return Number(rows[0]?.n);
  };
  const before = await count();
  await read();
  return (await count()) - before;
}

describe('lists without statistics', () => {
  const reading = { tenant: 'default', upTo: new Map([['ledger', EVENTS]]), after: new Map<string, number>(), limit: LIMIT };

  it('readApprovals() reads an entry for each of its page', async () => {
    expect(
      await rowsRead(async () => {
        const { places } = await readApprovalFeed(pool, { state: 'open' }, reading);
        expect(await readApprovals(pool, 'default', places)).toHaveLength(LIMIT);
      }),
    ).toBeLessThanOrEqual(2 * LIMIT);
  });

  it('readTimeline() reads an entry and a body for each of its page', async () => {
    const of = { tenant: 'default', flow: 'ledger', subject: 'a-1' };
    const page = async () => expect((await readTimeline(pool, of, reading)).items).toHaveLength(LIMIT);
    expect(await rowsRead(page)).toBeLessThanOrEqual(4 * LIMIT);
  });

  it('readEvents() reads an entry and a body for each of its page', async () => {
    const places = Array.from({ length: LIMIT }, (_, n) => ({ log: 'ledger', position: n * 100 + 1 }));
    expect(
      await rowsRead(async () => expect(await readEvents({ pool, caseIds: new CaseIds([]) }, 'default', places)).toHaveLength(LIMIT)),
    ).toBeLessThanOrEqual(2 * LIMIT);
  });
});
