/** The bug this hunts: an action that is tried for three days at an address that it may never be sent to; a revision that nobody is told of. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Outbound, openOutbound } from '../../src/actions/outbound.ts';
import { readApproval } from '../../src/approvals/approval.ts';
import { giveVerdict } from '../../src/approvals/approvals.ts';
import { LOOPBACK_TARGETS } from '../../src/settings/outboundTarget.ts';
import { type CaseWorld, eventually, openCaseWorld } from '../support/caseWorld.ts';
import { openReceiver, type Receiver } from '../support/receiver.ts';
import { payment, reviews } from '../support/reviews.ts';

const flow = reviews({}, 'fraudCase', [{ name: 'release', on: 'approve' }]);

describe('act()', () => {
  let world: CaseWorld | undefined;
  let receiver: Receiver;

  beforeEach(async () => {
    receiver = await openReceiver();
  });
  afterEach(async () => {
    await world?.close();
    await receiver.close();
  });

  /** How the event of a payment ended that a person said `verdict` on. */
  async function judged(verdict: 'approve' | 'reject', outbound: Outbound) {
    const url = receiver.url.replace('127.0.0.1', 'localhost');
    world = await openCaseWorld({
      flows: [flow],
      webhook: { url, secret: `whsec_${Buffer.from('a secret of the tests').toString('base64')}`, outbound },
    });
    const [accepted] = await world.accept([payment('p-1')]);
    const key = { tenant: 'default', flow: 'fraud', eventPosition: accepted?.position ?? 0, turn: 0 };
    const { pool } = world;
    await eventually(() => readApproval(pool, key));
    await giveVerdict(world, { ...key, verdict, actor: 'ann', reason: 'ok', via: 'http' });
    await world.client.workflow.getHandle('fraud:card-1').result();
    const described = await world.client.workflow.getHandle('fraud:card-1').describe();
    const actions = await world.rows('select action, state, tries, error_code, last_error from actions');
    return { actions, state: described.searchAttributes.SignalboxState };
  }

  it('makes a dead letter at once of what goes to a name that stands for this network', async () => {
    expect(await judged('approve', openOutbound([]))).toEqual({
      actions: [
        {
          ...{ action: 'release', state: 'dead', tries: 1, error_code: 'target-refused' },
          last_error: expect.stringMatching(/^localhost may not be called: (127\.0\.0\.1|::1) is loopback$/),
        },
      ],
      state: ['failed'],
    });
    expect(receiver.received).toEqual([]);
  });

  it('sends what is allowed', async () => {
    expect(await judged('approve', openOutbound(LOOPBACK_TARGETS))).toMatchObject({
      actions: [{ action: 'release', state: 'done' }],
      state: ['done'],
    });
  });

  it('announces a decision that revises the provisional one and has no action of its own', async () => {
    expect(await judged('reject', openOutbound(LOOPBACK_TARGETS))).toMatchObject({
      actions: [{ action: 'decision-revised', state: 'done' }],
    });
    expect(receiver.received.map(({ body }) => JSON.parse(body))).toMatchObject([
      { type: 'fraud.decision-revised', data: { outcome: 'decline' } },
    ]);
  });
});
