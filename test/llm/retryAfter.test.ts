/** Hunts the try that comes before its time: the pause that a provider asks for, kept by Temporal on a server that skips time. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import { pino } from 'pino';
import { failing } from '../../src/activities/asFailure.ts';
import { createCallLlm } from '../../src/llm/callLlm.ts';
import { readLlmCalls } from '../../src/llm/record/calls.ts';
import { answers, says } from '../support/llmReplies.ts';
import { llmTargetAt } from '../support/llmTarget.ts';
import { aCall, type LlmWorld, MODEL, openLlmWorld, SURE } from '../support/llmWorld.ts';
import { quietRuntime } from '../support/quietRuntime.ts';
import { startTimeSkipping } from '../support/temporal.ts';
import { workflowBundle } from '../support/workflowBundle.ts';

const TASK_QUEUE = 'asking';

describe('callLlm() in an activity', () => {
  let time: TestWorkflowEnvironment;
  let world: LlmWorld;
  beforeAll(async () => {
    quietRuntime();
    time = await startTimeSkipping();
    world = await openLlmWorld([]);
  });
  afterAll(async () => {
    await world.close();
    await time.teardown();
  });

  /** When each request about the event went out, by the server's clock. */
  async function timesOf(eventPosition: number): Promise<number[]> {
    const llm = llmTargetAt(world.fake.url, { model: MODEL });
    const call = createCallLlm({ pool: world.pool, logger: pino({ level: 'silent' }), llm, now: () => time.currentTimeMs() });
    const ask = failing(async (position: number): Promise<string> => (await call(aCall({ eventPosition: position }))).kind);
    const worker = await Worker.create({
      ...{ connection: time.nativeConnection, taskQueue: TASK_QUEUE, workflowBundle: await workflowBundle(), activities: { ask } },
    });
    const run = { taskQueue: TASK_QUEUE, workflowId: `asking-${eventPosition}`, args: [eventPosition] };
    expect(await worker.runUntil(time.client.workflow.execute('askingCase', run))).toBe('answer');
    const calls = await readLlmCalls(world.pool, { tenant: 'default', flow: 'fraud' }, [eventPosition]);
    return calls.map(({ startedAtMs }) => startedAtMs);
  }

  it.each([
    ['of a 429', 429],
    ['of a 503', 503],
  ])('callLlm() makes no call before the 7 s that Retry-After %s says', async (_, status) => {
    world.fake.follow([answers(status, { headers: { 'retry-after': '7' } }), says(SURE)]);
    const times = await timesOf(status);
    expect(times).toHaveLength(2);
    const waitedMs = (times[1] ?? 0) - (times[0] ?? 0);
    expect(waitedMs).toBeGreaterThanOrEqual(7000);
    expect(waitedMs).toBeLessThan(12_000);
  });
});
