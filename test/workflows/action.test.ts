/** The bug this hunts: an action that is taken twice, with other bytes, under another key, or after its receiver said no more. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { enableReceiver, listReceivers } from '../../src/actions/receivers.ts';
import { SCHEDULE_MS } from '../../src/activities/act.ts';
import { readApproval } from '../../src/approvals/approval.ts';
import { giveVerdict } from '../../src/approvals/approvals.ts';
import { type CaseWorld, eventually, openCaseWorld } from '../support/caseWorld.ts';
import { openReceiver, type Receiver } from '../support/receiver.ts';
import { recordHistory } from '../support/recordHistory.ts';
import { payment, reviews } from '../support/reviews.ts';

const SECRET = `whsec_${Buffer.from('a secret of twenty-four b').toString('base64')}`;

describe('takeActions()', () => {
  let world: CaseWorld;
  let receiver: Receiver;
  let answer: (nth: number) => number | null;

  beforeAll(async () => {
    receiver = await openReceiver((nth) => answer(nth));
    const webhook = { url: receiver.url, secret: SECRET };
    world = await openCaseWorld({ flows: [reviews()], webhook, actionScheduleMs: [0, 20, 20, 20], maxCachedWorkflows: 0 });
  });
  afterAll(async () => {
    await world.close();
    await receiver.close();
  });

  const ended = (caseId: string) => world.client.workflow.getHandle(caseId).result();
  const action = async (card: string) =>
    (
      await world.rows<{ state: string; tries: number; last_error: string | null }>(
        'select state, tries, last_error from actions where subject = $1',
        [card],
      )
    )[0];

  const codes = async (...cards: string[]) =>
    (
      await world.rows<{ error_code: string }>('select error_code from actions where subject = any($1) order by event_position', [cards])
    ).map((row) => row.error_code);

  async function approved(card: string): Promise<{ position: number; caseId: string }> {
    receiver.received.splice(0);
    const [accepted] = await world.accept([payment(`p-${card}`, card)]);
    const eventPosition = accepted?.position ?? 0;
    const key = { tenant: 'default', flow: 'fraud', eventPosition, turn: 0 };
    await eventually(() => readApproval(world.pool, key));
    await giveVerdict(world, { ...key, verdict: 'approve', actor: 'ann', reason: 'ok', via: 'http' });
    return { position: eventPosition, caseId: `fraud:${card}` };
  }

  it('sends the same bytes under the same key at every try, signed, until it is taken', async () => {
    answer = (nth) => [500, 302, 204][nth] ?? 204;
    const { position, caseId } = await approved('card-1');
    await ended(caseId);
    expect(receiver.received).toHaveLength(3);
    expect(new Set(receiver.received.map(({ body }) => body)).size).toBe(1);
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id']))).toEqual(new Set([`act_fraud.${position}.release`]));
    for (const { body, headers } of receiver.received)
      expect(new Webhook(SECRET).verify(body, headers)).toMatchObject({ type: 'fraud.release' });
    expect(JSON.parse(receiver.received[0]?.body ?? '')).toEqual({
      type: 'fraud.release',
      timestamp: expect.any(String),
      data: {
        ...{
          action: 'release',
          flow: 'fraud',
          subject: 'card-1',
          event: `evt_fraud.${position}`,
          decision: `dec_fraud.${position}.1`,
          outcome: 'approve',
        },
        result: { paymentId: 'p-card-1' },
      },
    });
    expect(await action('card-1')).toEqual({ state: 'done', tries: 3, last_error: null });
    await recordHistory(world, caseId, 'fraudCase-webhook-tried-again');
    expect(await world.rows("select title from records where kind = 'action' and subject = 'card-1'")).toEqual([
      { title: 'release: done' },
    ]);
  });

  it('sends nothing more to a receiver that answered 410, until somebody enables it', async () => {
    answer = () => 410;
    const { caseId } = await approved('card-2');
    await ended(caseId);
    expect(receiver.received).toHaveLength(1);
    expect(await action('card-2')).toMatchObject({ state: 'dead', tries: 1, last_error: 'the receiver answered 410' });
    const [disabled] = (await listReceivers(world.pool, 'default', { limit: 9 })).receivers;
    expect(disabled).toMatchObject({ url: receiver.url, state: 'disabled', why: expect.stringContaining('answered 410 to act_fraud.') });
    answer = () => 204;
    const later = await approved('card-2b');
    await ended(later.caseId);
    expect(receiver.received).toHaveLength(0);
    expect(await action('card-2b')).toMatchObject({ state: 'dead', last_error: expect.stringContaining(disabled?.id ?? 'none') });
    expect(await codes('card-2', 'card-2b')).toEqual(['receiver-gone', 'receiver-disabled']);
    await enableReceiver(world.pool, { tenant: 'default', id: disabled?.id ?? '', actor: 'ann' });
    const last = await approved('card-2c');
    await ended(last.caseId);
    expect(await action('card-2c')).toMatchObject({ state: 'done', tries: 1 });
  });

  it('gives up after the last try of the schedule, and says so', async () => {
    answer = () => 500;
    const { position, caseId } = await approved('card-3');
    await ended(caseId);
    expect(receiver.received).toHaveLength(4);
    expect(await action('card-3')).toMatchObject({ state: 'dead', tries: 4 });
    const described = await world.client.workflow.getHandle(caseId).describe();
    expect(described.searchAttributes).toMatchObject({ SignalboxState: ['failed'] });
    const [delivery] = await world.rows<{ settled: number }>('select settled from deliveries where case_id = $1', [caseId]);
    expect(delivery?.settled).toBe(position);
  });

  it('sends nothing again when its run was terminated with a try in the air', async () => {
    answer = () => null;
    const { caseId } = await approved('card-4');
    await eventually(async () => receiver.received.length === 1);
    const { runId } = await world.client.workflow.getHandle(caseId).describe();
    await world.client.workflow.getHandle(caseId).terminate('test');
    // the next run has come as far as the action, and waits for the try that is out
    await eventually(async () => {
      const described = await world.client.workflow.getHandle(caseId).describe();
      return described.runId !== runId && described.raw.pendingActivities?.some(({ attempt }) => (attempt ?? 0) > 1);
    });
    receiver.release(204);
    await ended(caseId);
    expect(receiver.received).toHaveLength(1);
    expect(await action('card-4')).toEqual({ state: 'done', tries: 1, last_error: null });
    expect(await world.rows("select 1 from decisions where not provisional and subject = 'card-4'")).toHaveLength(1);
  });

  it('keeps to the schedule of Standard Webhooks: ten tries over 75 hours and 35 minutes', () => {
    expect(SCHEDULE_MS).toHaveLength(10);
    expect(SCHEDULE_MS.reduce((sum, ms) => sum + ms)).toBe((75 * 60 + 35) * 60_000 + 5000);
  });
});
