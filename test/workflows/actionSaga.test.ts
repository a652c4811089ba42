/**
 * The bug this hunts: half of an outcome that stays done though the other half failed, without anybody being told; and a run killed in the
 * middle of that, after which something is done twice, or never.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { readTaken } from '../../src/actions/readActions.ts';
import { enableReceiver, listReceivers } from '../../src/actions/receivers.ts';
import { redriveAction } from '../../src/actions/redriveAction.ts';
import { readApproval } from '../../src/approvals/approval.ts';
import { giveVerdict } from '../../src/approvals/approvals.ts';
import { audit } from '../../src/audit/audit.ts';
import { CaseIds } from '../../src/log/caseIds.ts';
import { type CaseWorld, eventually, openCaseWorld } from '../support/caseWorld.ts';
import { openReceiver, type Receiver } from '../support/receiver.ts';
import { recordHistory } from '../support/recordHistory.ts';
import { payment, reviews } from '../support/reviews.ts';

const SECRET = `whsec_${Buffer.from('a secret of twenty-four b').toString('base64')}`;
const flow = reviews({}, 'fraudCase', [
  { name: 'reserve', on: 'approve', undo: 'unreserve' },
  { name: 'charge', on: 'approve', undo: 'refund', limit: { field: 'amount', max: 500 } },
  { name: 'tell', on: 'approve' },
  { name: 'ship', on: 'approve', undo: 'recall' },
  { name: 'thank', on: 'approve' },
]);

describe('takeActions() of one outcome', () => {
  let world: CaseWorld;
  let receiver: Receiver;
  /** By name of the action, for its n-th try: the status, or null to keep it waiting. 204 where nothing is said. */
  let answers: Record<string, (nth: number) => number | null>;
  let cards = 0;

  beforeAll(async () => {
    receiver = await openReceiver((at, key) => {
      const nth = receiver.received.slice(0, at).filter(({ headers }) => headers['webhook-id'] === key).length;
      const answer = answers[key.split('.').at(-1) ?? ''];
      return answer === undefined ? 204 : answer(nth);
    });
    const webhook = { url: receiver.url, secret: SECRET };
    world = await openCaseWorld({ flows: [flow], webhook, actionScheduleMs: [0, 20], maxCachedWorkflows: 0 });
  });
  afterAll(async () => {
    const { findings } = await audit(world.pool);
    await world.close();
    await receiver.close();
    expect(findings).toEqual([]);
  });
  beforeEach(() => {
    answers = {};
    receiver.received.splice(0);
  });

  async function approved(): Promise<{ position: number; caseId: string; card: string }> {
    cards += 1;
    const card = `card-${cards}`;
    const [accepted] = await world.accept([payment(`p-${card}`, card)]);
    const position = accepted?.position ?? 0;
    const key = { tenant: 'default', flow: 'fraud', eventPosition: position, turn: 0 };
    await eventually(() => readApproval(world.pool, key));
    await giveVerdict(world, { ...key, verdict: 'approve', actor: 'ann', reason: 'ok', via: 'http' });
    return { position, caseId: `fraud:${card}`, card };
  }

  const ended = (caseId: string) => world.client.workflow.getHandle(caseId).result();
  const sent = (): string[] => receiver.received.map(({ headers }) => headers['webhook-id']?.split('.').at(-1) ?? '');
  const bodies = (name: string) => receiver.received.filter(({ headers }) => headers['webhook-id']?.endsWith(`.${name}`) === true);
  const states = async (position: number): Promise<Record<string, string>> => {
    const rows = await world.rows<{ action: string; state: string }>(
      'select action, state from actions where event_position = $1 order by step',
      [position],
    );
    return Object.fromEntries(rows.map(({ action, state }) => [action, state]));
  };
  const titles = async (position: number): Promise<string[]> => {
    const rows = await world.rows<{ title: string }>(
      "select title from records where event_position = $1 and kind = 'action' order by position",
      [position],
    );
    return rows.map(({ title }) => title);
  };
  const shownState = async (caseId: string) => (await world.client.workflow.getHandle(caseId).describe()).searchAttributes.SignalboxState;
  const settled = async (caseId: string, position: number) => {
    const [row] = await world.rows<{ settled: number }>('select settled from deliveries where case_id = $1', [caseId]);
    return row?.settled === position;
  };

  const redriveOnce = (eventPosition: number, action: string): Promise<boolean> =>
    redriveAction(
      { pool: world.pool, caseIds: new CaseIds([flow]), mailed: () => undefined },
      { tenant: 'default', flow: 'fraud', eventPosition, action, actor: 'ann', receiver: null },
    );
  /** A case that has not acknowledged its last signal yet is asked again. */
  const redrive = (eventPosition: number, action: string): Promise<boolean> => eventually(() => redriveOnce(eventPosition, action));

  it('takes them in the order of the list', async () => {
    const { position, caseId } = await approved();
    await ended(caseId);
    expect(sent()).toEqual(['reserve', 'charge', 'tell', 'ship', 'thank']);
    expect(Object.values(await states(position))).toEqual(['done', 'done', 'done', 'done', 'done']);
    expect(await shownState(caseId)).toEqual(['done']);
    await recordHistory(world, caseId, 'fraudCase-saga-taken');
  });

  it('takes back what was done before one that is given up, in reverse, and says what it could not take back', async () => {
    answers = { ship: () => 500, refund: (nth) => (nth === 0 ? 500 : 204) };
    const { position, caseId } = await approved();
    await ended(caseId);
    expect(sent()).toEqual(['reserve', 'charge', 'tell', 'ship', 'ship', 'refund', 'refund', 'unreserve']);
    expect(await states(position)).toEqual({
      ...{ reserve: 'done', charge: 'done', tell: 'done', ship: 'dead', thank: 'skipped' },
      ...{ refund: 'done', unreserve: 'done' },
    });
    expect(await titles(position)).toEqual([
      ...['reserve: done', 'charge: done', 'tell: done', 'ship: given up, it is a dead letter'],
      'thank: skipped, as ship of the same outcome was given up',
      'tell: could not be taken back, as its policy names no undo',
      ...['refund: done, charge is taken back', 'unreserve: done, reserve is taken back'],
    ]);
    const [first, second] = bodies('refund');
    expect(first?.body).toBe(second?.body);
    expect(JSON.parse(first?.body ?? '')).toMatchObject({
      type: 'fraud.refund',
      data: { action: 'refund', outcome: 'approve', undoes: `act_fraud.${position}.charge`, decision: `dec_fraud.${position}.1` },
    });
    expect(await shownState(caseId)).toEqual(['failed']);
    const taken = await readTaken(world.pool, {
      tenant: 'default',
      flow: 'fraud',
      eventPosition: position,
      decision: `dec_fraud.${position}.1`,
    });
    expect(taken.filter(({ stands }) => stands).map(({ action }) => action)).toEqual(['tell']);
    expect(await settled(caseId, position)).toBe(true);
    await recordHistory(world, caseId, 'fraudCase-saga-undone');
  });

  it('goes on taking back where one undo is given up, and says so', async () => {
    answers = { ship: () => 500, refund: () => 500 };
    const { position, caseId } = await approved();
    await ended(caseId);
    expect(await states(position)).toMatchObject({ ship: 'dead', refund: 'dead', unreserve: 'done' });
    expect(await titles(position)).toContain('charge: could not be taken back, as refund was given up');
    expect(await shownState(caseId)).toEqual(['failed']);
    await expect(redriveOnce(position, 'ship')).rejects.toMatchObject({ code: 'not-dead' });
    await expect(redriveOnce(position, 'charge')).rejects.toMatchObject({ code: 'not-dead' });
    answers = {};
    const before = bodies('refund')[0];
    await redrive(position, 'refund');
    await eventually(async () => (await states(position)).refund === 'done');
    expect(bodies('refund').at(-1)?.body).toBe(before?.body);
    await eventually(() => settled(caseId, position));
    expect(await titles(position)).toEqual(expect.arrayContaining(['refund: tried anew, by ann', 'refund: done, charge is taken back']));
  });

  it('gives each undo its turn where one that was given up is sent again while a later one is tried', async () => {
    answers = { ship: () => 500, refund: (nth) => (nth < 2 ? 500 : 204), unreserve: (nth) => (nth === 0 ? null : 204) };
    const { position, caseId } = await approved();
    await eventually(async () => sent().includes('unreserve'));
    expect(await redrive(position, 'refund')).toBe(true);
    receiver.release(500);
    await ended(caseId);
    expect(sent().slice(-5)).toEqual(['refund', 'refund', 'unreserve', 'refund', 'unreserve']);
    expect(await states(position)).toMatchObject({ ship: 'dead', refund: 'done', unreserve: 'done' });
    await eventually(() => settled(caseId, position));
  });

  it('goes on where it was when its run is terminated with an action, a failing one and an undo in the air', async () => {
    const terminated: Promise<unknown>[] = [];
    const terminate = (status: number) => (nth: number) => {
      if (nth === 0) terminated.push(world.client.workflow.getHandle(`fraud:card-${cards}`).terminate('test'));
      return status;
    };
    answers = { charge: terminate(204), ship: terminate(500), refund: terminate(204) };
    const { position, caseId } = await approved();
    await eventually(async () => terminated.length === 3 && (await settled(caseId, position)));
    await Promise.all(terminated);
    await ended(caseId);
    expect(sent()).toEqual(['reserve', 'charge', 'tell', 'ship', 'ship', 'refund', 'unreserve']);
    expect(await states(position)).toMatchObject({ ship: 'dead', thank: 'skipped', refund: 'done', unreserve: 'done' });
    expect(await shownState(caseId)).toEqual(['failed']);
  });

  it('goes on where it was when its run and its worker end between two actions', async () => {
    answers = { charge: (nth) => (nth === 0 ? null : 204) };
    const { position, caseId } = await approved();
    await eventually(async () => sent().includes('charge'));
    const stopping = world.stopWorker();
    receiver.release(204);
    await stopping;
    await world.client.workflow.getHandle(caseId).terminate('test');
    await world.startWorker();
    await eventually(() => settled(caseId, position));
    expect(sent()).toEqual(['reserve', 'charge', 'tell', 'ship', 'thank']);
    expect(Object.values(await states(position))).toEqual(['done', 'done', 'done', 'done', 'done']);
  });

  it('sends a dead letter again with its key and bytes, and those that were skipped behind it', async () => {
    answers = { reserve: () => 500 };
    const { position, caseId } = await approved();
    await ended(caseId);
    expect(await states(position)).toEqual({ reserve: 'dead', charge: 'skipped', tell: 'skipped', ship: 'skipped', thank: 'skipped' });
    answers = { reserve: (nth) => (nth === 2 ? 500 : 204) };
    expect(await redrive(position, 'reserve')).toBe(true);
    await eventually(() => settled(caseId, position));
    expect(sent()).toEqual(['reserve', 'reserve', 'reserve', 'reserve', 'charge', 'tell', 'ship', 'thank']);
    expect(new Set(bodies('reserve').map(({ body }) => body)).size).toBe(1);
    expect(Object.values(await states(position))).toEqual(['done', 'done', 'done', 'done', 'done']);
    await ended(caseId);
    expect(await shownState(caseId)).toEqual(['done']);
    await expect(redriveOnce(position, 'reserve')).rejects.toMatchObject({ code: 'not-dead', message: 'The action is done' });
    expect(await redriveOnce(position, 'nothing')).toBe(false);
  });

  it('sends nothing to take back to a receiver that said it is gone, and reports it', async () => {
    answers = { charge: () => 410 };
    const { position, caseId } = await approved();
    await ended(caseId);
    expect(sent()).toEqual(['reserve', 'charge']);
    expect(await states(position)).toMatchObject({ reserve: 'done', charge: 'dead', tell: 'skipped', unreserve: 'dead' });
    expect(await titles(position)).toContain('reserve: could not be taken back, as unreserve was given up');
    await expect(redriveOnce(position, 'unreserve')).rejects.toMatchObject({ code: 'receiver-disabled' });
    const [disabled] = (await listReceivers(world.pool, 'default', { limit: 9 })).receivers;
    await enableReceiver(world.pool, { tenant: 'default', id: disabled?.id ?? '', actor: 'ann' });
    await redrive(position, 'unreserve');
    await eventually(async () => (await states(position)).unreserve === 'done');
    await eventually(() => settled(caseId, position));
    expect(sent()).toEqual(['reserve', 'charge', 'unreserve']);
  });

  it('ends as failed where an action is above its limit and nobody approved', async () => {
    const [accepted] = await world.accept([payment('p-above', 'card-above', { data: { amount: 900 } })]);
    const position = accepted?.position ?? 0;
    const key = { tenant: 'default', flow: 'fraud', eventPosition: position, turn: 0 };
    await eventually(() => readApproval(world.pool, key));
    // the next run finds its deadline passed, and a default that says yes
    await world.rows("update approvals set deadline = now(), default_outcome = 'approve' where event_position = $1", [position]);
    await world.client.workflow.getHandle('fraud:card-above').terminate('test');
    await eventually(() => settled('fraud:card-above', position));
    await eventually(async () => (await world.client.workflow.getHandle('fraud:card-above').describe()).status.name === 'COMPLETED');
    expect(sent()).toEqual([]);
    expect(await states(position)).toEqual({ reserve: 'skipped', charge: 'refused', tell: 'skipped', ship: 'skipped', thank: 'skipped' });
    expect(await shownState('fraud:card-above')).toEqual(['failed']);
  });
});
