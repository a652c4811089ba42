/**
 * The bug this hunts: an LLM that was away when a person was asked, is back when the case starts again, and decides what that person has
 * decided already.
 */
import { expect, it } from '@jest/globals';
import { readApproval } from '../../src/approvals/approval.ts';
import { giveVerdict } from '../../src/approvals/approvals.ts';
import { askedReviews, paymentWith } from '../support/askedReviews.ts';
import { eventually, openCaseWorld } from '../support/caseWorld.ts';
import { openFakeLlm } from '../support/fakeLlm.ts';
import { says } from '../support/llmReplies.ts';
import { llmTargetAt } from '../support/llmTarget.ts';

it('fraudCase() that starts again leaves an event to the person who was asked about it', async () => {
  const llm = await openFakeLlm([says({ outcome: 'approve', confidence: 1, reasons: [{ fact: 'amount', text: 'small' }] })]);
  const world = await openCaseWorld({
    flows: [askedReviews()],
    llm: llmTargetAt(llm.url),
  });
  try {
    await world.rows("insert into llm_models (model, open_until, open_why) values ('fake', now() + interval '1 hour', 'failing')");
    const [accepted] = await world.accept([paymentWith('p-1', 'card-1', {})]);
    const key = { tenant: 'default', flow: 'fraud', eventPosition: accepted?.position ?? 0, turn: 0 };
    await eventually(() => readApproval(world.pool, key));
    await world.stopWorker();
    await world.rows('update llm_models set open_until = null, failures = 0');
    await giveVerdict(world, { ...key, verdict: 'reject', actor: 'ann', reason: 'stolen', via: 'http' });
    await world.client.workflow.getHandle('fraud:card-1').terminate('a test');
    await world.startWorker();
    const [decided] = await eventually(async () => {
      const rows = await world.rows<{ outcome: string; body: string }>('select outcome, body from decisions where not provisional');
      return rows.length > 0 && rows;
    });
    expect(decided?.outcome).toBe('decline');
    const { rung, rungs } = JSON.parse(decided?.body ?? '{}') as { rung: string; rungs: object[] };
    expect(rung).toBe('human');
    expect(rungs).toContainEqual(expect.objectContaining({ rung: 'llm', abstained: 'a person was asked about it before' }));
    expect(llm.requests).toEqual([]);
  } finally {
    await world.close();
    await llm.close();
  }
});
