/**
 * Policies that change while events flow. The bugs this hunts: an event folded with another policy than its position says, a process that
 * goes on with the one it read first, a restart that takes back what an operator chose.
 */
import { beforeEach, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { audit } from '../../src/audit/audit.ts';
import type { Flow } from '../../src/domain/flow.ts';
import { activateFlow, ensureHeads, joinIngresses } from '../../src/log/activate.ts';
import { activatePolicy } from '../../src/log/activatePolicy.ts';
import { Appender } from '../../src/log/append.ts';
import { openDatabase, type Pool } from '../../src/log/db/database.ts';
import { Policies } from '../../src/log/policies.ts';
import { readActivations, readPolicy } from '../../src/log/read/policies.ts';
import { rebuild } from '../../src/log/rebuild.ts';
import { policyVersion } from '../../src/policy/policy.ts';
import { booking } from '../support/arrivals.ts';
import { eachDatabase } from '../support/eachDatabase.ts';
import { ledger } from '../support/flows.ts';
import { operate } from '../support/policies.ts';

/** The ledger with the policy in its state too: an event folded with another one is then seen by a rebuild. */
const reflex = ledger.reflex as NonNullable<typeof ledger.reflex>;
const marked: Flow<{ alarmAbove: number; askAbove: number }> = {
  ...ledger,
  code: 'ledger-marked-1',
  reflex: {
    ...reflex,
    fold(states, event, policy) {
      const folded = reflex.fold(states, event, policy);
      const mark = (bytes: Uint8Array | null): Uint8Array | null => {
        if (bytes === null) return null;
        const state = JSON.parse(Buffer.from(bytes).toString('utf8')) as { digest: number };
        return Buffer.from(JSON.stringify({ ...state, digest: (state.digest * 31 + policy.alarmAbove) % 1_000_000_007 }));
      };
      return { ...folded, states: folded.states.map(mark) };
    },
  },
};
const policyOf = (alarmAbove: number): string => `alarmAbove: ${alarmAbove}\naskAbove: 1000\n`;
const versionOf = (alarmAbove: number): string => policyVersion('ledger', policyOf(alarmAbove));

let url: string;
let pool: Pool;

eachDatabase((given) => {
  url = given;
  pool = openDatabase(url, { name: 'test' });
  return pool;
});
beforeEach(async () => {
  await ensureHeads(pool, 'default', [marked]);
  await activateFlow(pool, 'default', marked);
});

const open = (on: Pool, flow: Flow = marked): Appender =>
  new Appender({
    pool: on,
    context: { tenant: 'default', log: 'ledger', flow, policies: new Policies() },
    mailed: () => undefined,
  });
const appending = (name: string): Pool => openDatabase(url, { name, size: 3, appending: true });
const head = async () =>
  (await pool.query<{ code: string; policy: string }>("select code, policy from heads where log = 'ledger'")).rows[0];

describe('activatePolicy()', () => {
  it('activatePolicy() holds from the next batch on in every process', async () => {
    const pools = [appending('one'), appending('two')];
    const [one, two] = pools.map((each) => open(each)) as [Appender, Appender];
    for (const appender of [one, two]) await appender.append([booking({ id: `before ${appender === one}`, amount: 90 })]);
    expect(await operate(pool, marked, policyOf(50))).toMatchObject({ changed: true, previous: versionOf(100), version: versionOf(50) });
    const answers = [
      ...(await one.append([booking({ id: 'after 1', amount: 90 })])),
      ...(await two.append([booking({ id: 'after 2', amount: 90 })])),
    ];
    expect(answers).toMatchObject([{ decision: { outcome: 'alarm' } }, { decision: { outcome: 'alarm' } }]);
    const { rows } = await pool.query('select outcome, policy from decisions order by position');
    expect(rows).toEqual([
      ...new Array(2).fill({ outcome: 'fine', policy: versionOf(100) }),
      ...new Array(2).fill({ outcome: 'alarm', policy: versionOf(50) }),
    ]);
    await Promise.all(pools.map((each) => each.end()));
  });

  it('activatePolicy() changes folding at one position of the log, however many append meanwhile', async () => {
    const pools = Array.from({ length: 3 }, (_, n) => appending(`appender ${n}`));
    let running = true;
    let sent = 0;
    const work = pools.map(async (each, n) => {
      const appender = open(each);
      for (let round = 0; running; round += 1) {
        // two requests at once: the second one's batch folds while the first one's commits
        const requests = [0, 1].map((half) =>
          appender.append(
            Array.from({ length: 25 }, (_, k) =>
              booking({ id: `${n}-${round}-${half}-${k}`, account: `a-${k % 5}`, amount: (k * 6) % 60 }),
            ),
          ),
        );
        const answers = await Promise.all(requests);
        sent += answers.flat().length;
      }
    });
    for (let change = 1; change <= 12; change += 1) {
      await operate(pool, marked, policyOf(change * 4));
      // so that each of them folds something: more than the 50 of each appender that may have been under way
      const before = sent;
      while (sent <= before + 150) await new Promise(setImmediate);
    }
    running = false;
    await Promise.all(work);
    await Promise.all(pools.map((each) => each.end()));

    const { rows } = await pool.query<{ amount: number; outcome: string; policy: string; held: string }>(
      `select (b.body::json->'data'->>'amount')::int as amount, d.outcome, d.policy,
         (select p.note from entries p where p.log = d.log and p.kind = 'policy' and p.position < d.position order by p.position desc limit 1) as held
       from decisions d join bodies b using (tenant, log, position)`,
    );
    expect(rows.length).toBe(sent);
    const alarmAbove = new Map([100, ...Array.from({ length: 12 }, (_, n) => (n + 1) * 4)].map((value) => [versionOf(value), value]));
    for (const { amount, outcome, policy, held } of rows) {
      expect(policy).toBe(held);
      expect(outcome).toBe(amount > (alarmAbove.get(policy) ?? Number.NaN) ? 'alarm' : 'fine');
    }
    expect(new Set(rows.map(({ policy }) => policy)).size).toBeGreaterThanOrEqual(12);
    expect(await rebuild(pool, { tenant: 'default', flow: marked, write: false })).toMatchObject({ differences: [], events: sent });
    expect((await audit(pool)).findings).toEqual([]);
  });

  it('activatePolicy() with the content that is active changes nothing', async () => {
    const before = await pool.query('select position from heads');
    expect(await operate(pool, marked, '# again\naskAbove: 1e3\nalarmAbove: 100')).toEqual({
      ...{ version: versionOf(100), previous: versionOf(100) },
      ...{ changed: false, warnings: [] },
    });
    expect((await pool.query('select position from heads')).rows).toEqual(before.rows);
    expect((await pool.query('select count(*)::int as n from policies')).rows).toEqual([{ n: 1 }]);
  });

  it('activatePolicy() refuses what does not fit, what another build folds, and what has changed since', async () => {
    await expect(operate(pool, marked, 'alarmAbove: much\n')).rejects.toMatchObject({
      code: 'bad-policy',
      errors: [
        { pointer: '/askAbove', detail: 'line 1, column 1: is missing' },
        { pointer: '/alarmAbove', detail: 'line 1, column 13: must be a number, not a text' },
      ],
    });
    const stale = { tenant: 'default', flow: marked, text: policyOf(7), actor: 'ann', note: null, ifMatch: versionOf(6) };
    await expect(activatePolicy(pool, stale)).rejects.toMatchObject({ code: 'stale' });
    await expect(operate(pool, { ...marked, code: 'ledger-marked-2' }, policyOf(7))).rejects.toMatchObject({ code: 'other-code' });
    expect(await head()).toEqual({ code: 'ledger-marked-1', policy: versionOf(100) });
    expect((await pool.query('select count(*)::int as n from policies')).rows).toEqual([{ n: 1 }]);
  });

  it('activatePolicy() by two who saw the same policy lets one through', async () => {
    const wanted = (alarmAbove: number) => ({
      ...{ tenant: 'default', flow: marked, text: policyOf(alarmAbove), actor: 'ann', note: null, ifMatch: versionOf(100) },
    });
    const both = await Promise.allSettled([activatePolicy(pool, wanted(1)), activatePolicy(pool, wanted(2))]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  it('activatePolicy() leaves who and why, also where a version comes back', async () => {
    const choose = (alarmAbove: number, actor: string, note: string) =>
      activatePolicy(pool, { tenant: 'default', flow: marked, text: policyOf(alarmAbove), actor, note });
    await choose(5, 'ann', 'holidays');
    await choose(100, 'bob', 'too many alarms');
    await choose(5, 'cid', 'on second thoughts');
    const of = { tenant: 'default', flow: 'ledger' };
    const { activations, more } = await readActivations(pool, of, { after: 0, limit: 10 });
    expect(activations.map(({ version, origin, by, note, active }) => [version, origin, by, note, active])).toEqual([
      [versionOf(100), 'build', null, null, false],
      [versionOf(5), 'operator', 'ann', 'holidays', false],
      [versionOf(100), 'operator', 'bob', 'too many alarms', false],
      [versionOf(5), 'operator', 'cid', 'on second thoughts', true],
    ]);
    expect(more).toBe(false);
    const paged = await readActivations(pool, of, { after: activations[1]?.position ?? 0, limit: 1 });
    expect(paged).toEqual({ activations: [activations[2]], more: true });
    expect(await readPolicy(pool, of, null)).toEqual({ ...activations[3], text: policyOf(5) });
    expect(await readPolicy(pool, of, versionOf(100))).toEqual({ ...activations[2], text: marked.policyText });
    expect(await readPolicy(pool, of, versionOf(6))).toBeNull();
  });
});

describe('Policies', () => {
  it('Policies.get() tells a version that does not fit, or is not there, from a fault of ours', async () => {
    await operate(pool, marked, policyOf(5));
    const stricter = { ...marked, policySchema: z.strictObject({ alarmAbove: z.number() }) as unknown as typeof marked.policySchema };
    const appender = open(pool, stricter);
    await expect(appender.append([booking({ id: 'one' })])).rejects.toMatchObject({ code: 'policy-unfit' });
    await pool.query('delete from policies where version = $1', [versionOf(5)]);
    await expect(open(pool).append([booking({ id: 'one' })])).rejects.toMatchObject({ code: 'policy-unfit' });
  });
});

describe('joinIngresses()', () => {
  const join = (flow: Flow) => joinIngresses(url, pool, { tenant: 'default', flows: [flow] });
  const newer: Flow = { ...marked, code: 'ledger-marked-2', policyText: policyOf(33) };

  it('joinIngresses() switches the policy of a new build on where that of a build was on', async () => {
    const presence = await join(newer);
    expect(presence).toMatchObject({ activated: [{ what: 'code' }, { what: 'policy', to: versionOf(33) }], kept: [] });
    await presence.close();
    expect(await head()).toEqual({ code: newer.code, policy: versionOf(33) });
  });

  it("joinIngresses() leaves an operator's policy on, and switches the code of a new build on", async () => {
    await operate(pool, marked, policyOf(5));
    for (const flow of [marked, newer, newer]) {
      const presence = await join(flow);
      expect(presence.kept).toEqual([versionOf(5)]);
      await presence.close();
      expect(await head()).toEqual({ code: flow.code, policy: versionOf(5) });
    }
    // also a policy that once came with a build, where it is an operator who went back to it
    await operate(pool, newer, policyOf(100));
    const presence = await join(newer);
    expect(presence).toMatchObject({ kept: [versionOf(100)], activated: [] });
    await presence.close();
  });

  it('joinIngresses() refuses a build whose policy is wrong, with the first places', async () => {
    const broken: Flow = { ...newer, policyText: 'alarmAbove: x\naskAbove: 1\nmore: 1\nless: 1\nnone: 1\n' };
    const refused = (await join(broken).catch((error: Error) => error)) as Error;
    expect(refused.name).toBe('CannotRun');
    const lines = refused.message.split('\n');
    expect(lines.slice(0, 2)).toEqual([
      'Cannot start as the policy of ledger is wrong:',
      '  line 1, column 13: /alarmAbove must be a number, not a text',
    ]);
    expect(lines.slice(-2)).toEqual(['  and 1 more', '  src/flows/ledger/policy.yaml']);
  });

  it("joinIngresses() refuses to start where an operator's policy does not fit the code, until the build's is switched on", async () => {
    await operate(pool, marked, policyOf(5));
    const policySchema = z.strictObject({ alarmAbove: z.number().min(10), askAbove: z.number(), alarmFrom: z.number().optional() });
    const stricter: Flow = { ...newer, policySchema: policySchema as unknown as Flow['policySchema'] };
    const fresh: Flow = { ...ledger, name: 'another', types: {} };
    await ensureHeads(pool, 'default', [fresh]);
    const refused = await joinIngresses(url, pool, { tenant: 'default', flows: [fresh, stricter] }).catch((error: Error) => error);
    expect(refused).toMatchObject({
      name: 'CannotRun',
      message:
        `Cannot switch this code on as the policy ${versionOf(5)}, which an operator activated, does not fit this build:\n` +
        '  /alarmAbove (line 1) must be at least 10\n' +
        '  `signalbox flow activate ledger --with-policy` switches the code and the policy of this build on',
    });
    // neither this flow nor the other one was touched, and nobody counts as live
    expect(await head()).toEqual({ code: marked.code, policy: versionOf(5) });
    expect((await pool.query("select code from heads where log = 'another'")).rows).toEqual([{ code: null }]);
    const locks = await pool.query(
      "select count(*)::int as n from pg_locks l join pg_database d on d.oid = l.database where l.locktype = 'advisory' and d.datname = current_database()",
    );
    expect(locks.rows).toEqual([{ n: 0 }]);

    // by hand no more than by a start
    await expect(activateFlow(pool, 'default', stricter)).rejects.toMatchObject({ name: 'CannotRun' });
    expect(await head()).toEqual({ code: marked.code, policy: versionOf(5) });
    await activateFlow(pool, 'default', stricter, { withPolicy: true });
    expect(await head()).toEqual({ code: stricter.code, policy: versionOf(33) });
    const presence = await join(stricter);
    expect(presence).toMatchObject({ kept: [], activated: [] });
    await presence.close();
  });
});

describe('activateFlow()', () => {
  const newer: Flow = { ...marked, code: 'ledger-marked-2', policyText: policyOf(33) };

  it("activateFlow() switches the code on and leaves an operator's policy, unless it is told to take the build's", async () => {
    await operate(pool, marked, policyOf(5));
    expect(await activateFlow(pool, 'default', newer)).toEqual([expect.objectContaining({ what: 'code', to: newer.code })]);
    expect(await head()).toEqual({ code: newer.code, policy: versionOf(5) });
    expect(await activateFlow(pool, 'default', newer, { withPolicy: true })).toEqual([
      { flow: 'ledger', what: 'policy', from: versionOf(5), to: versionOf(33) },
    ]);
    expect(await head()).toEqual({ code: newer.code, policy: versionOf(33) });
  });
});

describe('audit()', () => {
  it('audit() finds a decision by a policy that the database does not hold, or that did not hold there', async () => {
    const appender = open(pool);
    await appender.append([booking({ id: 'one' })]);
    await operate(pool, marked, policyOf(5));
    await appender.append([booking({ id: 'two' })]);
    expect((await audit(pool)).findings).toEqual([]);
    await pool.query('update decisions set policy = $1 where event_position = 3', [versionOf(5)]);
    expect((await audit(pool)).findings).toEqual([
      `an event was folded with another policy than held at its position: evt_ledger.3 was decided by its reflex with ${versionOf(5)}, and ${versionOf(100)} held there`,
    ]);
    await pool.query('update decisions set policy = $1 where event_position = 3', [versionOf(100)]);
    await pool.query('delete from policies where version = $1', [versionOf(5)]);
    expect((await audit(pool)).findings).toEqual([
      `a decision was made by a policy that is not kept: dec_ledger.5.0 names ${versionOf(5)}, which the database does not hold`,
    ]);
  });
});
