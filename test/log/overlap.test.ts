/**
 * A batch that folds while the one before it commits. The bugs this hunts: a guess that is kept though another process wrote in
 * between, though the batch ahead failed, or though nobody knows whether it did.
 */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { activateFlow, ensureHeads } from '../../src/log/activate.ts';
import { Appender } from '../../src/log/append.ts';
import type { Answer } from '../../src/log/arrival.ts';
import { type Ahead, appendBatch } from '../../src/log/batch.ts';
import { DatabaseClock } from '../../src/log/db/clock.ts';
import { openDatabase, type Pool } from '../../src/log/db/database.ts';
import { BEGIN } from '../../src/log/db/together.ts';
import { Policies } from '../../src/log/policies.ts';
import { rebuild } from '../../src/log/rebuild.ts';
import { policyVersion } from '../../src/policy/policy.ts';
import { booking } from '../support/arrivals.ts';
import { ledger } from '../support/flows.ts';
import { losingCommits } from '../support/lostAnswers.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';

const CLIENTS = 120;
const EACH = 8;
const ACCOUNTS = 7;

let postgres: TestPostgres;
let url: string;
let pools: Pool[];

beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres.stop());
beforeEach(async () => {
  url = await postgres.fresh();
  pools = [];
  const pool = opened();
  await ensureHeads(pool, 'default', [ledger]);
  await activateFlow(pool, 'default', ledger);
});
afterEach(async () => {
  await Promise.all(pools.map((pool) => pool.end()));
});

function opened(): Pool {
  const pool = openDatabase(url, { name: 'test', appending: true });
  pools.push(pool);
  return pool;
}

interface Watched {
  readonly pool: Pool;
  /** Reads before the lock was had, and in a statement of their own after it. */
  readonly reads: { ahead: number; again: number };
}

/** Counts the reads of batches. */
function watched(pool = opened()): Watched {
  const reads = { ahead: 0, again: 0 };
  const [query, connect] = [pool.query.bind(pool), pool.connect.bind(pool)] as unknown as ((...args: unknown[]) => Promise<unknown>)[];
  const isNamed = (sent: unknown, name: string): boolean => (sent as { name?: string } | null)?.name === name;
  const isRead = (sent: unknown): boolean => isNamed(sent, 'signalbox-read') || isNamed(sent, 'signalbox-read-one');
  Object.assign(pool, {
    query: (...args: unknown[]) => {
      if (isRead(args[0])) reads.ahead += 1;
      return query?.(...args);
    },
    // with a callback it is pool.query that asks
    connect: async (...callback: unknown[]) => {
      const client = (await connect?.(...callback)) as { query: (...args: unknown[]) => Promise<unknown> } | undefined;
      if (callback.length > 0 || client === undefined || Object.hasOwn(client, 'watched')) return client;
      const send = client.query.bind(client);
      let locking = false;
      return Object.assign(client, {
        watched: true,
        query: async (...args: unknown[]) => {
          if (isNamed(args[0], BEGIN.name)) locking = true;
          if (isRead(args[0]) && !locking) reads.again += 1;
          const answer = await send(...args);
          locking = false;
          return answer;
        },
      });
    },
  });
  return { pool, reads };
}

function appender(pool: Pool): Appender {
  return new Appender({
    pool,
    context: { tenant: 'default', log: 'ledger', flow: ledger, policies: new Policies() },
    mailed: () => undefined,
  });
}

/** Each client sends one after the other; accounts and regions are shared by all. */
async function load(log: Appender, name: string): Promise<Answer[]> {
  const answers = await Promise.all(
    Array.from({ length: CLIENTS }, async (_, client) => {
      const own: Answer[] = [];
      for (let n = 0; n < EACH; n += 1) {
        // out of step, else all of them share every batch
        await new Promise((resolve) => setTimeout(resolve, (client + 3 * n) % 5));
        const arrival = booking({ id: `${name}-${client}-${n}`, account: `a-${(client + n) % ACCOUNTS}`, region: `r-${client % 3}` });
        own.push(...(await log.append([arrival])));
      }
      return own;
    }),
  );
  return answers.flat();
}

/** Every state is what its events fold to, nothing is there twice, and each account was counted without a gap. */
async function expectExact(events: number): Promise<void> {
  const pool = opened();
  const { differences } = await rebuild(pool, { tenant: 'default', flow: ledger, write: false });
  expect(differences).toEqual([]);
  const { rows } = await pool.query(
    `select subject, count(*)::int as n, max((body::json -> 'result' ->> 'count')::int) as top,
       count(distinct body::json -> 'result' ->> 'count')::int as counts from decisions group by subject order by subject`,
  );
  expect(rows.reduce((sum, { n }) => sum + n, 0)).toBe(events);
  expect(rows.filter(({ n, top, counts }) => n !== top || n !== counts)).toEqual([]);
}

describe('Appender, batches that overlap', () => {
  it('append() folds ahead of the lock, and reads again only where it must', async () => {
    const { pool, reads } = watched();
    await load(appender(pool), 'one');
    expect(reads.ahead).toBeGreaterThan(3);
    expect(reads.again).toBeLessThan(reads.ahead);
    await expectExact(CLIENTS * EACH);
  });

  it('append() drops a guess when another process has written in between', async () => {
    const [one, two] = [watched(), watched()];
    await Promise.all([load(appender(one.pool), 'one'), load(appender(two.pool), 'two')]);
    expect(one.reads.again + two.reads.again).toBeGreaterThan(0);
    await expectExact(2 * CLIENTS * EACH);
  });

  it('append() drops a guess when the batch ahead fails at its commit', async () => {
    const { pool, reads } = watched();
    await pool.query(`create sequence commits`);
    await pool.query(`create function fails() returns trigger language plpgsql as $$ begin
        if nextval('commits') % 5 = 0 then raise exception 'cannot serialize' using errcode = '40001'; end if; return null; end $$`);
    await pool.query(
      'create constraint trigger fails after update on heads deferrable initially deferred for each row execute function fails()',
    );
    await load(appender(pool), 'one');
    expect(reads.ahead).toBeGreaterThan(3);
    await expectExact(CLIENTS * EACH);
  });

  it('append() drops a guess when the commit ahead was not answered', async () => {
    let commits = 0;
    const losing = losingCommits(opened(), () => {
      commits += 1;
      return commits % 4 === 0;
    });
    const { pool, reads } = watched(losing);
    const answers = await load(appender(pool), 'one');
    expect(answers.filter((answer) => answer.result === 'known' && !answer.same)).toEqual([]);
    expect(reads.again).toBeGreaterThan(0);
    await expectExact(CLIENTS * EACH);
  });
});

describe('appendBatch() behind another', () => {
  /** What a batch leaves behind that made the account `a` look as if it had been counted 90 times. */
  function ahead(position: number, committed: boolean): Ahead {
    const state = Buffer.from(JSON.stringify({ count: 90, sum: 90, digest: 7, newestMs: 0 }));
    return {
      head: { position, code: ledger.code, policy: policyVersion('ledger', ledger.policyText) },
      left: { seen: new Map(), states: new Map([['account:a', state]]), watches: new Map() },
      committed: Promise.resolve(committed),
    };
  }

  async function countBehind(of: Ahead): Promise<unknown> {
    const pool = opened();
    await appender(pool).append([booking({ id: 'before' })]);
    const context = { tenant: 'default', log: 'ledger', flow: ledger, policies: new Policies() };
    const client = await pool.connect();
    const [answer] = await appendBatch(client, context, {
      arrivals: [booking({ id: 'behind' })],
      clock: new DatabaseClock(),
      behind: { ahead: of, pool },
      sent: () => undefined,
    });
    client.release();
    return answer?.result === 'accepted' ? answer.decision?.result.count : answer;
  }

  it('takes over what the one ahead leaves when it has committed and the head is where it left it', async () => {
    expect(await countBehind(ahead(3, true))).toBe(91);
  });

  it('reads again when the head is elsewhere', async () => {
    expect(await countBehind(ahead(2, true))).toBe(2);
    expect(await countBehind(ahead(9, true))).toEqual({ result: 'known', same: true, log: 'ledger', position: 4 });
  });

  it('reads again when the one ahead has not committed, though as much was written by another', async () => {
    expect(await countBehind(ahead(3, false))).toBe(2);
  });

  it('reads again when the policy has changed', async () => {
    await opened().query(`insert into policies (tenant, version, flow, text) values ('default', 'ledger@old', 'ledger', $1)`, [
      ledger.policyText,
    ]);
    const of = ahead(3, true);
    expect(await countBehind({ ...of, head: { ...of.head, policy: 'ledger@old' } })).toBe(2);
  });
});
