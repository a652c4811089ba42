/**
 * The bug this hunts: a verdict that acts before its row says so, twice, or after another won; and a handler that trusts what
 * it is sent, which jams a run for good. Each suite runs with cached workflows and with every history replayed at every task.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readApproval } from '../../src/approvals/approval.ts';
import { giveVerdict } from '../../src/approvals/approvals.ts';
import type { GivenVerdict } from '../../src/approvals/vote.ts';
import type { CaseStatus } from '../../src/workflows/caseShown.ts';
import { type CaseWorld, eventually, openCaseWorld } from '../support/caseWorld.ts';
import { recordHistory } from '../support/recordHistory.ts';
import { payment, reviews } from '../support/reviews.ts';

const key = (eventPosition: number) => ({ tenant: 'default', flow: 'fraud', eventPosition, turn: 0 });
const said = (eventPosition: number, more: Partial<GivenVerdict> = {}): GivenVerdict => ({
  ...key(eventPosition),
  ...{ verdict: 'approve', actor: 'ann', reason: 'known customer', via: 'http' },
  ...more,
});

describe.each([
  ['cached', undefined],
  ['replayed', 0],
])('a case that asks a person, %s', (_name, maxCachedWorkflows) => {
  let world: CaseWorld;
  let cards = 0;

  beforeAll(async () => {
    world = await openCaseWorld({ flows: [reviews()], ...(maxCachedWorkflows === undefined ? {} : { maxCachedWorkflows }) });
  });
  afterAll(async () => {
    await world.close();
  });

  async function opened(): Promise<{ position: number; approval: string; caseId: string }> {
    cards += 1;
    const [accepted] = await world.accept([payment(`p-${cards}`, `card-${cards}`)]);
    const position = accepted?.position ?? 0;
    await eventually(() => readApproval(world.pool, key(position)));
    return { position, approval: `apr_fraud.${position}.0`, caseId: `fraud:card-${cards}` };
  }

  const status = (caseId: string) => world.client.workflow.getHandle(caseId).query<CaseStatus>('caseStatus');
  const signal = (caseId: string, ...args: unknown[]) => world.client.workflow.getHandle(caseId).signal('approvalDecided', ...args);
  /** A payload that says it is JSON and is not. */
  const signalUnreadable = (workflowId: string, signalName: string) =>
    world.client.workflowService.signalWorkflowExecution({
      namespace: world.temporal.namespace,
      workflowExecution: { workflowId },
      signalName,
      input: { payloads: [{ metadata: { encoding: Buffer.from('json/plain') }, data: Buffer.from('{"approval"') }] },
    });
  const final = (position: number) =>
    eventually(
      async () =>
        (
          await world.rows<{ outcome: string; body: string }>(
            'select outcome, body from decisions where event_position = $1 and not provisional',
            [position],
          )
        )[0],
    );
  const ended = (caseId: string) => world.client.workflow.getHandle(caseId).result();

  it('fraudCase() decides by the verdict on the row and ends with its action recorded as not sent', async () => {
    const { position, approval, caseId } = await opened();
    const waiting = await eventually(async () => {
      const now = await status(caseId);
      return now.state === 'awaiting-approval' && now;
    });
    expect(waiting).toMatchObject({ flow: 'fraud', approvals: [approval], taken: position, settled: position - 1, dropped: 0 });
    expect(waiting.waitingFor).toContain(approval);
    expect(await giveVerdict(world, said(position))).toMatchObject({ result: 'given', version: 2, approval: { state: 'decided' } });
    await ended(caseId);
    expect(await final(position)).toMatchObject({ outcome: 'approve' });
    const { rung, result, rungs } = JSON.parse((await final(position)).body);
    expect({ rung, result }).toMatchObject({ rung: 'human', result: { paymentId: expect.any(String) } });
    // so long did it take from the question to the verdict
    expect(rungs.at(-1)).toMatchObject({ rung: 'human', outcome: 'approve' });
    expect(rungs.at(-1).ms).toBeGreaterThan(0);
    expect(await world.rows('select action, state from actions where event_position = $1', [position])).toEqual([
      { action: 'release', state: 'not-sent' },
    ]);
    const [delivery] = await world.rows<{ taken: number; settled: number }>('select taken, settled from deliveries where case_id = $1', [
      caseId,
    ]);
    expect(delivery).toEqual({ taken: position, settled: position });
    expect(await world.rows('select 1 from mailboxes where case_id = $1', [caseId])).toEqual([]);
    expect(await world.rows('select ending from entries where position = $1', [position])).toEqual([{ ending: 'case' }]);
    const described = await world.client.workflow.getHandle(caseId).describe();
    expect(described.searchAttributes).toMatchObject({ SignalboxState: ['done'], SignalboxOutcome: ['approve'] });
    await recordHistory(world, caseId, 'fraudCase-approved');
  });

  it('giveVerdict() lets one of two racing verdicts win, and tells the other who did', async () => {
    const { position, caseId } = await opened();
    const results = await Promise.all([
      giveVerdict(world, said(position, { actor: 'ann', verdict: 'approve' })),
      giveVerdict(world, said(position, { actor: 'bob', verdict: 'reject' })),
    ]);
    expect(results.map((outcome) => outcome?.result).sort()).toEqual(['given', 'lost']);
    expect(new Set(results.map((outcome) => outcome?.approval.verdict?.actor)).size).toBe(1);
    const winner = results[0]?.approval.verdict?.verdict;
    await ended(caseId);
    expect(await final(position)).toMatchObject({ outcome: winner === 'approve' ? 'approve' : 'decline' });
  });

  it('giveVerdict() changes nothing when repeated, and refuses a stale version', async () => {
    const { position, caseId } = await opened();
    expect(await giveVerdict(world, said(position, { ifMatch: 7 }))).toMatchObject({ result: 'stale', approval: { state: 'open' } });
    expect(await giveVerdict(world, said(position, { ifMatch: 1 }))).toMatchObject({ result: 'given' });
    expect(await giveVerdict(world, said(position, { ifMatch: 1 }))).toMatchObject({ result: 'same', version: 2 });
    await expect(giveVerdict(world, said(position + 100_000))).resolves.toBeNull();
    await ended(caseId);
    expect(await world.rows("select 1 from records where event_position = $1 and kind = 'verdict'", [position])).toHaveLength(1);
  });

  it('fraudCase() takes a verdict by bare signal, and the row knows it came so', async () => {
    const { position, approval, caseId } = await opened();
    await signal(caseId, { approval, verdict: 'reject', actor: 'eve', reason: 'stolen' });
    await ended(caseId);
    expect(await final(position)).toMatchObject({ outcome: 'decline' });
    expect((await readApproval(world.pool, key(position)))?.approval.verdict).toMatchObject({
      verdict: 'reject',
      actor: 'eve',
      via: 'signal',
    });
  });

  it('fraudCase() lets no signal to it decide what another case has asked', async () => {
    const [mine, other] = [await opened(), await opened()];
    await signal(mine.caseId, { approval: other.approval, verdict: 'approve', actor: 'eve', reason: 'not my business' });
    await eventually(async () => (await status(mine.caseId)).dropped === 1);
    expect((await readApproval(world.pool, key(other.position)))?.approval).toMatchObject({ state: 'open', verdict: null });
    for (const { position, caseId } of [mine, other]) {
      await giveVerdict(world, said(position));
      await ended(caseId);
    }
  });

  it('fraudCase() drops and counts what it cannot read, and goes on', async () => {
    const { position, approval, caseId } = await opened();
    const good = { approval, verdict: 'approve', actor: 'ann', reason: 'ok' };
    for (const wrong of [{}, null, 7, 'approve', [], { ...good, verdict: 'maybe' }, { ...good, actor: 3 }, { ...good, more: 1 }])
      await signal(caseId, wrong);
    await signal(caseId);
    await signal(caseId, { ...good, approval: 'apr_fraud.999999.0' });
    await signal(caseId, { ...good, approval: `apr_fraud.${position}.99999999999` });
    await signal(caseId, { ...good, changes: { amount: 1 } });
    for (const wrong of [{}, null, { events: 'x' }, { events: [{}, null, { position: 'x' }, { position: -1 }] }]) {
      await world.client.workflow.getHandle(caseId).signal('eventsArrived', wrong);
    }
    await world.client.workflow.getHandle(caseId).signal('eventsArrived');
    for (const signalName of ['approvalDecided', 'eventsArrived']) await signalUnreadable(caseId, signalName);
    const counted = await eventually(async () => {
      const now = await status(caseId);
      return now.dropped === 22 && now;
    });
    expect(counted).toMatchObject({ state: 'awaiting-approval', approvals: [approval] });
    await signal(caseId, good);
    await ended(caseId);
    expect(await final(position)).toMatchObject({ outcome: 'approve' });
    await recordHistory(world, caseId, 'fraudCase-unreadable-signals');
  });

  it.each([
    ['no', ''],
    ['an invisible', ' \u200b\u2800'],
  ])('takes no verdict by signal with %s reason, as no other way does, and says so on the timeline', async (_what, reason) => {
    const { position, approval, caseId } = await opened();
    await signal(caseId, { approval, verdict: 'approve', actor: 'bob', reason });
    await eventually(async () => (await status(caseId)).dropped === 1);
    const titles = await world.rows<{ title: string }>("select title from records where event_position = $1 and kind = 'signal'", [
      position,
    ]);
    expect(titles).toEqual([{ title: 'A signal to approve does not count: its reason must hold a character that can be seen' }]);
    expect((await readApproval(world.pool, key(position)))?.approval.state).toBe('open');
    await giveVerdict(world, said(position));
    await final(position);
  });

  it('acknowledge() keeps a made-up position by signal from hiding events that come later', async () => {
    const { position, caseId } = await opened();
    await world.client.workflow.getHandle(caseId).signal('eventsArrived', { events: [{ position: 900_000, event: {} }] });
    const [later] = await world.accept([payment(`p-later-${cards}`, `card-${cards}`)]);
    await eventually(() => readApproval(world.pool, key(later?.position ?? 0)));
    for (const at of [position, later?.position ?? 0]) await giveVerdict(world, said(at));
    await ended(caseId);
    const [delivery] = await world.rows<{ settled: number }>('select settled from deliveries where case_id = $1', [caseId]);
    expect(delivery?.settled).toBe(later?.position);
  });
});
