/** The bugs this hunts: events lost between two runs of a case, handled twice, or out of order. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readApproval } from '../../src/log/approval.ts';
import { giveVerdict } from '../../src/log/approvals.ts';
import type { CaseStatus } from '../../src/workflows/caseRun.ts';
import { scan } from '../support/arrivals.ts';
import { type CaseWorld, eventually, openCaseWorld } from '../support/caseWorld.ts';
import { parcel } from '../support/flows.ts';
import { payment, reviews } from '../support/reviews.ts';

describe.each([
  ['cached', undefined],
  ['replayed', 0],
])('the inbox of a case, %s', (_name, maxCachedWorkflows) => {
  let world: CaseWorld;

  beforeEach(async () => {
    world = await openCaseWorld({ flows: [reviews(), parcel], ...(maxCachedWorkflows === undefined ? {} : { maxCachedWorkflows }) });
  });
  afterEach(async () => {
    await world.close();
  });

  const handle = (caseId: string) => world.client.workflow.getHandle(caseId);
  const key = (eventPosition: number) => ({ tenant: 'default', flow: 'fraud', eventPosition, turn: 0 });
  const approve = (position: number) =>
    giveVerdict(world, { ...key(position), verdict: 'approve', actor: 'ann', reason: 'ok', via: 'http' });
  const settled = (caseId: string, position: number) =>
    eventually(
      async () =>
        (await world.rows('select 1 from deliveries where case_id = $1 and settled = $2 and taken = $2', [caseId, position])).length === 1,
    );
  async function runs(caseId: string): Promise<string[]> {
    const ended: string[] = [];
    for await (const { status } of world.client.workflow.list({ query: `WorkflowId = "${caseId}"` })) ended.push(status.name);
    return ended;
  }

  it('runCase() works through a flood in order, each event once, in few signals', async () => {
    const count = 2000;
    const arrivals = Array.from({ length: count }, (_, at) => scan(`s-${at}`, 'box'));
    const accepted = (
      await Promise.all([0, 1, 2, 3].map((part) => world.accept(arrivals.slice((part * count) / 4, ((part + 1) * count) / 4))))
    ).flat();
    await settled('parcel:box', Math.max(...accepted.map(({ position }) => position)));
    const decided = await world.rows<{ event_position: number }>(
      "select event_position from decisions where log = 'parcel/cases' order by position",
    );
    const positions = decided.map(({ event_position: position }) => position);
    expect(positions).toEqual(accepted.map(({ position }) => position).sort((a, b) => a - b));
    expect(await world.rows("select 1 from entries where ending = 'waiting'")).toEqual([]);
  });

  it('runCase() goes on as a new run before it acknowledges, and carries what arrived', async () => {
    await world.stopWorker();
    const [accepted] = await world.accept([scan('s-1', 'box')]);
    await eventually(async () => (await handle('parcel:box').describe()).runId);
    for (let sent = 0; sent < 25; sent += 1) await handle('parcel:box').signal('eventsArrived', {});
    await world.startWorker();
    await settled('parcel:box', accepted?.position ?? 0);
    expect(await handle('parcel:box').query<CaseStatus>('caseStatus')).toMatchObject({
      dropped: 25,
      taken: accepted?.position,
      settled: accepted?.position,
      state: 'done',
    });
    await eventually(async () => (await runs('parcel:box')).sort().join() === 'COMPLETED,CONTINUED_AS_NEW');
    expect(await world.rows('select 1 from decisions')).toHaveLength(1);
  });

  it('runCase() drops what is sent again, event by event', async () => {
    const [first] = await world.accept([payment('p-1')]);
    const position = first?.position ?? 0;
    await eventually(() => readApproval(world.pool, key(position)));
    for (let sent = 0; sent < 3; sent += 1)
      await handle('fraud:card-1').signal('eventsArrived', {
        events: [
          { position, event: {} },
          { position, event: {} },
        ],
      });
    const [second] = await world.accept([payment('p-2')]);
    await eventually(() => readApproval(world.pool, key(second?.position ?? 0)));
    for (const at of [position, second?.position ?? 0]) await approve(at);
    await handle('fraud:card-1').result();
    await settled('fraud:card-1', second?.position ?? 0);
    expect(await world.rows('select event_position from decisions where not provisional order by 1')).toEqual([
      { event_position: position },
      { event_position: second?.position },
    ]);
    expect(await world.rows("select 1 from records where kind = 'approval'")).toHaveLength(2);
  });

  it('a closed case is started again by the next event', async () => {
    const [first] = await world.accept([scan('s-1', 'box')]);
    await settled('parcel:box', first?.position ?? 0);
    await handle('parcel:box').result();
    const [second] = await world.accept([scan('s-2', 'box')]);
    await settled('parcel:box', second?.position ?? 0);
    expect(await world.rows('select 1 from decisions')).toHaveLength(2);
  });

  it('a case keeps its open approvals over a new run, and holds fifty at a time', async () => {
    const accepted = await world.accept(Array.from({ length: 60 }, (_, at) => payment(`p-${at}`)));
    const open = async () =>
      (await world.rows<{ event_position: number }>("select event_position from approvals where state = 'open' order by 1")).map(
        (row) => row.event_position,
      );
    await eventually(async () => (await open()).length === 50);
    await Promise.all(Array.from({ length: 510 }, () => handle('fraud:card-1').signal('approvalDecided', null)));
    await eventually(async () => (await runs('fraud:card-1')).includes('CONTINUED_AS_NEW'));
    expect((await handle('fraud:card-1').query<CaseStatus>('caseStatus')).dropped).toBeGreaterThanOrEqual(500);
    while ((await world.rows("select 1 from entries where ending = 'waiting'")).length > 0) {
      for (const position of await eventually(
        async () =>
          ((await open()).length > 0 || (await world.rows("select 1 from entries where ending = 'waiting'")).length === 0) && open(),
      )) {
        await approve(position);
      }
    }
    await settled('fraud:card-1', accepted.at(-1)?.position ?? 0);
    expect(await world.rows('select 1 from decisions where not provisional')).toHaveLength(60);
    expect(await world.rows("select 1 from records where kind = 'approval'")).toHaveLength(60);
    expect(await world.rows("select 1 from actions where state = 'not-sent'")).toHaveLength(60);
  });

  it('an event whose expirytime passed before its case came to it is expired', async () => {
    await world.stopWorker();
    const expiresAtMs = Date.now() + 400;
    const [accepted] = await world.accept([payment('p-1', 'card-1', { expiresAt: new Date(expiresAtMs).toISOString() })]);
    await eventually(async () => Date.now() > expiresAtMs);
    await world.startWorker();
    await settled('fraud:card-1', accepted?.position ?? 0);
    expect(await world.rows('select ending from entries where kind = $1', ['event'])).toEqual([{ ending: 'expired' }]);
    expect(await world.rows('select 1 from approvals')).toEqual([]);
  });
});

describe('with keys', () => {
  let world: CaseWorld;
  beforeEach(async () => {
    world = await openCaseWorld({ flows: [reviews({ bySignal: false })], auth: 'keys' });
  });
  afterEach(async () => {
    await world.close();
  });

  it('a bare signal gives no verdict unless the policy lets it', async () => {
    const [accepted] = await world.accept([payment('p-1')]);
    const key = { tenant: 'default', flow: 'fraud', eventPosition: accepted?.position ?? 0, turn: 0 };
    const asked = await eventually(() => readApproval(world.pool, key));
    const handle = world.client.workflow.getHandle('fraud:card-1');
    await handle.signal('approvalDecided', { approval: asked.approval.id, verdict: 'approve', actor: 'eve', reason: 'mine' });
    await eventually(async () => (await handle.query<CaseStatus>('caseStatus')).dropped === 1);
    expect((await readApproval(world.pool, key))?.approval.state).toBe('open');
    await giveVerdict(world, { ...key, verdict: 'reject', actor: 'ann', reason: 'no', via: 'http' });
    await handle.result();
    expect((await world.rows('select outcome from decisions where not provisional'))[0]).toEqual({ outcome: 'decline' });
  });
});
