/** Reminder, escalation and default, on a server that skips time. That server has one clock for all that runs on it. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { SEARCH_ATTRIBUTES } from '../../src/local/temporalNamespace.ts';
import { readApproval } from '../../src/log/approval.ts';
import { giveVerdict } from '../../src/log/approvals.ts';
import { type CaseWorld, eventually, openCaseWorld } from '../support/caseWorld.ts';
import { quietRuntime } from '../support/quietRuntime.ts';
import { payment, reviews } from '../support/reviews.ts';
import { startTimeSkipping } from '../support/temporal.ts';

const HOUR_MS = 3_600_000;
/** temporal.api.enums.v1.IndexedValueType */
const KEYWORD = 2;

describe.each([
  ['cached', undefined],
  ['replayed', 0],
])('an approval that nobody answers, %s', (_name, maxCachedWorkflows) => {
  let time: TestWorkflowEnvironment;
  let world: CaseWorld;
  const key = (eventPosition: number) => ({ tenant: 'default', flow: 'fraud', eventPosition, turn: 0 });

  beforeAll(async () => {
    quietRuntime();
    time = await startTimeSkipping();
    // this server cannot list them, so it is told them all
    const searchAttributes = Object.fromEntries(SEARCH_ATTRIBUTES.map((name) => [name, KEYWORD]));
    await time.connection.operatorService.addSearchAttributes({ namespace: 'default', searchAttributes });
    world = await openCaseWorld({
      flows: [reviews()],
      temporal: { address: time.address, namespace: 'default' },
      ...(maxCachedWorkflows === undefined ? {} : { maxCachedWorkflows }),
    });
  });
  afterAll(async () => {
    await world.close();
    await time.teardown();
  });

  async function opened(card: string): Promise<{ position: number; caseId: string }> {
    const [accepted] = await world.accept([payment(`p-${card}`, card)]);
    const position = accepted?.position ?? 0;
    await eventually(() => readApproval(world.pool, key(position)));
    return { position, caseId: `fraud:${card}` };
  }
  const timers = (position: number) =>
    world.rows<{ kind: string; title: string }>(
      "select kind, title from records where event_position = $1 and kind in ('timer', 'verdict') order by position",
      [position],
    );

  it('askPerson() reminds, escalates and takes the default, each once', async () => {
    const { position, caseId } = await opened('card-1');
    const before = await time.currentTimeMs();
    await time.client.workflow.getHandle(caseId).result();
    expect((await time.currentTimeMs()) - before).toBeGreaterThanOrEqual(24 * HOUR_MS - 1000);
    expect((await timers(position)).map(({ title }) => title)).toEqual([
      'Reminder 1: nobody has answered',
      'Reminder 2: nobody has answered',
      'Escalated to head-of-risk',
      'No verdict in time: reject by default',
    ]);
    expect(await readApproval(world.pool, key(position))).toMatchObject({
      approval: { state: 'expired', verdict: { via: 'default', verdict: 'reject' } },
    });
    const [decision] = await world.rows<{ outcome: string; body: string }>(
      'select outcome, body from decisions where event_position = $1 and not provisional',
      [position],
    );
    expect(decision?.outcome).toBe('decline');
    expect(JSON.parse(decision?.body ?? '')).toMatchObject({ rung: 'default' });
    expect(await world.rows('select action from actions where event_position = $1', [position])).toEqual([{ action: 'block' }]);
  });

  it('giveVerdict() is told that the default won when it comes too late', async () => {
    const { position, caseId } = await opened('card-2');
    await time.client.workflow.getHandle(caseId).result();
    const late = await giveVerdict(world, { ...key(position), verdict: 'approve', actor: 'ann', reason: 'late', via: 'http' });
    expect(late).toMatchObject({ result: 'over', approval: { verdict: { via: 'default' } } });
  });

  it('askPerson() keeps to the deadline in the row when a run is ended and another takes over', async () => {
    const { position, caseId } = await opened('card-3');
    const deadline = (await readApproval(world.pool, key(position)))?.approval.deadline;
    const { runId } = await world.client.workflow.getHandle(caseId).describe();
    await world.client.workflow.getHandle(caseId).terminate('test');
    await eventually(async () => (await world.client.workflow.getHandle(caseId).describe()).runId !== runId);
    await time.client.workflow.getHandle(caseId).result();
    expect((await readApproval(world.pool, key(position)))?.approval).toMatchObject({ deadline, state: 'expired' });
    expect(await timers(position)).toHaveLength(4);
  });
});
