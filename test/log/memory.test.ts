/**
 * One state over all keys, in several processes at once: exact whatever interleaves, fails, is lost or starts again.
 * The bugs this hunts: what a rolled-back batch taught, a lesson learnt twice or never, a checkpoint of what did not commit, a guess ahead.
 */
import { beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { pino } from 'pino';
import { audit } from '../../src/audit/audit.ts';
import type { Memory } from '../../src/domain/flow/reflex.ts';
import type { Flow } from '../../src/domain/flow.ts';
import { LogFold } from '../../src/kit/foldAll.ts';
import { activateFlow, ensureHeads } from '../../src/log/activate.ts';
import { activatePolicy } from '../../src/log/activatePolicy.ts';
import { adoptNext } from '../../src/log/adopt/adoptNext.ts';
import { openCursors } from '../../src/log/adopt/cursors.ts';
import { sourcesOf } from '../../src/log/adopt/sources.ts';
import { Appender } from '../../src/log/append.ts';
import type { Answer, Arrival, LogContext } from '../../src/log/arrival.ts';
import { CaseIds } from '../../src/log/caseIds.ts';
import { openDatabase, type Pool } from '../../src/log/db/database.ts';
import { Logs } from '../../src/log/logs.ts';
import { type Keeping, LogMemory } from '../../src/log/memory/logMemory.ts';
import { readMemories } from '../../src/log/memory/readMemories.ts';
import { Policies } from '../../src/log/policies.ts';
import { previewRedrive } from '../../src/log/previewRedrive.ts';
import { rebuild } from '../../src/log/rebuild.ts';
import { redrive } from '../../src/log/redrive.ts';
import { sweepNext } from '../../src/log/watch/sweepNext.ts';
import { arrival } from '../support/arrivals.ts';
import { baskets, type Pairs, POISON, pairs, VIEWED } from '../support/baskets.ts';
import { eachDatabase } from '../support/eachDatabase.ts';
import { eventually } from '../support/eventually.ts';
import { losingCommits } from '../support/lostAnswers.ts';
import { expectMemoryLaws } from '../support/memoryLaws.ts';

let url: string;
let pool: Pool;
const logger = pino({ level: 'silent' });
const BEFORE = 2;

eachDatabase((given) => {
  url = given;
  pool = openDatabase(url, { name: 'test', appending: true });
  return pool;
});
beforeEach(async () => {
  await ensureHeads(pool, 'default', [baskets]);
  await activateFlow(pool, 'default', baskets);
});

/** As a process has it. */
function share(keeping: Partial<Keeping> = {}, flow = baskets): LogMemory {
  return new LogMemory({ tenant: 'default', flow, memory: pairs as Memory, keeping: { pool, logger, ...keeping } });
}
const contextOf = (memory: LogMemory, flow = baskets): LogContext & { flow: Flow } => ({
  ...{ tenant: 'default', log: 'baskets', flow, policies: new Policies(), memory },
});
const appenderOf = (memory: LogMemory, on = pool, flow = baskets) =>
  new Appender({ pool: on, context: contextOf(memory, flow), mailed: () => undefined });

let made = 0;
function view(sessionId: string, itemId: string): Arrival {
  made += 1;
  return arrival({ id: `${made}`, type: VIEWED, subject: sessionId, data: { sessionId, itemId } });
}
const views = (count: number, of = 5): Arrival[] => Array.from({ length: count }, (_, n) => view(`s-${n % 3}`, `i-${(n * n) % of}`));

const rows = async (text: string) => (await pool.query(text)).rows;
const check = async (flow = baskets) => (await rebuild(pool, { tenant: 'default', flow, write: false })).differences;
const newest = async (): Promise<Pairs & { position: number; floor: number }> => {
  const [{ bytes, position, floor }] = await rows("select bytes, position, floor from memories where mark = 'newest'");
  return { ...(pairs.load(bytes) as Pairs), position, floor };
};
/** What a process that starts now remembers. */
async function remembered(flow = baskets): Promise<Pairs> {
  const client = await pool.connect();
  const { rows: heads } = await client
    .query<{ position: number }>('begin; select 1', [])
    .then(() => client.query("select position from heads where log = 'baskets' for no key update"));
  const held = await share({}, flow).hold(client, { position: heads[0]?.position ?? 0 });
  const value = held.remembered.value as Pairs;
  held.keep(heads[0]?.position ?? 0);
  await client.query('rollback');
  client.release();
  return value;
}
async function expectExact(flow = baskets): Promise<void> {
  expect(await check(flow)).toEqual([]);
  expect((await audit(pool)).findings).toEqual([]);
}
const resultsOf = (answers: readonly Answer[]) =>
  answers.map((answer) => (answer.result === 'accepted' ? (answer.decision?.result ?? answer.ending) : answer.result));

describe('a memory', () => {
  it('keeps its laws', () => {
    expectMemoryLaws(pairs, fc.record({ pair: fc.string() }));
  });

  it('is read by the reflex as all events before left it, those of the same batch too, as without a database', async () => {
    const appender = appenderOf(share());
    const sent = views(60);
    const answers = [...(await appender.append(sent.slice(0, 25))), ...(await appender.append(sent.slice(25)))];
    const fold = new LogFold({ flow: baskets, policy: { leaves: false } });
    const without = sent.map(({ data }) => fold.add({ type: VIEWED, data, timeMs: 0, acceptedAtMs: 0 }));
    expect(resultsOf(answers)).toEqual(without.map(({ decision }) => decision?.result));
    expect(await remembered()).toEqual(fold.memory);
    await expectExact();
  });

  it('is the same in four processes that append at once, some of whose commits are not answered', async () => {
    let commits = 0;
    const processes = Array.from({ length: 4 }, (_, n) => {
      const opened = openDatabase(url, { name: `process ${n}`, size: 3, appending: true });
      const on = losingCommits(opened, () => {
        commits += 1;
        return commits % 11 === 0;
      });
      return { on, appender: appenderOf(share({ everyEntries: 70, everyMs: 50 }), on) };
    });
    await Promise.all(
      processes.map(async ({ appender }, n) => {
        for (let turn = 0; turn < 30; turn += 1) await appender.append(views(4 + n));
        await appender.close();
      }),
    );
    await Promise.all(processes.map(({ on }) => on.end()));
    expect(commits).toBeGreaterThan(40);
    await expectExact();
    expect((await remembered()).lessons).toBe(30 * (4 + 5 + 6 + 7));
  });

  it('is put back where a lesson fails: its event goes into quarantine, and those behind it know nothing of it', async () => {
    const [one, other] = [share(), share()];
    const answers = await appenderOf(one).append([view('a', 'x'), view('a', POISON), view('a', 'y'), view('b', POISON)]);
    expect(resultsOf(answers)).toEqual([{ before: 0, digest: 7 }, 'quarantined', expect.objectContaining({ before: 0 }), 'quarantined']);
    const [{ note }] = await rows("select note from entries where ending = 'quarantined' limit 1");
    expect(note).toBe('reflex: Error: cannot learn poison');
    // the state of its session is as before it, too
    await appenderOf(other).append([view('a', 'z')]);
    expect([...(await remembered()).counts.keys()]).toEqual([' x', 'x y', 'y z']);
    await expectExact();
  });

  it('goes on from what another process taught, behind a checkpoint whose lessons are gone', async () => {
    const [one, idle] = [share({ everyEntries: 10 }), share()];
    await appenderOf(idle).append(views(3));
    for (let turn = 1; turn <= 4; turn += 1) {
      await appenderOf(one).append(views(12));
      await eventually(async () => (await newest()).position >= BEFORE + 3 + 12 * turn);
    }
    await one.close();
    await eventually(async () => (await newest()).floor > BEFORE + 3);
    const kept = await newest();
    expect(await rows(`select count(*)::int as n from lessons where position <= ${kept.floor}`)).toEqual([{ n: 0 }]);
    const { digest } = await remembered();
    expect(resultsOf(await appenderOf(idle).append([view('new', 'i-9')]))).toEqual([{ before: 0, digest }]);
    await expectExact();
  });

  it('keeps the newer of two checkpoints, and none of a code that does not run any more', async () => {
    const [one, two] = [share({ everyEntries: 1 }), share({ everyEntries: 1 })];
    await Promise.all([one, two].map(async (memory) => appenderOf(memory).append(views(40))));
    await Promise.all([one.close(), two.close()]);
    const before = await newest();
    expect(before.position).toBeGreaterThan(BEFORE);
    await pool.query("update memories set code = 'other' where mark = 'newest'");
    await appenderOf(one)
      .append(views(5))
      .catch(() => undefined);
    await one.close();
    expect((await newest()).position).toBe(before.position);
  });

  it('is folded by adopting, redriving and sweeping as by accepting', async () => {
    const memory = share();
    const unrouted = new Logs({ pool, tenant: 'default', flows: [], mailed: () => undefined });
    await unrouted.append(views(6).map((one) => ({ flow: null, arrival: { ...one, subject: null } })));
    await unrouted.close();
    await appenderOf(memory).append([view('a', 'x'), view('a', POISON)]);
    const [source] = sourcesOf(baskets, [baskets]);
    if (source === undefined) throw new Error('the flow has no source');
    await openCursors(pool, { tenant: 'default', flow: 'baskets', source });
    expect((await adoptNext(pool, { ...contextOf(memory), source })).events).toHaveLength(6);
    const tolerant = {
      ...(pairs as Memory),
      learn: (held: unknown, lesson: unknown) => pairs.learn(held as Pairs, { pair: `${(lesson as { pair: string }).pair}.` }),
    };
    const mended = { ...baskets, code: 'baskets-code-2', reflex: { ...baskets.reflex, memory: tolerant } } as Flow;
    await activateFlow(pool, 'default', mended);
    const place = { tenant: 'default', log: 'baskets', position: BEFORE + 2 };
    const asked = { tenant: 'default', events: [place], flow: null, type: null, reason: null, after: null, limit: 1 };
    const lessons = await rows('select * from lessons');
    const { items } = await previewRedrive({ pool, flows: [mended], caseIds: new CaseIds([mended]) }, asked);
    expect(items.map(({ entry }) => entry?.ending)).toEqual(['reflex']);
    // what a preview learns it forgets
    expect(await rows('select * from lessons')).toEqual(lessons);
    const ifMatch = items[0]?.etag ?? '';
    expect(await redrive({ pool, flows: [mended], mailed: () => undefined }, { ...place, ifMatch })).toBe('reflex');
    await activatePolicy(pool, { tenant: 'default', flow: mended, text: 'leaves: true', actor: 'test', note: null });
    const shared = new LogMemory({ tenant: 'default', flow: mended, memory: tolerant });
    await appenderOf(shared, pool, mended).append([view('b', 'z')]);
    expect((await sweepNext(pool, contextOf(shared, mended))).events).toMatchObject([{ decision: { outcome: 'left' } }]);
    expect(await rows('select position, lesson from lessons order by position')).toHaveLength(3);
    await expectExact(mended);
  });
});

describe('activateFlow() with a memory', () => {
  const renamed = (code: string, format: number): Flow =>
    ({ ...baskets, code, reflex: { ...baskets.reflex, memory: { ...(pairs as Memory), format } } }) as Flow;

  it('begins with the memory that is there, at the entry of the code', async () => {
    await appenderOf(share()).append(views(20));
    const before = await remembered();
    const next = renamed('baskets-code-2', 1);
    await activateFlow(pool, 'default', next);
    expect(await newest()).toEqual({ ...before, position: BEFORE + 21, floor: BEFORE + 21 });
    expect(await rows('select 1 from lessons')).toEqual([]);
    const memory = new LogMemory({ tenant: 'default', flow: next, memory: pairs as Memory });
    await appenderOf(memory, pool, next).append(views(10));
    await expectExact(next);
    // back again: what the other code taught stays
    await activateFlow(pool, 'default', baskets);
    expect((await remembered()).lessons).toBe(30);
    await appenderOf(share()).append(views(10));
    await expectExact();
  });

  it('folds the log anew where the code does not read what is there', async () => {
    await appenderOf(share()).append([...views(20), view('a', POISON)]);
    const before = await remembered();
    await pool.query("update memories set bytes = 'not to be read'");
    const next = renamed('baskets-code-2', 2);
    await activateFlow(pool, 'default', next);
    expect(await newest()).toEqual({ ...before, position: BEFORE + 22, floor: BEFORE + 22 });
    expect(await check(next)).toEqual([]);
  });
});

describe('rebuild() with a memory', () => {
  it('finds a checkpoint and lessons that are not what the log folds to, and writes them right', async () => {
    const memory = share({ everyEntries: 10 });
    await appenderOf(memory).append(views(20));
    await memory.close();
    await appenderOf(memory).append(views(5));
    await pool.query("update memories set bytes = $1 where mark = 'newest'", [Buffer.from(pairs.save(pairs.empty()))]);
    await pool.query("update lessons set lesson = '{}' where position = (select max(position) from lessons)");
    await pool.query('delete from lessons where position = (select max(position) - 1 from lessons)');
    expect(await check()).toEqual([
      `the memory at ${BEFORE + 20} is not what its events fold to`,
      `the lesson at ${BEFORE + 25} is not what its event folds to`,
      `the lesson at ${BEFORE + 24} is missing`,
    ]);
    await rebuild(pool, { tenant: 'default', flow: baskets, write: true });
    expect((await remembered()).lessons).toBe(25);
    await expectExact();
    await appenderOf(share()).append(views(5));
    await expectExact();
  });
});

describe('LogMemory', () => {
  it('LogMemory says where a checkpoint is over its limit, and goes on', async () => {
    const small = { ...(pairs as Memory), limitBytes: 20 };
    const memory = new LogMemory({ tenant: 'default', flow: baskets, memory: small, keeping: { pool, logger, everyEntries: 5 } });
    await appenderOf(memory).append(views(10));
    await memory.close();
    expect(await readMemories(pool, 'default')).toMatchObject([
      { flow: 'baskets', trouble: expect.stringMatching(/^it has \d+ bytes, and at most 20 are kept$/) },
    ]);
    await appenderOf(memory).append(views(10));
    expect((await remembered()).lessons).toBe(20);
    await expectExact();
  });
});
