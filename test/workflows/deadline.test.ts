/** Reminder, escalation and default, on a server that skips time. That server has one clock for all that runs on it. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { readApproval } from '../../src/approvals/approval.ts';
import { giveVerdict } from '../../src/approvals/approvals.ts';
import type { Calendar } from '../../src/policy/approvalsPolicy.ts';
import { type CaseWorld, eventually, openCaseWorld } from '../support/caseWorld.ts';
import { openTime } from '../support/openTime.ts';
import { quietRuntime } from '../support/quietRuntime.ts';
import { recordHistory } from '../support/recordHistory.ts';
import { payment, reviews } from '../support/reviews.ts';

const HOUR_MS = 3_600_000;

const key = (eventPosition: number) => ({ tenant: 'default', flow: 'fraud', eventPosition, turn: 0 });

async function timers(world: CaseWorld, position: number): Promise<string[]> {
  const rows = await world.rows<{ title: string }>(
    "select title from records where event_position = $1 and kind in ('timer', 'verdict') order by position",
    [position],
  );
  return rows.map(({ title }) => title);
}

describe.each([
  ['cached', undefined],
  ['replayed', 0],
])('an approval that nobody answers, %s', (_name, maxCachedWorkflows) => {
  let time: TestWorkflowEnvironment;
  let world: CaseWorld;

  beforeAll(async () => {
    quietRuntime();
    time = await openTime();
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
  it('askPerson() reminds, escalates and takes the default, each once', async () => {
    const { position, caseId } = await opened('card-1');
    const before = await time.currentTimeMs();
    await time.client.workflow.getHandle(caseId).result();
    expect((await time.currentTimeMs()) - before).toBeGreaterThanOrEqual(24 * HOUR_MS - 1000);
    expect(await timers(world, position)).toEqual([
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
});

/** Office days around the clock, in UTC, but for the two days after today: a weekend, whenever this runs. */
function aroundAWeekend(): { calendar: Calendar; shutFromMs: number } {
  const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;
  const today = new Date().getUTCDay();
  const shut = [DAYS[(today + 1) % 7], DAYS[(today + 2) % 7]];
  const days = DAYS.filter((day) => !shut.includes(day));
  const midnight = new Date().setUTCHours(24, 0, 0, 0);
  return { calendar: { timeZone: 'UTC', days, from: '00:00', to: '00:00', holidays: [] }, shutFromMs: midnight };
}

describe.each([
  ['cached', undefined],
  ['replayed', 0],
])('three tiers of escalation over a weekend, %s', (_name, maxCachedWorkflows) => {
  let time: TestWorkflowEnvironment;
  let world: CaseWorld;
  const { calendar, shutFromMs } = aroundAWeekend();
  const pool = { roles: [], mail: [] };

  beforeAll(async () => {
    quietRuntime();
    time = await openTime();
    world = await openCaseWorld({
      flows: [
        reviews({
          ...{ deadlineSeconds: 24 * 3600, remindersSeconds: [3600], calendar, ask: 'desk' },
          pools: { desk: pool, lead: pool, head: pool, board: pool },
          escalation: [
            { afterSeconds: 8 * 3600, to: 'lead' },
            { afterSeconds: 16 * 3600, to: 'head' },
            { afterSeconds: 23 * 3600, to: 'board' },
          ],
        }),
      ],
      temporal: { address: time.address, namespace: 'default' },
      ...(maxCachedWorkflows === undefined ? {} : { maxCachedWorkflows }),
    });
  });
  afterAll(async () => {
    await world.close();
    await time.teardown();
  });

  it('askPerson() escalates three times in business hours, and takes the default at the deadline after the weekend', async () => {
    const [accepted] = await world.accept([payment('p-weekend', 'weekend')]);
    const position = accepted?.position ?? 0;
    const { approval, openedAt, rules } = await eventually(() => readApproval(world.pool, key(position)));
    const openedMs = Date.parse(openedAt);
    // by hand: what does not fit before midnight comes two days later
    const due = (hours: number) =>
      new Date(openedMs + hours * HOUR_MS + (openedMs + hours * HOUR_MS <= shutFromMs ? 0 : 48 * HOUR_MS)).toISOString();
    expect(rules.milestones?.map(({ kind, to, at }) => [to ?? kind, at])).toEqual([
      ['reminder', due(1)],
      ['lead', due(8)],
      ['head', due(16)],
      ['board', due(23)],
    ]);
    expect(approval.deadline).toBe(due(24));
    const before = await time.currentTimeMs();
    await time.client.workflow.getHandle('fraud:weekend').result();
    expect((await time.currentTimeMs()) - before).toBeGreaterThanOrEqual(72 * HOUR_MS - 5000);
    expect(await timers(world, position)).toEqual([
      'Reminder 1: nobody has answered',
      'Escalated to lead',
      'Escalated to head',
      'Escalated to board',
      'No verdict in time: reject by default',
    ]);
    expect(await world.rows('select outcome from decisions where event_position = $1 and not provisional', [position])).toEqual([
      { outcome: 'decline' },
    ]);
  });
});

// on the server that skips time, a terminated run may keep it from skipping
describe('a run that takes over', () => {
  let world: CaseWorld;
  beforeAll(async () => {
    world = await openCaseWorld({
      flows: [reviews({ deadlineSeconds: 6, remindersSeconds: [1, 2], escalation: [] })],
      maxCachedWorkflows: 0,
    });
  });
  afterAll(async () => {
    await world.close();
  });

  it('askPerson() keeps to the deadline in the row, and reminds of nothing twice', async () => {
    const [accepted] = await world.accept([payment('p-1')]);
    const position = accepted?.position ?? 0;
    const deadline = (await eventually(() => readApproval(world.pool, key(position)))).approval.deadline;
    const handle = world.client.workflow.getHandle('fraud:card-1');
    const reminded = async () => (await timers(world, position)).length;
    await eventually(async () => (await reminded()) >= 1);
    const { runId } = await handle.describe();
    await handle.terminate('test');
    await eventually(async () => (await handle.describe()).runId !== runId);
    await handle.result();
    await recordHistory(world, 'fraud:card-1', 'fraudCase-taken-over');
    expect((await readApproval(world.pool, key(position)))?.approval).toMatchObject({
      deadline,
      state: 'expired',
      verdict: { via: 'default' },
    });
    expect(await timers(world, position)).toEqual([
      'Reminder 1: nobody has answered',
      'Reminder 2: nobody has answered',
      'No verdict in time: reject by default',
    ]);
  });
});
