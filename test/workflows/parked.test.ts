/**
 * The bugs this hunts: a subject with many open events of which only some are asked about, a run that is full before it comes to the next of
 * them, and a verdict that a flood of others pushes out.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { readApproval } from '../../src/approvals/approval.ts';
import { giveVerdict } from '../../src/approvals/approvals.ts';
import { lookAtTemporal } from '../../src/cli/doctor/temporal.ts';
import type { CaseStatus } from '../../src/workflows/caseShown.ts';
import { type CaseWorld, eventually, openCaseWorld } from '../support/caseWorld.ts';
import { openTime } from '../support/openTime.ts';
import { quietRuntime } from '../support/quietRuntime.ts';
import { openReceiver, type Receiver } from '../support/receiver.ts';
import { recordHistory } from '../support/recordHistory.ts';
import { payment, reviews } from '../support/reviews.ts';

const SECRET = `whsec_${Buffer.from('the receiver of parked cases keeps').toString('base64')}`;
const key = (eventPosition: number) => ({ tenant: 'default', flow: 'fraud', eventPosition, turn: 0 });
const many = (card: string, count: number) => Array.from({ length: count }, (_, nth) => payment(`${card}-${nth}`, card));

async function states(world: CaseWorld, subject: string): Promise<Record<string, number>> {
  const rows = await world.rows<{ state: string; n: number }>(
    'select state, count(*)::int as n from approvals where subject = $1 group by 1',
    [subject],
  );
  return Object.fromEntries(rows.map(({ state, n }) => [state, n]));
}
async function runs(world: CaseWorld, caseId: string): Promise<number> {
  let count = 0;
  for await (const _run of world.client.workflow.list({ query: `WorkflowId = "${caseId}"` })) count += 1;
  return count;
}

async function decided(world: CaseWorld, card: string): Promise<number[]> {
  const rows = await world.rows<{ at: number }>(
    'select event_position as at from decisions where subject = $1 and not provisional order by 1',
    [card],
  );
  return rows.map(({ at }) => at);
}
const handleOf = (world: CaseWorld, card: string) => world.client.workflow.getHandle(`fraud:${card}`);
const statusOf = (world: CaseWorld, card: string) => handleOf(world, card).query<CaseStatus>('caseStatus');
const approveIn = (world: CaseWorld, position: number) =>
  giveVerdict(world, { ...key(position), verdict: 'approve', actor: 'ann', reason: 'known', via: 'http' });

describe.each([
  ['cached', undefined],
  ['replayed', 0],
])('many open events of one subject, %s', (_name, maxCachedWorkflows) => {
  let world: CaseWorld;

  beforeAll(async () => {
    const cached = maxCachedWorkflows === undefined ? {} : { maxCachedWorkflows };
    world = await openCaseWorld({ flows: [reviews({}, 'crowdCase')], ...cached });
  });
  afterAll(() => world.close());

  it('runCase() has all of them asked about at once, though only some are told at a time and no run holds all', async () => {
    const positions = (await world.accept(many('crowd', 16))).map(({ position }) => position);
    await eventually(async () => (await states(world, 'crowd')).open === 16);
    expect(await runs(world, 'fraud:crowd')).toBeGreaterThan(1);
    const shown = await eventually(async () => {
      const now = await statusOf(world, 'crowd');
      return now.approvals.length === 16 && now;
    });
    expect(shown).toMatchObject({ state: 'awaiting-approval', taken: positions.at(-1), settled: (positions[0] ?? 0) - 1 });
    expect(Date.parse(shown.deadline ?? '')).toBeGreaterThan(Date.now() + 23 * 3_600_000);
    const answered = [positions[15], positions[0], positions[8]].map(Number);
    for (const position of answered) await approveIn(world, position);
    await eventually(async () => (await decided(world, 'crowd')).length === 3);
    expect(await decided(world, 'crowd')).toEqual(answered.sort((a, b) => a - b));
    // one more, behind all that wait
    const [late] = await world.accept([payment('crowd-late', 'crowd')]);
    await eventually(() => readApproval(world.pool, key(late?.position ?? 0)));
    expect(await states(world, 'crowd')).toEqual({ open: 14, decided: 3 });
    if (maxCachedWorkflows === undefined) await recordHistory(world, 'fraud:crowd', 'crowdCase-many-asked');
    const { runId } = await handleOf(world, 'crowd').describe();
    await handleOf(world, 'crowd').terminate('a test');
    // the run that begins again from the rows asks nobody twice
    await eventually(
      async () => (await handleOf(world, 'crowd').describe()).runId !== runId && (await statusOf(world, 'crowd')).approvals.length === 14,
    );
    expect(await states(world, 'crowd')).toEqual({ open: 14, decided: 3 });
    await handleOf(world, 'crowd').terminate('a test');
  });
});

describe('a case beside what is not its own', () => {
  let world: CaseWorld;
  let receiver: Receiver;
  /** Of the actions that it was sent, those of this card are kept waiting. */
  let held = '';

  beforeAll(async () => {
    receiver = await openReceiver((nth) => (held !== '' && receiver.received[nth]?.body.includes(held) === true ? null : 204));
    world = await openCaseWorld({ flows: [reviews({}, 'smallCase')], webhook: { url: receiver.url, secret: SECRET } });
  });
  afterAll(async () => {
    await world.close();
    await receiver.close();
  });

  it('hearVerdict() keeps what is on an open approval of the case, whatever comes beside it', async () => {
    const [accepted] = await world.accept([payment('flood-1', 'flood')]);
    const position = accepted?.position ?? 0;
    const { approval } = await eventually(() => readApproval(world.pool, key(position)));
    await world.stopWorker();
    const said = { verdict: 'reject', actor: 'eve', reason: 'a flood' };
    const foreign = Array.from({ length: 60 }, (_, nth) => ({ ...said, approval: `apr_fraud.${100_000 + nth}.0` }));
    await Promise.all(foreign.map((one) => handleOf(world, 'flood').signal('approvalDecided', one)));
    await handleOf(world, 'flood').signal('approvalDecided', { ...said, actor: 'ann', verdict: 'approve', approval: approval.id });
    await world.startWorker();
    await eventually(async () => (await decided(world, 'flood')).length === 1);
    expect(await world.rows("select outcome from decisions where subject = 'flood' and not provisional")).toEqual([{ outcome: 'approve' }]);
    await handleOf(world, 'flood').result();
    expect((await statusOf(world, 'flood')).dropped).toBe(60);
  });

  it('a run that was started by hand with garbage among what is carried is closed, and its events go on', async () => {
    await world.stopWorker();
    const input = { tenant: 'default', flow: 'fraud', subject: 'hand', after: 0, carried: { taken: 'x', waiting: 7, verdicts: [{}] } };
    const by = await world.client.workflow.start('smallCase', { workflowId: 'fraud:hand', taskQueue: 'signalbox', args: [input] });
    const [accepted] = await world.accept([payment('hand-1', 'hand')]);
    await world.startWorker();
    await expect(by.result()).rejects.toThrow();
    await eventually(() => readApproval(world.pool, key(accepted?.position ?? 0)));
    await handleOf(world, 'hand').terminate('a test');
  });

  it('doctor names runs that a newer build began', async () => {
    const lines = async () => (await lookAtTemporal(world.temporal, null)).filter(({ what }) => what === 'runs');
    expect(await lines()).toMatchObject([{ level: 'ok' }]);
    const newer = await world.client.workflow.start('futureCase', { workflowId: 'fraud:tomorrow', taskQueue: 'signalbox' });
    const [line] = await eventually(async () => {
      const found = await lines();
      return found[0]?.level === 'fail' && found;
    });
    expect(line?.found).toBe('1 were begun by a newer build, as fraud:tomorrow in the way from-tomorrow: this one cannot go on with them');
    await newer.terminate('a test');
  });

  it('an action that waits for its receiver keeps no other event waiting', async () => {
    held = 'card-slow';
    const first = (await world.accept(many('card-slow', 3))).map(({ position }) => position);
    await eventually(async () => (await states(world, 'card-slow')).open === 3);
    for (const position of first) await approveIn(world, position);
    await eventually(async () => receiver.received.filter(({ body }) => body.includes('card-slow')).length === 3);
    const [next] = await world.accept([payment('card-slow-next', 'card-slow')]);
    await eventually(() => readApproval(world.pool, key(next?.position ?? 0)));
    expect(await world.rows("select 1 from actions where subject = 'card-slow' and state = 'planned'")).toHaveLength(3);
    held = '';
    receiver.release(204);
    await handleOf(world, 'card-slow').terminate('a test');
  });
});

describe('many that nobody answers', () => {
  let time: TestWorkflowEnvironment;
  let world: CaseWorld;

  beforeAll(async () => {
    quietRuntime();
    time = await openTime();
    world = await openCaseWorld({ flows: [reviews({}, 'crowdCase')], temporal: { address: time.address, namespace: 'default' } });
  });
  afterAll(async () => {
    await world.close();
    await time.teardown();
  });

  it('runCase() reminds of each and gives each the default at its time, each once', async () => {
    await world.accept(many('crowd', 12));
    await eventually(async () => (await states(world, 'crowd')).open === 12);
    await time.client.workflow.getHandle('fraud:crowd').result();
    expect(await states(world, 'crowd')).toEqual({ expired: 12 });
    const rows = await world.rows<{ title: string; n: number }>(
      "select title, count(*)::int as n from records where kind = 'timer' group by 1 order by 1",
    );
    expect(rows).toEqual([
      { title: 'Escalated to head-of-risk', n: 12 },
      { title: 'Reminder 1: nobody has answered', n: 12 },
      { title: 'Reminder 2: nobody has answered', n: 12 },
    ]);
    expect(await world.rows("select 1 from decisions where not provisional and outcome = 'decline'")).toHaveLength(12);
  });
});
