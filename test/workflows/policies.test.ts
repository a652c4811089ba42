/** Cases whose policy changes while they run. The bug this hunts: a decision that names one policy and was made by another. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readApproval } from '../../src/approvals/approval.ts';
import { giveVerdict } from '../../src/approvals/approvals.ts';
import { policyVersion } from '../../src/policy/policy.ts';
import { type CaseWorld, eventually, openCaseWorld } from '../support/caseWorld.ts';
import { operate } from '../support/policies.ts';
import { payment, reviews } from '../support/reviews.ts';

const flow = reviews();
/** Tells policies apart by their deadline. */
const textOf = (hours: number, runningCases: 'keep' | 'follow'): string =>
  JSON.stringify({ ...JSON.parse(reviews({ deadlineSeconds: hours * 3600 }).policyText), runningCases });

describe.each([
  ['cached', undefined],
  ['replayed', 0],
])('a policy that changes, %s', (_name, maxCachedWorkflows) => {
  let world: CaseWorld;
  beforeAll(async () => {
    world = await openCaseWorld({ flows: [flow], ...(maxCachedWorkflows === undefined ? {} : { maxCachedWorkflows }) });
  });
  afterAll(async () => {
    await world.close();
  });

  const key = (eventPosition: number) => ({ tenant: 'default', flow: 'fraud', eventPosition, turn: 0 });
  const asked = (position: number) => eventually(() => readApproval(world.pool, key(position)));
  const hoursOf = async (position: number): Promise<number> => {
    const { approval } = await asked(position);
    const { rows } = await world.pool.query<{ opened_at: Date }>('select opened_at from approvals where event_position = $1', [position]);
    return (Date.parse(approval.deadline) - (rows[0]?.opened_at.getTime() ?? 0)) / 3_600_000;
  };
  const decide = async (position: number): Promise<{ policy: string; outcome: string }> => {
    await giveVerdict(world, { ...key(position), verdict: 'approve', actor: 'ann', reason: 'known', via: 'http' });
    return eventually(
      async () =>
        (
          await world.rows<{ policy: string; outcome: string }>(
            'select policy, outcome from decisions where event_position = $1 and not provisional',
            [position],
          )
        )[0],
    );
  };
  /** Events that no case has come to when the policy changes. */
  async function acceptAhead(card: string, text: string): Promise<number> {
    await world.stopWorker();
    const [accepted] = await world.accept([payment(`ahead-${card}`, card)]);
    await operate(world.pool, flow, text);
    await world.startWorker();
    return accepted?.position ?? 0;
  }

  it('fraudCase() keeps the policy that its event was accepted under', async () => {
    const first = await operate(world.pool, flow, textOf(5, 'keep'));
    const position = await acceptAhead('kept', textOf(6, 'keep'));
    expect(await hoursOf(position)).toBe(5);
    expect(await decide(position)).toEqual({ policy: first.version, outcome: 'approve' });
  });

  it('fraudCase() goes on with the active policy where that one says so', async () => {
    await operate(world.pool, flow, textOf(7, 'keep'));
    const following = textOf(8, 'follow');
    const position = await acceptAhead('following', following);
    expect(await hoursOf(position)).toBe(8);
    expect(await decide(position)).toEqual({ policy: policyVersion('fraud', following), outcome: 'approve' });
  });

  it('fraudCase() that was started again keeps the rules of an approval that is open', async () => {
    const opened = textOf(9, 'follow');
    await operate(world.pool, flow, opened);
    const [accepted] = await world.accept([payment('again', 'again')]);
    const position = accepted?.position ?? 0;
    expect(await hoursOf(position)).toBe(9);
    const caseId = 'fraud:again';
    const { runId } = await world.client.workflow.getHandle(caseId).describe();
    await operate(world.pool, flow, textOf(10, 'follow'));
    await world.client.workflow.getHandle(caseId).terminate('a test');
    await eventually(async () => (await world.client.workflow.getHandle(caseId).describe()).runId !== runId);
    expect(await hoursOf(position)).toBe(9);
    expect(await decide(position)).toEqual({ policy: policyVersion('fraud', opened), outcome: 'approve' });
  });
});
