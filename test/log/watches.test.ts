/**
 * Absence as an event: opened, kept, closed and due in the log's order, each once, whatever is asked twice, lost or folded again.
 * The bugs this hunts: a heartbeat that writes a row, a look that was a guess when it counted, an own event that comes twice or never.
 */
import { beforeEach, describe, expect, it } from '@jest/globals';
import { audit } from '../../src/audit/audit.ts';
import type { Flow } from '../../src/domain/flow.ts';
import { activateFlow, ensureHeads } from '../../src/log/activate.ts';
import { activatePolicy } from '../../src/log/activatePolicy.ts';
import { adoptNext } from '../../src/log/adopt/adoptNext.ts';
import { openCursors } from '../../src/log/adopt/cursors.ts';
import { sourcesOf } from '../../src/log/adopt/sources.ts';
import { Appender } from '../../src/log/append.ts';
import type { Arrival } from '../../src/log/arrival.ts';
import { openDatabase, type Pool } from '../../src/log/db/database.ts';
import { Logs } from '../../src/log/logs.ts';
import { Policies } from '../../src/log/policies.ts';
import { readTimeline } from '../../src/log/read/timeline.ts';
import { rebuild } from '../../src/log/rebuild.ts';
import { redrive } from '../../src/log/redrive.ts';
import { readOverdue } from '../../src/log/watch/overdue.ts';
import { sweepNext } from '../../src/log/watch/sweepNext.ts';
import { eachDatabase } from '../support/eachDatabase.ts';
import { eventually } from '../support/eventually.ts';
import { losingCommits } from '../support/lostAnswers.ts';
import { beat, GONE, policyOf, quietMachines, SILENT, stop } from '../support/quietMachines.ts';

const flow = quietMachines;
/** Longer than any test. */
const LONG_MS = 3_600_000;

let url: string;
let pool: Pool;

eachDatabase((given) => {
  url = given;
  pool = openDatabase(url, { name: 'test', appending: true });
  return pool;
});
beforeEach(async () => {
  await ensureHeads(pool, 'default', [flow]);
  await activateFlow(pool, 'default', flow);
});

const context = { tenant: 'default', log: 'machines', flow, policies: new Policies() };
const append = async (...arrivals: Arrival[]) => {
  const appender = new Appender({ pool, context, mailed: () => undefined });
  const answers = await appender.append(arrivals);
  await appender.close();
  return answers;
};
const sweep = (on = pool) => sweepNext(on, context);
const rows = async (text: string) => (await pool.query(text)).rows;
const open = () => rows('select subject, name, opened from watches order by subject, name');
const marks = () => rows('select position, name, kind, opened, subject from watch_marks order by position, kind, name');
const check = async (of = flow) => (await rebuild(pool, { tenant: 'default', flow: of, write: false })).differences;
const findings = async () => (await audit(pool)).findings;
const switchTo = (policy: Parameters<typeof policyOf>[0]) =>
  activatePolicy(pool, { tenant: 'default', flow, text: policyOf(policy), actor: 'test', note: null });

/** Everything agrees: the rows, the log folded again, the audit. */
async function expectExact(): Promise<void> {
  expect(await check()).toEqual([]);
  expect(await findings()).toEqual([]);
}

describe('Appender with watches', () => {
  it('append() opens a watch once, and a heartbeat behind it writes no row of it', async () => {
    await append(
      beat('a', { id: '1', quietMs: LONG_MS }),
      beat('b', { id: '1b', quietMs: LONG_MS }),
      beat('a', { id: '2', quietMs: LONG_MS }),
    );
    const before = await rows('select *, xmin from watches order by subject');
    await append(...Array.from({ length: 40 }, (_, n) => beat(n % 2 === 0 ? 'a' : 'b', { id: `more ${n}`, quietMs: LONG_MS })));
    await append(beat('a', { id: 'alone', quietMs: LONG_MS }));
    expect(await rows('select *, xmin from watches order by subject')).toEqual(before);
    expect(await marks()).toEqual([
      { position: 3, name: SILENT, kind: 'opened', opened: 3, subject: 'a' },
      { position: 4, name: SILENT, kind: 'opened', opened: 4, subject: 'b' },
    ]);
    await expectExact();
  });

  it('append() closes a watch that is open, and says nothing of one that is not', async () => {
    await append(stop('a', { id: '0' }), beat('a', { id: '1', quietMs: LONG_MS }), stop('a', { id: '2' }), stop('a', { id: '3' }));
    expect(await open()).toEqual([]);
    expect(await marks()).toMatchObject([
      { position: 4, kind: 'opened', opened: 4 },
      { position: 5, kind: 'closed', opened: 4 },
    ]);
    await append(beat('a', { id: '4', quietMs: LONG_MS }));
    await append(stop('a', { id: '5' }), beat('a', { id: '6', quietMs: LONG_MS }));
    expect(await open()).toEqual([{ subject: 'a', name: SILENT, opened: 9 }]);
    await expectExact();
  });

  it('append() opens none for history, and none for what expired or was put in quarantine', async () => {
    const answers = await append(
      beat('a', { id: '1', history: true }),
      beat('b', { id: '2', expiresAt: '2001-01-01T00:00:00Z' }),
      beat('c', { id: '3', quietMs: 13 }),
    );
    expect(answers).toMatchObject([{ ending: 'recorded' }, { ending: 'expired' }, { ending: 'quarantined' }]);
    expect(await marks()).toEqual([]);
    await expectExact();
  });

  it.each([
    ['a name that the flow has not', { 'machine.lost': 1 }, /Cannot open or close the watch machine\.lost/],
    ['a time that is none', { [SILENT]: Number.NaN }, /must be whole milliseconds/],
  ])('append() quarantines an event whose reflex asks for %s', async (_what, watches, note) => {
    const reflex = quietMachines.reflex as NonNullable<typeof quietMachines.reflex>;
    const careless = { ...flow, reflex: { ...reflex, fold: () => ({ states: [null], watches }) } } as Flow;
    const appender = new Appender({ pool, context: { ...context, flow: careless }, mailed: () => undefined });
    await appender.append([beat('a', { id: '1' })]);
    expect((await rows("select note from entries where ending = 'quarantined'"))[0]?.note).toMatch(note);
    expect(await marks()).toEqual([]);
  });

  it('append() opens once over four appenders with overlapping machines that fold ahead, and a sweep beside them', async () => {
    const pools = Array.from({ length: 4 }, (_, n) => openDatabase(url, { name: `appender ${n}`, size: 3, appending: true }));
    let sweeping = true;
    const swept = (async () => {
      while (sweeping) await sweep();
    })();
    await Promise.all(
      pools.map(async (on, n) => {
        const appender = new Appender({ pool: on, context: { ...context, policies: new Policies() }, mailed: () => undefined });
        await Promise.all(
          Array.from({ length: 30 }, async (_, round) => {
            const sent = Array.from({ length: 20 }, (_, k) => {
              const [machine, id] = [`m-${(n + round + k) % 7}`, `${n} ${round} ${k}`];
              return k % 5 === 4 ? stop(machine, { id }) : beat(machine, { id, quietMs: k % 3 });
            });
            await appender.append(sent);
          }),
        );
        await appender.close();
      }),
    );
    sweeping = false;
    await swept;
    await Promise.all(pools.map((on) => on.end()));
    const [counts] = await rows(
      "select count(*) filter (where kind = 'opened')::int as opened, count(*) filter (where kind = 'due')::int as due from watch_marks",
    );
    expect(counts.opened).toBeGreaterThan(50);
    expect(counts.due).toBeGreaterThan(0);
    await expectExact();
  });
});

describe('sweepNext()', () => {
  it('appends an event of the own flow for a watch that is due, decides it and removes its row', async () => {
    await append(beat('a', { id: '1', more: { correlationid: 'order 7' } }), beat('b', { id: '2', quietMs: LONG_MS }));
    const [opening] = await rows("select opened_at, due_at from watches where subject = 'a'");
    const { events } = await sweep();
    expect(events).toMatchObject([{ position: 5, subject: 'a', ending: 'reflex', decision: { outcome: 'silent' } }]);
    const [{ body }] = await rows('select body from bodies where position = 5');
    expect(JSON.parse(body)).toMatchObject({
      ...{ id: `${SILENT}:machines.3`, source: '/signalbox/machines', type: SILENT, subject: 'a' },
      ...{ causationid: 'evt_machines.3', correlationid: 'order 7', signalboxhops: 1 },
      data: {
        machineId: 'a',
        since: opening.opened_at.toISOString(),
        due: opening.due_at.toISOString(),
        opened: opening.opened_at.toISOString(),
      },
    });
    expect(quietMachines.types[SILENT]?.schema.safeParse(JSON.parse(body).data).success).toBe(true);
    expect(await open()).toEqual([{ subject: 'b', name: SILENT, opened: 4 }]);
    expect((await sweep()).events).toEqual([]);
    await expectExact();
  });

  it('an own event makes what was on its way no later, and is never late itself', async () => {
    await append(beat('a', { id: '1', time: new Date(Date.now() + 200_000).toISOString() }));
    expect((await sweep()).events).toMatchObject([{ ending: 'reflex' }]);
    await append(beat('b', { id: '2', time: new Date(Date.now() - 50_000).toISOString() }));
    expect((await sweep()).events).toMatchObject([{ subject: 'b', ending: 'reflex' }]);
    // more than the flow's lateness behind the own event
    expect(await append(beat('b', { id: '3', time: new Date(Date.now() - 50_000).toISOString() }))).toMatchObject([{ ending: 'recorded' }]);
    expect(await open()).toEqual([{ subject: 'b', name: SILENT, opened: 7 }]);
    await expectExact();
  });

  it('moves a watch whose check says again, and writes nothing else', async () => {
    await append(beat('a', { id: '1' }), beat('a', { id: '2', quietMs: LONG_MS }));
    const { lastMs } = JSON.parse((await rows("select convert_from(value, 'UTF8') as value from states"))[0].value).state;
    expect((await sweep()).events).toEqual([]);
    expect(await rows('select opened, due_at, look_at, trouble from watches')).toEqual([
      { opened: 3, due_at: new Date(lastMs + LONG_MS), look_at: new Date(lastMs + LONG_MS), trouble: null },
    ]);
    expect(await rows("select position from heads where log = 'machines'")).toEqual([{ position: 4 }]);
    await expectExact();
  });

  it('asks under the lock: a heartbeat that commits while it waits for the head is seen', async () => {
    await append(beat('a', { id: '1' }));
    const holder = await pool.connect();
    await holder.query("begin; select from heads where log = 'machines' for no key update");
    const swept = sweep();
    await eventually(
      async () => (await rows("select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()")).length > 0,
    );
    await holder.query(
      `update states set value = '{"format":1,"newestMs":null,"state":{"beats":2,"lastMs":${Date.now()},"quietMs":${LONG_MS}}}'`,
    );
    await holder.query('commit');
    holder.release();
    expect((await swept).events).toEqual([]);
    expect(await open()).toEqual([{ subject: 'a', name: SILENT, opened: 3 }]);
  });

  it('comes once though the answer to its commit was lost, and two look at the same time', async () => {
    await append(...Array.from({ length: 400 }, (_, n) => beat(`m-${n}`, { id: `${n}` })));
    const losing = losingCommits(openDatabase(url, { name: 'losing' }), () => true);
    await expect(sweep(losing)).rejects.toMatchObject({ code: 'database-away' });
    await losing.end();
    const both = await Promise.all([sweep(), sweep(), sweep()]);
    expect(both.reduce((sum, { events }) => sum + events.length, 0)).toBe(100);
    expect(await rows(`select count(distinct id)::int as ids, count(*)::int as events from entries where type = '${SILENT}'`)).toEqual([
      { ids: 400, events: 400 },
    ]);
    await expectExact();
  });

  it('lets a row whose check throws wait a minute and say why, and goes on with the others', async () => {
    await append(beat('a', { id: '1' }), beat('b', { id: '2' }));
    await switchTo({ broken: true });
    expect((await sweep()).events).toEqual([]);
    expect(await rows("select trouble, look_at > now() + interval '50 s' as waits from watches")).toEqual([
      { trouble: 'check: Error: the check is broken', waits: true },
      { trouble: 'check: Error: the check is broken', waits: true },
    ]);
    expect(await readOverdue(pool, 'default')).toMatchObject([
      { flow: 'machines', watches: 2, opened: 3, trouble: expect.stringContaining('broken') },
    ]);
    await switchTo({});
    await pool.query('update watches set look_at = now()');
    expect((await sweep()).events).toHaveLength(2);
    expect(await readOverdue(pool, 'default')).toEqual([]);
    await expectExact();
  });

  it('ends a circle of own events at the ninth, which stays where it can be seen, with what led to it', async () => {
    await switchTo({ circle: true });
    await append(beat('a', { id: '1' }));
    for (let turn = 0; turn < 12; turn += 1) {
      await sweep();
      await pool.query("update watches set look_at = now() where look_at < 'infinity'");
    }
    const hops = await rows(
      "select type, b.body::json ->> 'signalboxhops' as hops from entries join bodies b using (tenant, log, position) where source = '/signalbox/machines' order by position",
    );
    expect(hops.map(({ hops: count }) => Number(count))).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(hops.map(({ type }) => type).slice(0, 3)).toEqual([SILENT, GONE, SILENT]);
    const [refused] = await rows('select name, hops, trouble from watches');
    expect(refused).toMatchObject({ name: SILENT, hops: 9 });
    expect(refused.trouble).toMatch(
      /^refused: .* at most 8 may be: evt_machines\.12 \(machine\.gone\) by evt_machines\.11 \(machine\.silent\) by .*evt_machines\.4 \(machine\.heartbeat\)$/,
    );
    await append(stop('a', { id: '2' }));
    expect(await open()).toEqual([]);
    await expectExact();
  });

  it('refuses where the log is folded by other code, and leaves the rows', async () => {
    await append(beat('a', { id: '1' }));
    await pool.query("update heads set code = 'newer' where log = 'machines'");
    await expect(sweep()).rejects.toMatchObject({ code: 'other-code' });
    expect(await open()).toHaveLength(1);
  });
});

describe('redrive() and adoptNext() with watches', () => {
  it('redrive() opens the watch of an event that folds now, by the id of the event', async () => {
    await append(beat('a', { id: '1', quietMs: 13 }));
    const reflex = quietMachines.reflex as NonNullable<typeof quietMachines.reflex>;
    const mended = {
      ...flow,
      code: 'machines-code-2',
      reflex: {
        ...reflex,
        fold: ((states, event, policy) =>
          reflex.fold(
            states,
            event.data.quietMs === 13 ? { ...event, data: { ...event.data, quietMs: 14 } } : event,
            policy,
          )) as typeof reflex.fold,
      },
    } as Flow;
    await activateFlow(pool, 'default', mended);
    expect(await redrive({ pool, flows: [mended], mailed: () => undefined }, { tenant: 'default', log: 'machines', position: 3 })).toBe(
      'recorded',
    );
    expect(await marks()).toEqual([{ position: 5, name: SILENT, kind: 'opened', opened: 3, subject: 'a' }]);
    const { events } = await sweepNext(pool, { ...context, flow: mended });
    expect(events).toMatchObject([{ position: 6 }]);
    expect(await rows('select id from entries where position = 6')).toEqual([{ id: `${SILENT}:machines.3` }]);
    expect(await check(mended)).toEqual([]);
    expect(await findings()).toEqual([]);
  });

  it('adoptNext() opens watches for events that nobody took before, and takes none of the own types', async () => {
    const unrouted = new Logs({ pool, tenant: 'default', flows: [], mailed: () => undefined });
    const forged = { ...beat('b', { id: '2' }), event: { ...beat('b', { id: '2' }).event, type: SILENT } };
    await unrouted.append([beat('a', { id: '1' }), forged].map((arrival) => ({ flow: null, arrival: { ...arrival, subject: null } })));
    await unrouted.close();
    const [source] = sourcesOf(flow, [flow]);
    if (source === undefined) throw new Error('the flow has no source');
    await openCursors(pool, { tenant: 'default', flow: 'machines', source });
    expect(await adoptNext(pool, { ...context, source })).toMatchObject({ events: [{ position: 3, subject: 'a', ending: 'recorded' }] });
    expect(await open()).toEqual([{ subject: 'a', name: SILENT, opened: 3 }]);
    expect((await sweep()).events).toHaveLength(1);
    await expectExact();
  });
});

describe('rebuild() with watches', () => {
  it('finds rows that do not follow from the log, and writes them right, without moving those that do', async () => {
    await append(beat('a', { id: '1' }), beat('b', { id: '2', quietMs: LONG_MS }), beat('c', { id: '3', quietMs: LONG_MS }));
    await sweep();
    await pool.query("update watches set due_at = 'epoch', look_at = now() + interval '1 h' where subject = 'c'");
    const kept = await rows("select * from watches where subject = 'c'");
    await pool.query("update watches set subject = 'z' where subject = 'b'");
    await pool.query("delete from watch_marks where kind = 'due'");
    expect(await check()).toEqual([
      `the watch ${SILENT} that 4 opened is kept, and nothing folds to it`,
      `the watch ${SILENT} that 4 opened is missing`,
      `that the watch ${SILENT} was due at 6 is missing`,
    ]);
    await rebuild(pool, { tenant: 'default', flow, write: true });
    expect(await open()).toEqual([
      { subject: 'b', name: SILENT, opened: 4 },
      { subject: 'c', name: SILENT, opened: 5 },
    ]);
    expect(await rows("select * from watches where subject = 'c'")).toEqual(kept);
    await expectExact();
  });
});

describe('readTimeline() with watches', () => {
  it('shows as timers what was opened, closed and due, and the own event by what caused it', async () => {
    await append(beat('a', { id: '1' }));
    await sweep();
    await append(beat('a', { id: '2', quietMs: LONG_MS }), stop('a', { id: '3' }));
    const { items } = await readTimeline(pool, { tenant: 'default', flow: 'machines', subject: 'a' }, { after: new Map(), limit: 100 });
    expect(items.filter(({ kind }) => kind === 'timer').map(({ id, title, causes }) => ({ id, title, causes }))).toEqual([
      { id: 'wat_machines.3', title: `Watching for ${SILENT}`, causes: ['evt_machines.3'] },
      { id: 'wat_machines.4', title: `Due: ${SILENT}`, causes: ['evt_machines.4'] },
      { id: 'wat_machines.5', title: `Watching for ${SILENT}`, causes: ['evt_machines.5'] },
      { id: 'wat_machines.6', title: `No longer watching for ${SILENT}`, causes: ['evt_machines.6'] },
    ]);
    expect(items.find(({ id }) => id === 'evt_machines.4')).toMatchObject({ kind: 'event', title: SILENT, causes: ['evt_machines.3'] });
  });
});

describe('Logs with watches', () => {
  it.each([
    [
      'is no type of its own',
      { ...flow, types: { ...flow.types, [SILENT]: { ...flow.types[SILENT], own: undefined } } },
      /no type of the flow's own/,
    ],
    ['has no reflex', (({ reflex: _, ...rest }) => rest)(flow), /has no reflex/],
  ])('Logs refuses a watch whose flow %s', (_what, broken, text) => {
    expect(() => new Logs({ pool, tenant: 'default', flows: [broken as Flow], mailed: () => undefined })).toThrow(text);
  });
});
