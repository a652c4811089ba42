/** The bugs this hunts: events lost between two runs of a case, handled twice, or out of order. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readApproval } from '../../src/approvals/approval.ts';
import { giveVerdict } from '../../src/approvals/approvals.ts';
import type { CaseStatus } from '../../src/workflows/caseShown.ts';
import { scan } from '../support/arrivals.ts';
import { type CaseWorld, eventually, openCaseWorld } from '../support/caseWorld.ts';
import { parcel } from '../support/flows.ts';
import { recordHistory } from '../support/recordHistory.ts';
import { payment, reviews } from '../support/reviews.ts';

const key = (eventPosition: number) => ({ tenant: 'default', flow: 'fraud', eventPosition, turn: 0 });

describe.each([
  ['cached', undefined],
  ['replayed', 0],
])('the inbox of a case, %s', (_name, maxCachedWorkflows) => {
  let world: CaseWorld;

  beforeAll(async () => {
    const flows = [reviews({}, 'smallCase'), parcel];
    world = await openCaseWorld({ flows, ...(maxCachedWorkflows === undefined ? {} : { maxCachedWorkflows }) });
  });
  afterAll(async () => {
    await world.close();
  });

  const handle = (caseId: string) => world.client.workflow.getHandle(caseId);
  const approve = (position: number) =>
    giveVerdict(world, { ...key(position), verdict: 'approve', actor: 'ann', reason: 'ok', via: 'http' });
  const asked = (position: number) => eventually(() => readApproval(world.pool, key(position)));
  const settled = (caseId: string, position: number) =>
    eventually(
      async () =>
        (await world.rows('select 1 from deliveries where case_id = $1 and settled = $2 and taken = $2', [caseId, position])).length === 1,
    );
  const finals = async (subject: string) =>
    (
      await world.rows<{ at: number }>(
        'select event_position as at from decisions where subject = $1 and not provisional order by position',
        [subject],
      )
    ).map(({ at }) => at);
  const records = (subject: string, kind: string) =>
    world.rows('select title from records where subject = $1 and kind = $2', [subject, kind]);
  async function runs(caseId: string): Promise<string> {
    const ended: string[] = [];
    for await (const { status } of world.client.workflow.list({ query: `WorkflowId = "${caseId}"` })) ended.push(status.name);
    return ended.sort().join();
  }

  it('runCase() works through a flood in order, each event once', async () => {
    const count = 2000;
    const arrivals = Array.from({ length: count }, (_, at) => scan(`flood-${at}`, 'flood'));
    const parts = [0, 1, 2, 3].map((part) => arrivals.slice((part * count) / 4, ((part + 1) * count) / 4));
    const accepted = (await Promise.all(parts.map((part) => world.accept(part)))).flat().map(({ position }) => position);
    await settled('parcel:flood', Math.max(...accepted));
    expect(await finals('flood')).toEqual(accepted.sort((a, b) => a - b));
    expect(await world.rows("select 1 from entries where subject = 'flood' and ending <> 'case'")).toEqual([]);
  });

  it('runCase() goes on as a new run before it acknowledges, and carries what arrived', async () => {
    await world.stopWorker();
    const [accepted] = await world.accept([scan('carried', 'carried')]);
    const position = accepted?.position ?? 0;
    await eventually(async () => (await handle('parcel:carried').describe()).runId);
    for (let sent = 0; sent < 25; sent += 1) await handle('parcel:carried').signal('eventsArrived', {});
    await world.startWorker();
    await settled('parcel:carried', position);
    await handle('parcel:carried').result();
    expect(await handle('parcel:carried').query<CaseStatus>('caseStatus')).toMatchObject({
      dropped: 25,
      taken: position,
      settled: position,
      state: 'done',
    });
    await eventually(async () => (await runs('parcel:carried')) === 'COMPLETED,CONTINUED_AS_NEW');
    expect(await finals('carried')).toEqual([position]);
    await recordHistory(world, 'parcel:carried', 'parcelCase-continued');
  });

  it('runCase() drops what is sent again, event by event', async () => {
    const [first] = await world.accept([payment('again-1', 'again')]);
    const position = first?.position ?? 0;
    await asked(position);
    const repeat = { position, event: {} };
    for (let sent = 0; sent < 3; sent += 1) await handle('fraud:again').signal('eventsArrived', { events: [repeat, repeat] });
    const [second] = await world.accept([payment('again-2', 'again')]);
    await asked(second?.position ?? 0);
    for (const at of [position, second?.position ?? 0]) await approve(at);
    await settled('fraud:again', second?.position ?? 0);
    expect((await finals('again')).sort((a, b) => a - b)).toEqual([position, second?.position]);
    expect(await records('again', 'approval')).toHaveLength(2);
  });

  it('runCase() is started again by the next event when it has closed', async () => {
    const [first] = await world.accept([scan('closed-1', 'closed')]);
    await settled('parcel:closed', first?.position ?? 0);
    await handle('parcel:closed').result();
    const [second] = await world.accept([scan('closed-2', 'closed')]);
    await settled('parcel:closed', second?.position ?? 0);
    expect(await finals('closed')).toEqual([first?.position, second?.position]);
  });

  it('a case whose run was terminated goes on with what was open, though the next event comes before anybody noticed', async () => {
    const [first] = await world.accept([payment('gone-1', 'gone')]);
    await asked(first?.position ?? 0);
    await handle('fraud:gone').terminate('a test');
    const [second] = await world.accept([payment('gone-2', 'gone')]);
    await asked(second?.position ?? 0);
    await approve(first?.position ?? 0);
    await eventually(async () => (await finals('gone')).length === 1);
    expect(await finals('gone')).toEqual([first?.position]);
    await approve(second?.position ?? 0);
    await settled('fraud:gone', second?.position ?? 0);
    expect(await finals('gone')).toEqual([first?.position, second?.position]);
    expect(await records('gone', 'action')).toHaveLength(2);
  });

  it('runCase() has a waiting story keep no other from being told, and keeps them over a new run', async () => {
    const accepted = (await world.accept(Array.from({ length: 5 }, (_, at) => payment(`many-${at}`, 'many')))).map(
      ({ position }) => position,
    );
    const open = async () =>
      (
        await world.rows<{ at: number }>("select event_position as at from approvals where subject = 'many' and state = 'open' order by 1")
      ).map(({ at }) => at);
    await eventually(async () => (await open()).length === 5);
    for (let sent = 0; sent < 25; sent += 1) await handle('fraud:many').signal('approvalDecided', null);
    await eventually(async () => (await runs('fraud:many')) === 'CONTINUED_AS_NEW,RUNNING');
    expect(await open()).toEqual(accepted);
    for (const position of accepted) {
      await asked(position);
      await approve(position);
    }
    await settled('fraud:many', accepted.at(-1) ?? 0);
    expect((await finals('many')).sort((a, b) => a - b)).toEqual(accepted);
    expect(await records('many', 'approval')).toHaveLength(5);
    expect(await records('many', 'action')).toHaveLength(5);
    expect((await handle('fraud:many').query<CaseStatus>('caseStatus')).dropped).toBe(25);
    // several at a time were replayed in another order than they had been answered in
    const { events } = await handle('fraud:many').fetchHistory();
    expect(events?.filter(({ markerRecordedEventAttributes: marker }) => marker?.markerName === 'core_local_activity')).toEqual([]);
    await recordHistory(world, 'fraud:many', 'smallCase-continued-with-approvals');
  });

  it('fraudCase() ends an event as expired whose expirytime passed before it came to it', async () => {
    await world.stopWorker();
    const expiresAtMs = Date.now() + 400;
    const [accepted] = await world.accept([payment('late-1', 'late', { expiresAt: new Date(expiresAtMs).toISOString() })]);
    await eventually(async () => Date.now() > expiresAtMs);
    await world.startWorker();
    await settled('fraud:late', accepted?.position ?? 0);
    expect(await world.rows("select ending from entries where subject = 'late'")).toEqual([{ ending: 'expired' }]);
    expect(await records('late', 'approval')).toEqual([]);
    await recordHistory(world, 'fraud:late', 'smallCase-expired');
  });
});

describe('with keys', () => {
  let world: CaseWorld;
  beforeAll(async () => {
    world = await openCaseWorld({ flows: [reviews({ bySignal: false })], auth: 'keys' });
  });
  afterAll(async () => {
    await world.close();
  });

  it('recordVerdict() takes no bare signal unless the policy lets it', async () => {
    const [accepted] = await world.accept([payment('p-1')]);
    const position = accepted?.position ?? 0;
    const { approval } = await eventually(() => readApproval(world.pool, key(position)));
    const handle = world.client.workflow.getHandle('fraud:card-1');
    await handle.signal('approvalDecided', { approval: approval.id, verdict: 'approve', actor: 'eve', reason: 'mine' });
    await eventually(async () => (await handle.query<CaseStatus>('caseStatus')).dropped === 1);
    expect((await readApproval(world.pool, key(position)))?.approval.state).toBe('open');
    await giveVerdict(world, { ...key(position), verdict: 'reject', actor: 'ann', reason: 'no', via: 'http' });
    await handle.result();
    expect(await world.rows('select outcome from decisions where not provisional')).toEqual([{ outcome: 'decline' }]);
  });
});
