/** The bugs this hunts: live events put aside for a mistake in our own code; what begins as a run ends, and is unknown to the next; what was read too early. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readApproval } from '../../src/approvals/approval.ts';
import { giveVerdict } from '../../src/approvals/approvals.ts';
import { activatePolicy } from '../../src/log/activatePolicy.ts';
import { scan } from '../support/arrivals.ts';
import { type CaseWorld, eventually, openCaseWorld } from '../support/caseWorld.ts';
import { parcel } from '../support/flows.ts';
import { payment, reviews } from '../support/reviews.ts';
import { openSignedReceiver } from '../support/signedReceiver.ts';

const key = (eventPosition: number) => ({ tenant: 'default', flow: 'fraud', eventPosition, turn: 0 });

describe('a case whose own code is wrong', () => {
  let world: CaseWorld;

  beforeAll(async () => {
    world = await openCaseWorld({ flows: [{ ...parcel, workflow: 'mendedCase' }] });
  });
  afterAll(() => world.close());

  it('runCase() fails its task until the code is mended, and puts no event aside', async () => {
    const [accepted] = await world.accept([scan('e-1', 'p-1')]);
    const position = accepted?.position ?? 0;
    const handle = world.client.workflow.getHandle('parcel:p-1');
    await eventually(async () => {
      const { events = [] } = await handle.fetchHistory();
      return events?.some(({ workflowTaskFailedEventAttributes: failed }) => failed != null);
    });
    expect(await world.rows('select ending from entries where position = $1', [position])).toEqual([{ ending: 'waiting' }]);
    await handle.signal('eventsArrived', { events: [] });
    await handle.result();
    expect(await world.rows('select ending from entries where position = $1', [position])).toEqual([{ ending: 'case' }]);
    expect(await world.rows("select 1 from entries where ending = 'quarantined'")).toEqual([]);
  });
});

describe('a run that goes on as a new one', () => {
  it('during() begins nothing more once the run is about to end: the next run does it', async () => {
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const receiver = await openSignedReceiver(async () => {
      await held;
      return 204;
    });
    const webhook = { url: receiver.url, secret: receiver.secret };
    const world = await openCaseWorld({ flows: [reviews({ remindersSeconds: [5] }, 'smallCase')], webhook });
    try {
      const asked = async (id: string): Promise<number> => {
        const [accepted] = await world.accept([payment(id)]);
        const position = accepted?.position ?? 0;
        await eventually(() => readApproval(world.pool, key(position)));
        return position;
      };
      const first = await asked('p-1');
      await giveVerdict(world, { ...key(first), verdict: 'approve', actor: 'ann', reason: 'ok', via: 'http' });
      const handle = world.client.workflow.getHandle('fraud:card-1');
      const { runId } = await handle.describe();
      const scheduled = async (run: string): Promise<string[]> => {
        const { events = [] } = await world.client.workflow.getHandle('fraud:card-1', run).fetchHistory();
        return (events ?? []).flatMap(({ activityTaskScheduledEventAttributes: activity }) => activity?.activityType?.name ?? []);
      };
      // its action is in the air: the run waits for that, some seconds
      await eventually(async () => (await scheduled(runId)).includes('act'));
      const second = await asked('p-2');
      for (let sent = 0; sent < 25; sent += 1) await handle.signal('eventsArrived', {});
      const next = await eventually(async () => {
        const described = await handle.describe();
        return described.runId !== runId && described.runId;
      });
      // the second's reminder came due meanwhile
      await eventually(async () => (await scheduled(next)).includes('recordTimer'));
      expect(await scheduled(runId)).not.toContain('recordTimer');
      release();
      await giveVerdict(world, { ...key(second), verdict: 'approve', actor: 'ann', reason: 'ok', via: 'http' });
      await handle.result();
      expect(new Set(receiver.deliveries.map(({ key: action }) => action)).size).toBe(2);
    } finally {
      release();
      await world.close();
      await receiver.close();
    }
  });
});

describe('a verdict that comes while the next event is read', () => {
  it('hearVerdict() has read anew what was read before it', async () => {
    const flow = reviews();
    const world = await openCaseWorld({ flows: [flow] });
    const holding = await world.pool.connect();
    try {
      const [first] = await world.accept([payment('p-1')]);
      await eventually(() => readApproval(world.pool, key(first?.position ?? 0)));
      // the next event is sent and cannot be taken, so the verdict comes before it is read
      await world.stopWorker();
      const [second] = await world.accept([payment('p-2')]);
      await eventually(async () => (await world.rows('select 1 from deliveries where sent = $1', [second?.position])).length === 1);
      await holding.query(
        "begin; set local idle_in_transaction_session_timeout = 0; select from deliveries where case_id = 'fraud:card-1' for update",
      );
      await world.startWorker();
      const handle = world.client.workflow.getHandle('fraud:card-1');
      const has = (name: string, count: number) =>
        eventually(async () => {
          const { events = [] } = await handle.fetchHistory();
          const names = (events ?? []).map(
            (event) =>
              event.activityTaskScheduledEventAttributes?.activityType?.name ?? event.workflowExecutionSignaledEventAttributes?.signalName,
          );
          return names.filter((one) => one === name).length >= count;
        });
      await has('takeEvents', 2);
      await giveVerdict(world, { ...key(first?.position ?? 0), verdict: 'approve', actor: 'ann', reason: 'ok', via: 'http' });
      await has('approvalDecided', 1);
      // taken and read; the verdict waits for the log of cases, and meanwhile another policy holds
      await holding.query(
        "commit; begin; set local idle_in_transaction_session_timeout = 0; select from heads where log = 'fraud/cases' for update",
      );
      await has('recordVerdict', 1);
      const follow = JSON.stringify({ ...JSON.parse(flow.policyText), runningCases: 'follow' });
      const { version } = await activatePolicy(world.pool, { tenant: 'default', flow, text: follow, actor: 'ann', note: null });
      await holding.query('commit');
      await eventually(() => readApproval(world.pool, key(second?.position ?? 0)));
      expect(await world.rows('select policy from approvals where event_position = $1', [second?.position])).toEqual([{ policy: version }]);
    } finally {
      holding.release(true);
      await world.close();
    }
  });
});
