/**
 * What flows tell others of by themselves. The bugs this hunts: one that comes twice or never where somebody was killed in between, a circle
 * of flows that never ends, an event that somebody outside forged.
 */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { audit } from '../../src/audit/audit.ts';
import type { Flow } from '../../src/domain/flow.ts';
import { openDatabase, type Pool } from '../../src/log/db/database.ts';
import { type Notifier, openNotifier } from '../../src/log/db/notify.ts';
import { readEmissions } from '../../src/log/emit/readEmissions.ts';
import { Logs } from '../../src/log/logs.ts';
import { readTimeline } from '../../src/log/read/timeline.ts';
import { rebuild } from '../../src/log/rebuild.ts';
import { eachDatabase } from '../support/eachDatabase.ts';
import { losingCommits } from '../support/lostAnswers.ts';
import { desk, emitAll, follow, HEARD, NOTED, openRumours, SEEN, see, shop, tell } from '../support/rumours.ts';

let url: string;
let pool: Pool;
let notifier: Notifier;

eachDatabase((given) => {
  url = given;
  pool = openDatabase(url, { name: 'test' });
  return pool;
});
beforeEach(async () => {
  notifier = openNotifier(url);
  await openRumours(pool);
});
afterEach(() => notifier.close());

const rows = async (text: string) => (await pool.query(text)).rows;
const findings = async () => (await audit(pool)).findings;
const bodies = async (log: string, type: string) =>
  (
    await rows(
      `select body from bodies b join entries e using (tenant, log, position) where e.log = '${log}' and e.type = '${type}' order by position`,
    )
  ).map(({ body }) => JSON.parse(body));
const timelineOf = async (flow: Flow, subject: string) =>
  (await readTimeline(pool, { tenant: 'default', flow: flow.name, subject }, { after: new Map(), limit: 100 })).items;

describe('emitNext()', () => {
  it('appends what a case asked for, into the own log or for whoever follows it, and its rows are gone', async () => {
    const position = await see(pool, 'p-1', { correlationid: 'order 7' });
    await tell({ pool, notifier }, { flow: shop, position, subject: 'p-1' }, [
      { type: SEEN, data: { parcel: 'p-1', weight: 2 } },
      { type: NOTED },
    ]);
    expect(await rows('select name, hops from emissions order by nth')).toEqual([
      { name: SEEN, hops: 1 },
      { name: NOTED, hops: 1 },
    ]);
    expect(await emitAll(pool)).toMatchObject([
      { log: 'shop', position: position + 1, subject: 'p-1', ending: 'waiting' },
      { log: 'unrouted', subject: null, ending: 'unrouted' },
    ]);
    expect(await bodies('unrouted', SEEN)).toMatchObject([
      {
        ...{ id: `${SEEN}:shop.${position}`, source: '/signalbox/shop', type: SEEN, subject: 'p-1', data: { parcel: 'p-1', weight: 2 } },
        ...{ causationid: `evt_shop.${position}`, correlationid: 'order 7', signalboxhops: 1 },
      },
    ]);
    expect(await rows('select 1 from emissions')).toEqual([]);
    expect(await emitAll(pool)).toEqual([]);
    expect(await follow(pool, desk)).toHaveLength(1);
    expect(await findings()).toEqual([]);
    expect((await rebuild(pool, { tenant: 'default', flow: shop, write: false })).differences).toEqual([]);
  });

  it('comes once though a case asks again, the answer to a commit was lost, and three look at the same time', async () => {
    const subjects = Array.from({ length: 40 }, (_, n) => `p-${n}`);
    for (const subject of subjects) {
      const of = { flow: shop, position: await see(pool, subject), subject };
      await tell({ pool, notifier }, of, [{ type: SEEN }, { type: NOTED }]);
    }
    const losing = losingCommits(openDatabase(url, { name: 'losing' }), () => true);
    await expect(emitAll(losing)).rejects.toMatchObject({ code: 'database-away' });
    await losing.end();
    await Promise.all([emitAll(pool), emitAll(pool), emitAll(pool)]);
    // a case that did not hear that it was done
    await tell({ pool, notifier }, { flow: shop, position: 3, subject: 'p-0' }, [{ type: SEEN }, { type: NOTED }]);
    expect(await emitAll(pool)).toEqual([]);
    expect(
      await rows(
        "select type, count(*)::int as n, count(distinct id)::int as ids from entries where source = '/signalbox/shop' group by 1 order by 1",
      ),
    ).toEqual([
      { type: NOTED, n: 40, ids: 40 },
      { type: SEEN, n: 40, ids: 40 },
    ]);
    expect(await findings()).toEqual([]);
  });

  it('a transaction that was killed leaves neither the event nor its end', async () => {
    const position = await see(pool, 'p-1');
    await tell({ pool, notifier }, { flow: shop, position, subject: 'p-1' }, [{ type: SEEN }]);
    await pool.query("create function no() returns trigger language plpgsql as 'begin raise exception ''killed''; end'");
    await pool.query('create trigger no before delete on emissions for each row execute function no()');
    await expect(emitAll(pool)).rejects.toThrow('killed');
    expect(await bodies('unrouted', SEEN)).toEqual([]);
    await pool.query('drop trigger no on emissions');
    expect(await emitAll(pool)).toHaveLength(1);
    expect(await findings()).toEqual([]);
  });

  it('ends a circle of flows at the ninth, which stays where it can be seen, with what led to it', async () => {
    let at = { flow: shop, position: await see(pool, 'p-1'), subject: 'p-1' };
    for (let turn = 0; turn < 12; turn += 1) {
      const [told, next] = at.flow === shop ? [SEEN, desk] : [HEARD, shop];
      await tell({ pool, notifier }, at, [{ type: told }]);
      await emitAll(pool);
      const [position] = await follow(pool, next);
      if (position === undefined) break;
      at = { flow: next, position, subject: 'p-1' };
    }
    const told = [...(await bodies('unrouted', SEEN)), ...(await bodies('unrouted', HEARD))];
    expect(told.map(({ signalboxhops }) => signalboxhops).sort()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    const [refused] = await rows('select flow, name, hops, trouble from emissions');
    expect(refused).toMatchObject({ flow: 'shop', name: SEEN, hops: 9 });
    expect(refused.trouble).toMatch(
      /^refused: it would be own event number 9 in a row, at most 8 may be: evt_shop\.\d+ \(desk\.heard\) by evt_desk\.\d+ \(shop\.seen\) by .*/,
    );
    expect(await readEmissions(pool, 'default')).toMatchObject([
      { flow: 'shop', waiting: 0, refused: 1, refusedOfLate: 1, trouble: refused.trouble },
    ]);
    expect((await timelineOf(shop, 'p-1')).at(-1)).toMatchObject({
      kind: 'signal',
      title: `Does not tell others: ${SEEN}`,
      causes: [`evt_shop.${at.position}`],
    });
    expect(await emitAll(pool)).toEqual([]);
    expect(await findings()).toEqual([]);
  });

  it('counts the longest way of several causes, and names its last event as the cause', async () => {
    const first = await see(pool, 'p-1');
    await tell({ pool, notifier }, { flow: shop, position: first, subject: 'p-1' }, [{ type: SEEN }]);
    await emitAll(pool);
    const [heardAt = 0] = await follow(pool, desk);
    await tell({ pool, notifier }, { flow: desk, position: heardAt, subject: 'p-1' }, [{ type: HEARD }]);
    await emitAll(pool);
    const [answer = 0] = await follow(pool, shop);
    const second = await see(pool, 'p-2', { correlationid: 'order 8' });
    await tell({ pool, notifier }, { flow: shop, position: second, subject: 'p-2' }, [{ type: SEEN, causes: [answer, first] }]);
    await emitAll(pool);
    expect((await bodies('unrouted', SEEN)).at(-1)).toMatchObject({
      ...{ id: `${SEEN}:shop.${second}`, causationid: `evt_shop.${answer}`, correlationid: 'order 8', signalboxhops: 3 },
    });
    expect(await findings()).toEqual([]);
  });

  it('refuses where the log is folded by other code, and leaves the rows', async () => {
    const position = await see(pool, 'p-1');
    await tell({ pool, notifier }, { flow: shop, position, subject: 'p-1' }, [{ type: NOTED }]);
    await pool.query("update heads set code = 'newer' where log = 'shop'");
    await expect(emitAll(pool)).rejects.toMatchObject({ code: 'other-code' });
    expect(await rows('select trouble from emissions')).toEqual([{ trouble: null }]);
  });
});

describe('recordEndings() with emissions', () => {
  it.each([
    ['a type that its flow does not emit', { type: HEARD }, 'The flow shop does not emit desk.heard'],
    ['data that does not fit', { type: SEEN, data: { parcel: '' } }, 'The data does not fit shop.seen of shop'],
    ['data that is too large', { type: SEEN, data: { parcel: 'p', more: 'x'.repeat(17_000) } }, 'must be at most 16384 characters'],
  ])('recordEndings() refuses %s, and ends nothing', async (_what, emission, message) => {
    const position = await see(pool, 'p-1');
    await expect(tell({ pool, notifier }, { flow: shop, position, subject: 'p-1' }, [emission])).rejects.toMatchObject({
      code: 'off-schema',
      message: expect.stringContaining(message),
    });
    expect(await rows("select ending from entries where kind = 'event'")).toEqual([{ ending: 'waiting' }]);
  });
});

describe('readTimeline() with emissions', () => {
  it('shows what a case told others, by what made it, and the event that came of it', async () => {
    const position = await see(pool, 'p-1');
    await tell({ pool, notifier }, { flow: shop, position, subject: 'p-1' }, [{ type: SEEN }]);
    const said = async () => (await timelineOf(shop, 'p-1')).find(({ id }) => id.startsWith('emi_'));
    expect(JSON.parse((await said())?.detail ?? '')).toEqual({ type: SEEN, event: null, trouble: null });
    await emitAll(pool);
    expect(await said()).toMatchObject({ kind: 'signal', title: `Tells others: ${SEEN}`, causes: [`evt_shop.${position}`] });
    expect(JSON.parse((await said())?.detail ?? '')).toEqual({ type: SEEN, event: 'evt_unrouted.1', trouble: null });
  });
});

describe('Logs with emissions', () => {
  const open = (...flows: Flow[]) => new Logs({ pool, tenant: 'default', flows, mailed: () => undefined });

  it('Logs knows who makes a type, whether it is answered there or not', () => {
    const logs = open(shop, desk);
    expect([SEEN, NOTED, HEARD, 'parcel.scanned'].map((type) => logs.makerOf(type)?.name ?? null)).toEqual(['shop', 'shop', 'desk', null]);
  });

  it.each([
    ['a type with strange letters', [{ ...desk, emits: { 'Desk heard': shop.emits?.[SEEN] } }], 'must be lower-case words'],
    ['a type that it takes from outside', [{ ...shop, emits: { 'parcel.scanned': shop.emits?.[SEEN] } }], 'takes it from outside'],
    ['a type that another flow emits', [shop, { ...desk, emits: shop.emits }], 'desk emits it'],
    ['a type that another flow answers', [shop, { ...desk, emits: { 'parcel.scanned': shop.emits?.[SEEN] } }], 'shop answers it'],
    ['too many types', [{ ...desk, emits: Object.fromEntries(Array.from({ length: 17 }, (_, n) => [`t.n${n}`, {}])) }], 'at most 16'],
  ])('Logs refuses %s', (_what, flows, text) => {
    expect(() => open(...(flows as unknown as Flow[]))).toThrow(text);
  });
});
