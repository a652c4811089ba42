/**
 * The bug this hunts: a story that is forgotten when its run is, that acts twice when it begins anew, that misses what came while it was
 * away, or that keeps its whole case waiting.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { redriveAction } from '../../src/actions/redriveAction.ts';
import { audit } from '../../src/audit/audit.ts';
import { CaseIds } from '../../src/log/caseIds.ts';
import { type CaseWorld, eventually, openCaseWorld } from '../support/caseWorld.ts';
import { recordHistory } from '../support/recordHistory.ts';
import { ofMachine, repairs } from '../support/repairs.ts';
import { openSignedReceiver, type SignedReceiver } from '../support/signedReceiver.ts';

describe.each([
  ['cached', undefined],
  ['replayed', 0],
])('stories that go on, %s', (_name, maxCachedWorkflows) => {
  let world: CaseWorld;
  let receiver: SignedReceiver;
  /** Keys that are answered with 500. */
  const refused = new Set<string>();

  beforeAll(async () => {
    receiver = await openSignedReceiver((_nth, key) => (refused.has(key) ? 500 : 204));
    world = await openCaseWorld({
      ...{ flows: [repairs], webhook: { url: receiver.url, secret: receiver.secret }, actionScheduleMs: [0, 20, 20] },
      ...(maxCachedWorkflows === undefined ? {} : { maxCachedWorkflows }),
    });
  });
  afterAll(async () => {
    const { findings } = await audit(world.pool);
    await world.close();
    await receiver.close();
    expect(findings).toEqual([]);
  });

  let sent = 0;
  async function send(type: string, machine: string, more = {}): Promise<number> {
    sent += 1;
    const [accepted] = await world.accept([ofMachine(`e-${sent}`, type, machine, more)]);
    return accepted?.position ?? 0;
  }
  const story = async (position: number) =>
    (
      await world.rows<{ open: boolean; state: string; due_at: Date | null }>(
        'select open, state, due_at from stories where position = $1',
        [position],
      )
    )[0];
  const waits = async (position: number): Promise<{ heard?: number | null }[]> =>
    JSON.parse((await story(position))?.state ?? '{"waits":[]}').waits;
  const waiting = (position: number, nth = 0) =>
    eventually(async () => {
      const all = await waits(position);
      return all.length === nth + 1 && all[nth]?.heard === undefined;
    });
  const over = (position: number) => eventually(async () => (await story(position))?.open === false && (await mail(position)).length === 0);
  const mail = (position: number) => world.rows('select 1 from mailboxes where position = $1', [position]);
  const taken = (position: number) =>
    receiver.deliveries.filter(({ key }) => key.startsWith(`act_repairs.${position}.`)).map(({ key }) => key.split('.')[2]);
  const ending = async (position: number) =>
    (await world.rows<{ ending: string; note: string | null }>('select ending, note from entries where position = $1', [position]))[0];
  const titles = async (position: number) =>
    (await world.rows<{ title: string }>('select title from records where event_position = $1 order by position', [position])).map(
      ({ title }) => title.replace(/ until .*/, ' until ...'),
    );

  it('acts, waits for an event of the subject, and says on the timeline what it waited for and what came', async () => {
    const alerted = await send('alerted', 'm-1');
    await waiting(alerted);
    expect(taken(alerted)).toEqual(['send-order']);
    expect(await ending(alerted)).toMatchObject({ ending: 'case' });
    expect(await mail(alerted)).toHaveLength(1);
    const mended = await send('mended', 'm-1');
    await waiting(alerted, 1);
    const bad = await send('read', 'm-1', { value: 9 });
    const good = await send('read', 'm-1', { value: 0 });
    await over(alerted);
    expect(await waits(alerted)).toMatchObject([{ heard: mended }, { heard: good }]);
    expect(await ending(mended)).toEqual({ ending: 'recorded', note: 'heard' });
    expect(await ending(good)).toEqual({ ending: 'recorded', note: 'heard' });
    expect(await ending(bad)).toEqual({ ending: 'recorded', note: null });
    expect(taken(alerted)).toEqual(['send-order']);
    expect(await titles(alerted)).toEqual([
      'Decided by rules: order',
      'send-order: done',
      'Waits for machine.mended until ...',
      `machine.mended came: repairs.${mended}`,
      'Waits for machine.read until ...',
      `machine.read came: repairs.${good}`,
    ]);
    await world.client.workflow.getHandle('repairs:m-1').result();
    await recordHistory(world, 'repairs:m-1', 'repairCase-waited');
  });

  it('reminds once when its time is up', async () => {
    const alerted = await send('alerted', 'm-2', { waitMs: 300 });
    await waiting(alerted, 1);
    await eventually(async () => taken(alerted).length === 2);
    expect(taken(alerted)).toEqual(['send-order', 'remind']);
    await send('read', 'm-2', { value: 0 });
    await over(alerted);
    expect(await waits(alerted)).toMatchObject([{ heard: null }, { heard: expect.any(Number) }]);
    expect(await titles(alerted)).toContain('The time of a wait is over');
  });

  it('goes on after its run was terminated, with what came meanwhile, and acts on nothing twice', async () => {
    const alerted = await send('alerted', 'm-3');
    await waiting(alerted);
    await world.stopWorker();
    await world.client.workflow.getHandle('repairs:m-3').terminate('a test');
    const mended = await send('mended', 'm-3');
    await world.startWorker();
    await waiting(alerted, 1);
    expect(await waits(alerted)).toMatchObject([{ heard: mended }, {}]);
    await world.client.workflow.getHandle('repairs:m-3').terminate('a test');
    await send('read', 'm-3', { value: 0 });
    await over(alerted);
    expect(taken(alerted)).toEqual(['send-order']);
    expect(await world.rows('select revision from decisions where event_position = $1', [alerted])).toHaveLength(1);
  });

  it('waits as long as it was to wait, however often it begins anew', async () => {
    const alerted = await send('alerted', 'm-4', { waitMs: 3000 });
    await waiting(alerted);
    const due = (await story(alerted))?.due_at;
    await world.client.workflow.getHandle('repairs:m-4').terminate('a test');
    await waiting(alerted, 1);
    expect((await waits(alerted))[0]).toMatchObject({ heard: null });
    expect(due?.getTime()).toBeGreaterThan(0);
    await send('read', 'm-4', { value: 0 });
    await over(alerted);
    expect(taken(alerted)).toEqual(['send-order', 'remind']);
  });

  it('lets many wait for the same event, keeps none of the others waiting, and outlives runs that are full', async () => {
    const alerts: number[] = [];
    for (let nth = 0; nth < 8; nth += 1) alerts.push(await send('alerted', 'm-5'));
    for (const alerted of alerts) await waiting(alerted);
    // signals beyond what a run takes
    for (let nth = 0; nth < 12; nth += 1) {
      const mended = await send('mended', 'm-5');
      await eventually(async () => (await ending(mended))?.ending === 'recorded');
    }
    for (const alerted of alerts) await waiting(alerted, 1);
    const heard = await Promise.all(alerts.map(async (alerted) => (await waits(alerted))[0]?.heard));
    expect(new Set(heard).size).toBe(1);
    await send('read', 'm-5', { value: 0 });
    for (const alerted of alerts) await over(alerted);
    for (const alerted of alerts) expect(taken(alerted)).toEqual(['send-order']);
    const runs: string[] = [];
    for await (const { runId } of world.client.workflow.list({ query: 'WorkflowId = "repairs:m-5"' })) runs.push(runId);
    expect(runs.length).toBeGreaterThan(1);
  });

  it('looks again at what its reflex decided: acts at once, later, and ends without a decision of its own', async () => {
    const offered = await send('offered', 'm-6', { waitMs: 1500 });
    await waiting(offered);
    expect(taken(offered)).toEqual(['tell']);
    expect(await world.rows('select why from mailboxes where position = $1', [offered])).toEqual([{ why: 'look' }]);
    await over(offered);
    expect(taken(offered)).toEqual(['tell', 'nudge']);
    expect(await ending(offered)).toEqual({ ending: 'reflex', note: 'look' });
    expect(await world.rows('select revision from decisions where event_position = $1', [offered])).toEqual([{ revision: 0 }]);
    await world.client.workflow.getHandle('repairs:m-6').result();
    await recordHistory(world, 'repairs:m-6', 'repairCase-looked-again');
  });

  it.each([
    ['in its run', 0],
    ['over runs that were full', 12],
  ])(
    'a dead letter that is sent again while its story waits, %s, is taken at once, and the story goes on waiting',
    async (_where, more) => {
      const machine = `m-7-${more}`;
      const [head] = await world.rows<{ position: number }>("select position from heads where log = 'repairs'");
      const next = 1 + (head?.position ?? 0);
      const key = `act_repairs.${next}.send-order`;
      refused.add(key);
      const alerted = await send('alerted', machine);
      expect(alerted).toBe(next);
      const state = async () =>
        (await world.rows<{ state: string }>('select state from actions where event_position = $1', [alerted]))[0]?.state;
      await eventually(async () => (await state()) === 'dead');
      await waiting(alerted);
      for (let nth = 0; nth < more; nth += 1) {
        const read = await send('read', machine, { value: 0 });
        await eventually(async () => (await ending(read))?.ending === 'recorded');
      }
      refused.delete(key);
      const of = { tenant: 'default', flow: 'repairs', eventPosition: alerted, action: 'send-order', actor: 'ann', receiver: null };
      await eventually(() => redriveAction({ pool: world.pool, caseIds: new CaseIds([repairs]), mailed: () => undefined }, of));
      await eventually(async () => (await state()) === 'done');
      const [kept] = await waits(alerted);
      expect(kept).not.toHaveProperty('heard');
      expect((await story(alerted))?.open).toBe(true);
      expect(receiver.deliveries.filter((one) => one.key === key && one.status === 204)).toHaveLength(1);
      await send('mended', machine);
      await waiting(alerted, 1);
      await send('read', machine, { value: 0 });
      await over(alerted);
      expect(receiver.deliveries.filter((one) => one.key === key && one.status === 204)).toHaveLength(1);
    },
  );
});
