/** The log is the truth: whatever interleaving accepted its events, folding it again gives every state and decision that is kept. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { activateFlow, ensureHeads, joinIngresses } from '../../src/log/activate.ts';
import { Appender } from '../../src/log/append.ts';
import { openDatabase, type Pool } from '../../src/log/db/database.ts';
import { Policies } from '../../src/log/policies.ts';
import { rebuild } from '../../src/log/rebuild.ts';
import { redrive } from '../../src/log/redrive.ts';
import { type Booking, booking } from '../support/arrivals.ts';
import { eachDatabase } from '../support/eachDatabase.ts';
import { ledger } from '../support/flows.ts';

let url: string;
let pool: Pool;

eachDatabase((given) => {
  url = given;
  pool = openDatabase(url, { name: 'test', appending: true });
  return pool;
});
beforeEach(async () => {
  await ensureHeads(pool, 'default', [ledger]);
  await activateFlow(pool, 'default', ledger);
});

const open = (on: Pool, flow = ledger): Appender =>
  new Appender({ pool: on, context: { tenant: 'default', log: 'ledger', flow, policies: new Policies() }, mailed: () => undefined });

const check = (flow = ledger) => rebuild(pool, { tenant: 'default', flow, write: false });

describe('rebuild()', () => {
  it('gives every state again after four appenders with overlapping keys and repeats', async () => {
    const pools = Array.from({ length: 4 }, (_, n) => openDatabase(url, { name: `appender ${n}`, size: 3, appending: true }));
    const appenders = pools.map((each) => open(each));
    let accepted = 0;
    const work = appenders.map(async (appender, n) => {
      for (let round = 0; round < 25; round += 1) {
        // every event is posted by two of the four; accounts and regions overlap
        const ids = Array.from({ length: 20 }, (_, k) => round * 40 + ((n % 2) * 20 + k));
        const answers = await appender.append(
          ids.map((id) => booking({ id: `e-${id}`, account: `a-${id % 7}`, region: `r-${id % 3}`, amount: id % 50 })),
        );
        accepted += answers.filter((answer) => answer.result === 'accepted').length;
      }
    });
    await Promise.all(work);
    await Promise.all(pools.map((each) => each.end()));
    expect(accepted).toBe(1000);
    const rebuilt = await check();
    expect(rebuilt).toMatchObject({ events: 1000, keys: 10, differences: [], otherCode: 0 });
    const holes = await pool.query("select count(*)::int as n, max(position)::int as top from entries where log = 'ledger'");
    expect(holes.rows).toEqual([{ n: 1002, top: 1002 }]);
  });

  it('finds a state that was changed behind the log, and writes it right', async () => {
    await open(pool).append([booking({ id: 'one' }), booking({ id: 'two', account: 'b' })]);
    await pool.query("update states set value = 'x' where key = 'account:b'");
    await pool.query("delete from states where key = 'account:a'");
    expect((await check()).differences).toEqual([
      'the state of account:b is not what its events fold to',
      'the state of account:a is missing',
    ]);
    await rebuild(pool, { tenant: 'default', flow: ledger, write: true });
    expect((await check()).differences).toEqual([]);
    // the head has moved, so that no batch folded ahead on the old states is kept
    const last = await pool.query(
      "select e.kind, e.position = h.position as last from entries e join heads h using (tenant, log) where log = 'ledger' order by e.position desc limit 1",
    );
    expect(last.rows).toEqual([{ kind: 'code', last: true }]);
  });

  it('folds each event with the policy that held then', async () => {
    await open(pool).append([booking({ id: 'one', amount: 500 })]);
    const strict = { ...ledger, policyText: 'alarmAbove: 1\naskAbove: 100000\n' };
    expect(await activateFlow(pool, 'default', strict)).toMatchObject([{ what: 'policy' }]);
    const [answer] = await open(pool, strict).append([booking({ id: 'two', amount: 5000 })]);
    expect(answer).toMatchObject({ ending: 'reflex', decision: { outcome: 'alarm', provisional: false } });
    expect((await check(strict)).differences).toEqual([]);
  });

  it('says how many events were folded by code that it does not have', async () => {
    await open(pool).append([booking({ id: 'one' })]);
    const newer = { ...ledger, code: 'ledger-code-2' };
    await activateFlow(pool, 'default', newer);
    expect(await check(newer)).toMatchObject({ events: 1, otherCode: 1 });
  });

  it('folds a redriven event where it was redriven', async () => {
    const appender = open(pool);
    await appender.append([booking({ id: 'bad', amount: 13 }), booking({ id: 'after', amount: 2 })]);
    await expect(
      redrive({ pool, flows: [ledger], mailed: () => undefined }, { tenant: 'default', log: 'ledger', position: 3 }),
    ).rejects.toMatchObject({ code: 'off-schema' });
    const reflex = ledger.reflex as NonNullable<typeof ledger.reflex>;
    const mended = {
      ...ledger,
      code: 'ledger-code-2',
      reflex: {
        ...reflex,
        fold: ((states, event, policy) =>
          reflex.fold(
            states,
            event.data.amount === 13 ? { ...event, data: { ...event.data, amount: 13.5 } } : event,
            policy,
          )) as typeof reflex.fold,
      },
    };
    await activateFlow(pool, 'default', mended);
    const ending = await redrive({ pool, flows: [mended], mailed: () => undefined }, { tenant: 'default', log: 'ledger', position: 3 });
    expect(ending).toBe('reflex');
    expect((await pool.query('select event_position, revision from decisions order by position')).rows).toEqual([
      { event_position: 4, revision: 0 },
      { event_position: 3, revision: 0 },
    ]);
    expect(await redrive({ pool, flows: [mended], mailed: () => undefined }, { tenant: 'default', log: 'ledger', position: 3 })).toBeNull();
    // the mended reflex could fold it where it stands, too
    expect(await check(mended)).toMatchObject({ events: 2, differences: [] });
  });

  it.each([
    ['late', { time: new Date(Date.now() - 72 * 3_600_000).toISOString() }, 'late', 'recorded'],
    ['expired', { expiresAt: new Date(Date.now() - 3_600_000).toISOString() }, 'at-acceptance', 'expired'],
  ])('folds an event that was %s where it was redriven, once', async (_what, when, note, ending) => {
    const appender = open(pool);
    await appender.append([booking({ id: 'newest', amount: 2 })]);
    const [answer] = await appender.append([booking({ id: 'good', amount: 3, ...when })]);
    expect(answer).toMatchObject({ ending });
    const place = { tenant: 'default', log: 'ledger', position: (answer as { position: number }).position };
    const kept = () => pool.query("select ending, note from entries where id = 'good'");
    expect((await kept()).rows).toEqual([{ ending, note }]);
    const again = () => redrive({ pool, flows: [ledger], mailed: () => undefined }, place);
    expect(await again()).toBe('reflex');
    expect((await kept()).rows).toEqual([{ ending: 'reflex', note: null }]);
    const decided = await pool.query<{ body: string }>('select body from decisions where event_position = $1', [place.position]);
    expect(decided.rows.map(({ body }) => JSON.parse(body).result)).toEqual([{ count: 2 }]);
    await appender.append([booking({ id: 'after', amount: 4 })]);
    expect(await check()).toMatchObject({ events: 3, differences: [] });
    expect(await again()).toBeNull();
  });

  it('writes states right some at a time, while events are accepted', async () => {
    const appender = open(pool);
    for (let from = 0; from < 2400; from += 400)
      await appender.append(Array.from({ length: 400 }, (_, at) => booking({ id: `e-${from + at}`, account: `a-${from + at}` })));
    await pool.query(`update states set value = convert_to('{"count":9,"sum":0,"digest":1,"newestMs":0}', 'utf8')`);
    let done = false;
    let accepted = 0;
    const accepting = (async () => {
      for (; !done; accepted += 1) await open(pool).append([booking({ id: `beside-${accepted}`, account: `a-${accepted % 2400}` })]);
    })();
    const rebuilt = await rebuild(pool, { tenant: 'default', flow: ledger, write: true });
    done = true;
    await accepting;
    expect(rebuilt).toMatchObject({ written: true, keys: 2400 });
    expect((await check()).differences).toEqual([]);
    const { rows } = await pool.query("select 1 from entries where kind = 'code'");
    // the first activation, three pieces of a thousand, and the end
    expect(rows.length).toBeGreaterThanOrEqual(5);
  });

  it('reads no more at a time than fits', async () => {
    const appender = open(pool);
    for (let nth = 0; nth < 24; nth += 1) {
      const large = booking({ id: `large-${nth}` });
      const data = { account: 'a', amount: 1, note: 'x'.repeat(900_000) };
      const body = JSON.stringify({ ...JSON.parse(large.event.body), data });
      await appender.append([{ ...large, data, event: { ...large.event, data, body } }]);
    }
    const pages: number[] = [];
    const connect = pool.connect.bind(pool);
    Object.assign(pool, {
      connect: async () => {
        const client = await connect();
        const query = client.query.bind(client) as (...given: unknown[]) => Promise<{ rows?: { body?: string | null }[] }>;
        Object.assign(client, {
          query: async (...given: unknown[]) => {
            const answer = await query(...given);
            pages.push((answer.rows ?? []).reduce((sum, { body }) => sum + (body?.length ?? 0), 0));
            return answer;
          },
        });
        return client;
      },
    });
    expect(await check()).toMatchObject({ events: 24, differences: [] });
    expect(Math.max(...pages)).toBeGreaterThan(900_000);
    expect(Math.max(...pages)).toBeLessThan(18 * 1024 * 1024);
  });

  it('holds for any events, repeats and splits into batches', async () => {
    const booked: fc.Arbitrary<Booking> = fc.record({
      id: fc.integer({ min: 0, max: 60 }).map((n) => `p-${n}`),
      account: fc.constantFrom('a', 'b', '__proto__', 'ü'),
      amount: fc.constantFrom(1, 13, 200, 5000),
      region: fc.constantFrom('n', 's'),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(booked, { minLength: 1, maxLength: 20 }), { minLength: 1, maxLength: 4 }),
        fc.uuid(),
        async (batches, source) => {
          const appender = open(pool);
          await Promise.all(batches.map((batch) => appender.append(batch.map((one) => booking({ ...one, source })))));
          expect((await check()).differences).toEqual([]);
        },
      ),
      { numRuns: 25 },
    );
    const twice = await pool.query('select source, id from entries where kind = $1 group by 1, 2 having count(*) > 1', ['event']);
    expect(twice.rows).toEqual([]);
  });
});

describe('joinIngresses()', () => {
  it('switches new code on when no other ingress is live, and leaves it off beside one', async () => {
    const first = await joinIngresses(url, pool, { tenant: 'default', flows: [ledger] });
    const newer = { ...ledger, code: 'ledger-code-2' };
    const second = await joinIngresses(url, pool, { tenant: 'default', flows: [newer] });
    expect(second.activated).toEqual([]);
    await first.close();
    await second.close();
    const alone = await joinIngresses(url, pool, { tenant: 'default', flows: [newer] });
    expect(alone.activated).toMatchObject([{ what: 'code', from: 'ledger-code-1', to: 'ledger-code-2' }]);
    await alone.close();
  });
});
