/**
 * Accepting: exactly once, in order, without holes, whatever happens between the commit and its answer.
 * The bugs this hunts: a batch that reads a snapshot from before its lock, an unanswered commit taken for a failed one,
 * two logs that meet in the same keys, a fold that was published before its commit.
 */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { activateFlow, ensureHeads } from '../../src/log/activate.ts';
import { Appender } from '../../src/log/append.ts';
import type { Answer, Arrival } from '../../src/log/arrival.ts';
import { openDatabase, type Pool } from '../../src/log/db/database.ts';
import { Logs } from '../../src/log/logs.ts';
import { Policies } from '../../src/log/policies.ts';
import { booking, scan } from '../support/arrivals.ts';
import { ledger, parcel } from '../support/flows.ts';
import { losingCommits } from '../support/lostAnswers.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';

let postgres: TestPostgres;
let url: string;
let pool: Pool;
let mailed: string[];

beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres.stop());
beforeEach(async () => {
  url = await postgres.fresh();
  pool = openDatabase(url, { name: 'test', appending: true });
  mailed = [];
  await ensureHeads(pool, 'default', [ledger, parcel]);
  await activateFlow(pool, 'default', ledger);
  await activateFlow(pool, 'default', parcel);
});
afterEach(() => pool.end());

function appender(flow: typeof ledger | typeof parcel | null, on: Pool = pool): Appender {
  const context = { tenant: 'default', log: flow?.name ?? 'unrouted', flow, policies: new Policies() };
  return new Appender({ pool: on, context, mailed: (cases) => mailed.push(...cases) });
}

async function one(log: Appender, arrival: Arrival): Promise<Answer> {
  return (await log.append([arrival]))[0] as Answer;
}

const query = async (text: string, values: unknown[] = []) => (await pool.query(text, values)).rows;

describe('Appender', () => {
  it('append() decides by the reflex, and the rows say what the answer says', async () => {
    const answer = await one(appender(ledger), booking({ id: 'one', amount: 200 }));
    expect(answer).toMatchObject({
      result: 'accepted',
      position: 3,
      ending: 'reflex',
      decision: { id: 'dec_ledger.3.0', outcome: 'alarm' },
    });
    expect(await query("select ending, subject from entries where kind = 'event'")).toEqual([{ ending: 'reflex', subject: 'a' }]);
    expect(await query('select outcome, provisional, policy from decisions')).toEqual([
      { outcome: 'alarm', provisional: false, policy: expect.stringMatching(/^ledger@[0-9a-f]{12}$/) },
    ]);
  });

  it('append() gives a repeat the first place, and tells other content apart', async () => {
    const log = appender(ledger);
    const first = await one(log, booking({ id: 'one' }));
    expect(await one(log, booking({ id: 'one' }))).toMatchObject({
      result: 'known',
      same: true,
      position: (first as { position: number }).position,
    });
    expect(await one(log, booking({ id: 'one', amount: 2 }))).toMatchObject({ result: 'known', same: false });
    expect(await query('select count(*)::int as n from bodies')).toEqual([{ n: 1 }]);
  });

  it('append() folds a repeat inside one batch once', async () => {
    const answers = await appender(ledger).append([booking({ id: 'one' }), booking({ id: 'one' }), booking({ id: 'two' })]);
    expect(answers.map((answer) => answer.result)).toEqual(['accepted', 'known', 'accepted']);
    expect(answers[2]).toMatchObject({ position: 4, decision: { result: { count: 2 } } });
  });

  it('append() quarantines an event whose reflex throws, and leaves the state as it was', async () => {
    const log = appender(ledger);
    const answers = await log.append([booking({ id: 'one' }), booking({ id: 'bad', amount: 13 }), booking({ id: 'two' })]);
    expect(answers.map((answer) => (answer as { ending: string }).ending)).toEqual(['reflex', 'quarantined', 'reflex']);
    expect(answers[2]).toMatchObject({ decision: { result: { count: 2 } } });
    expect(await query("select note from entries where ending = 'quarantined'")).toEqual([
      { note: 'reflex: Error: thirteen is not counted' },
    ]);
  });

  it('append() stores an expired event undecided, and a late one unfolded', async () => {
    const log = appender(ledger);
    await one(log, booking({ id: 'new', time: '2026-05-05T00:00:00Z' }));
    const answers = await log.append([
      booking({ id: 'gone', expiresAt: '2020-01-01T00:00:00Z' }),
      booking({ id: 'late', time: '2026-05-01T00:00:00Z' }),
    ]);
    expect(answers).toMatchObject([
      { ending: 'expired', decision: null },
      { ending: 'recorded', decision: null },
    ]);
    expect(await query("select note from entries where id = 'late'")).toEqual([{ note: 'late' }]);
  });

  it('append() fills the mailbox of a case with what is provisional, but not for history', async () => {
    const log = appender(ledger);
    await log.append([booking({ id: 'ask', amount: 5000 }), booking({ id: 'past', amount: 5000, history: true })]);
    expect(await query('select case_id, position, found from mailboxes')).toEqual([
      { case_id: 'ledger:a', position: 3, found: '{"found":{"amount":5000},"rungs":[]}' },
    ]);
    expect(await query("select ending, note from entries where id = 'past'")).toEqual([{ ending: 'reflex', note: 'history' }]);
    expect(mailed).toEqual(['default ledger ledger:a']);
  });

  it('append() sends each event of a flow without a reflex to its case', async () => {
    await appender(parcel).append([scan('s1', 'P 1'), scan('s2', 'P 1')]);
    expect(await query('select case_id, position from mailboxes order by position')).toEqual([
      { case_id: 'parcel:P%201', position: 3 },
      { case_id: 'parcel:P%201', position: 4 },
    ]);
  });

  it('append() refuses for a flow whose log is folded by other code', async () => {
    await pool.query("update heads set code = 'newer' where log = 'ledger'");
    await expect(one(appender(ledger), booking({ id: 'one' }))).rejects.toMatchObject({ code: 'other-code' });
    expect(await query('select 1 from identities')).toEqual([]);
  });

  it('append() lets requests gather while a batch commits', async () => {
    const log = appender(ledger);
    const batches: number[] = [];
    const counted = new Appender({
      pool,
      context: { tenant: 'default', log: 'ledger', flow: ledger, policies: new Policies() },
      mailed: () => undefined,
      committed: (count) => batches.push(count),
    });
    await log.close();
    await Promise.all(
      Array.from({ length: 200 }, async (_, n) => {
        if (n >= 100) await counted.append([booking({ id: `early-${n}` })]);
        return counted.append([booking({ id: `n-${n}` })]);
      }),
    );
    expect(batches.reduce((sum, count) => sum + count, 0)).toBe(300);
    expect(batches.length).toBeLessThan(20);
  });

  it('append() retries through the head when two logs meet in the same keys, and one of them wins each', async () => {
    const names = Array.from({ length: 40 }, (_, n) => `shared-${n}`);
    const unrouted = appender(null);
    const log = appender(ledger);
    const other = [...names].reverse().map((id) => ({ ...booking({ id }), subject: null }));
    const [mine, theirs] = await Promise.all([
      Promise.all(names.map((id) => one(log, booking({ id })))),
      Promise.all(other.map((arrival) => one(unrouted, arrival))),
    ]);
    expect(await query('select count(*)::int as n, count(distinct id)::int as d from identities')).toEqual([{ n: 40, d: 40 }]);
    const accepted = [...mine, ...theirs].filter((answer) => answer.result === 'accepted');
    expect(accepted).toHaveLength(40);
    const holes = await query(
      'select log, count(*)::int as n, max(position)::int as top from entries group by log having count(*) <> max(position)',
    );
    expect(holes).toEqual([]);
  });

  // the first of a connection is sent in another way than those after it
  it.each([1, 2])('append() finds a commit whose answer was lost, number %i of its connection, and does not repeat it', async (lost) => {
    let commits = 0;
    const losing = losingCommits(openDatabase(url, { name: 'losing', appending: true, size: 1 }), () => {
      commits += 1;
      return commits === lost;
    });
    const log = appender(ledger, losing);
    const answers = [await one(log, booking({ id: 'one' })), await one(log, booking({ id: 'two' }))];
    await losing.end();
    expect(commits).toBe(3);
    expect(answers[lost - 1]).toMatchObject({ result: 'known', same: true, position: 2 + lost });
    expect(await query('select count(*)::int as n from decisions')).toEqual([{ n: 2 }]);
  });

  it('append() refuses beyond its queue, and takes again when there is room', async () => {
    const limits = { queueCountMax: 10, queueBytesMax: 1e6, batchCountMax: 10, batchBytesMax: 1e6, retryMs: 5000, answerMs: 5000 };
    const log = new Appender({
      pool,
      context: { tenant: 'default', log: 'ledger', flow: ledger, policies: new Policies() },
      mailed: () => undefined,
      limits,
    });
    const first = Array.from({ length: 10 }, (_, n) => log.append([booking({ id: `n-${n}` })]));
    await expect(log.append([booking({ id: 'more' })])).rejects.toMatchObject({ code: 'queue-full' });
    await Promise.all(first);
    await expect(log.append([booking({ id: 'more' })])).resolves.toMatchObject([{ result: 'accepted' }]);
  });

  it('Logs.append() refuses a batch whole where one of its logs has no room, and stores none of it', async () => {
    const limits = { queueCountMax: 10, queueBytesMax: 1e6, batchCountMax: 10, batchBytesMax: 1e6, retryMs: 5000, answerMs: 5000 };
    const logs = new Logs({ pool, tenant: 'default', flows: [ledger, parcel], mailed: () => undefined, limits });
    const filling = logs.append(Array.from({ length: 10 }, (_, n) => ({ flow: ledger, arrival: booking({ id: `n-${n}` }) })));
    const batch = [
      { flow: parcel, arrival: scan('scanned', 'p-1') },
      { flow: ledger, arrival: booking({ id: 'more' }) },
    ];
    await expect(logs.append(batch)).rejects.toMatchObject({ code: 'queue-full' });
    await filling;
    expect(await query("select count(*)::int as n from entries where id in ('scanned', 'more')")).toEqual([{ n: 0 }]);
    await expect(logs.append(batch)).resolves.toMatchObject([{ result: 'accepted' }, { result: 'accepted' }]);
    await logs.close();
  });

  /** A process that holds the log's head, and does not go on. */
  async function holdHead(): Promise<pg.Client> {
    const frozen = new pg.Client({
      connectionString: url,
      application_name: 'signalbox frozen',
      options: '-c idle_in_transaction_session_timeout=3000',
    });
    frozen.on('error', () => undefined);
    await frozen.connect();
    await frozen.query("begin; select 1 from heads where log = 'ledger' for no key update");
    return frozen;
  }

  /** Whether the session of the process that does not go on is ended. */
  const isEnded = async (): Promise<boolean> =>
    (await query("select from pg_stat_activity where application_name = 'signalbox frozen'")).length === 0;

  it('append() goes on, within the time that a batch is tried, where a process is frozen while it holds the head', async () => {
    const frozen = await holdHead();
    expect(await one(appender(ledger), booking({ id: 'one' }))).toMatchObject({ result: 'accepted' });
    expect(await isEnded()).toBe(true);
    await frozen.end().catch(() => undefined);
  });

  it('append() ends a session that is frozen in the middle of a message', async () => {
    const frozen = await holdHead();
    // a query message that says it is 1,000 bytes long, and stops after its header: PostgreSQL reads on, no timeout runs
    const { stream } = (frozen as unknown as { connection: { stream: { write(bytes: Buffer): void } } }).connection;
    stream.write(Buffer.from([0x51, 0, 0, 3, 0xe8, 0x73, 0x65]));
    expect(await one(appender(ledger), booking({ id: 'one' }))).toMatchObject({ result: 'accepted' });
    expect(await isEnded()).toBe(true);
    await frozen.end().catch(() => undefined);
  });

  it('append() tries again where the server cancels a statement that took too long', async () => {
    await query(`create sequence cancelled; create function cancel_once() returns trigger language plpgsql as $$ begin
      if nextval('cancelled') = 1 then raise exception 'canceling statement due to statement timeout' using errcode = '57014'; end if; return new; end $$;
      create trigger cancel_once before insert on entries for each row execute function cancel_once()`);
    expect(await one(appender(ledger), booking({ id: 'one' }))).toMatchObject({ result: 'accepted', position: 3 });
  });

  it('append() refuses whoever waited for the limit, takes what was not tried out of the queue, and then goes on', async () => {
    const holder = new pg.Client({ connectionString: url });
    await holder.connect();
    await holder.query("begin; select 1 from heads where log = 'ledger' for no key update");
    const limits = { queueCountMax: 10, queueBytesMax: 1e6, batchCountMax: 1, batchBytesMax: 1e6, retryMs: 60_000, answerMs: 300 };
    const log = new Appender({
      pool,
      context: { tenant: 'default', log: 'ledger', flow: ledger, policies: new Policies() },
      mailed: () => undefined,
      limits,
    });
    const asked = ['tried', 'second', 'third'].map((id) => log.append([booking({ id })]));
    for (const answer of await Promise.allSettled(asked))
      expect(answer).toMatchObject({ status: 'rejected', reason: { code: 'database-away' } });
    expect(log.waiting).toBe(0);
    await holder.query('rollback');
    await holder.end();
    expect(await one(log, booking({ id: 'third' }))).toMatchObject({ result: 'accepted' });
    await log.close();
  });

  it('close() settles what was asked before it', async () => {
    const limits = { queueCountMax: 9999, queueBytesMax: 1e8, batchCountMax: 300, batchBytesMax: 1e8, retryMs: 5000, answerMs: 5000 };
    const context = { tenant: 'default', log: 'ledger', flow: ledger, policies: new Policies() };
    const log = new Appender({ pool, context, mailed: () => undefined, limits });
    // answers of a batch are given in turns of the event loop while the next one is under way
    let settled = 0;
    const asked = Array.from({ length: 900 }, (_, n) =>
      log.append([booking({ id: `n-${n}` })]).then(() => {
        settled += 1;
      }),
    );
    await log.close();
    expect(settled).toBe(900);
    await Promise.all(asked);
    await expect(log.append([booking({ id: 'late' })])).rejects.toMatchObject({ code: 'stopping' });
  });

  it('append() keeps the events of two tenants apart: the same source and id in both, at the same position', async () => {
    await ensureHeads(pool, 'acme', [ledger]);
    await activateFlow(pool, 'acme', ledger);
    const of = (tenant: string): Appender =>
      new Appender({ pool, context: { tenant, log: 'ledger', flow: ledger, policies: new Policies() }, mailed: () => undefined });
    const [ours, theirs] = [of('default'), of('acme')];
    const first = await one(ours, booking({ id: 'one', amount: 1 }));
    const other = await one(theirs, booking({ id: 'one', amount: 2 }));
    expect([first, other]).toMatchObject([
      { result: 'accepted', position: 3, decision: { id: 'dec_ledger.3.0', result: { count: 1 } } },
      { result: 'accepted', position: 3, decision: { id: 'dec_acme.ledger.3.0', result: { count: 1 } } },
    ]);
    // again, in each its own
    expect(await one(ours, booking({ id: 'one', amount: 1 }))).toMatchObject({ result: 'known', same: true });
    expect(await one(theirs, booking({ id: 'one', amount: 1 }))).toMatchObject({ result: 'known', same: false });
    expect(await one(theirs, booking({ id: 'two' }))).toMatchObject({ decision: { result: { count: 2 } } });
    expect(await query('select tenant, count(*)::int as n from identities group by tenant order by tenant')).toEqual([
      { tenant: 'acme', n: 2 },
      { tenant: 'default', n: 1 },
    ]);
  });

  it('append() folds the events of a subject, and of a region beside it, of as many bytes as the edge takes', async () => {
    const account = '💳'.repeat(512);
    const answers = await appender(ledger).append([
      booking({ id: 'one', account, region: account }),
      booking({ id: 'two', account: account.slice(2), region: account }),
    ]);
    expect(answers).toMatchObject([{ ending: 'reflex' }, { ending: 'reflex' }]);
    expect(await query('select max(octet_length(key)) as bytes from states')).toEqual([{ bytes: 'account:'.length + 2048 }]);
  });

  it('append() tells identities apart that join to one text', async () => {
    const answers = await appender(ledger).append([booking({ source: '/a', id: 'bc' }), booking({ source: '/ab', id: 'c', amount: 2 })]);
    expect(answers).toMatchObject([{ result: 'accepted' }, { result: 'accepted' }]);
  });
});
