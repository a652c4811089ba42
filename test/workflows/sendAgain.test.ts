/** The bug this hunts: an action that nobody can have sent again, as no webhook was set when its time came, or as its next try is a day away. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { redriveAction } from '../../src/actions/redriveAction.ts';
import { sendNow } from '../../src/actions/sendNow.ts';
import { readApproval } from '../../src/approvals/approval.ts';
import { giveVerdict } from '../../src/approvals/approvals.ts';
import { audit } from '../../src/audit/audit.ts';
import { type CaseClient, openCaseClient } from '../../src/cases/caseClient.ts';
import { CaseIds } from '../../src/log/caseIds.ts';
import { type CaseWorld, eventually, openCaseWorld } from '../support/caseWorld.ts';
import { openReceiver, type Receiver } from '../support/receiver.ts';
import { payment, reviews } from '../support/reviews.ts';

const SECRET = `whsec_${Buffer.from('a secret of twenty-four b').toString('base64')}`;
const flow = reviews({}, 'fraudCase', [
  { name: 'reserve', on: 'approve' },
  { name: 'tell', on: 'approve' },
]);
const DAY_MS = 24 * 3600 * 1000;

let world: CaseWorld;
let receiver: Receiver;
let cases: CaseClient;
let answer: (nth: number) => number | null = () => 204;
const options: { flows: [typeof flow]; webhook?: { url: string; secret: string }; actionScheduleMs: number[] } = {
  ...{ flows: [flow], actionScheduleMs: [0, DAY_MS, DAY_MS] },
};

beforeAll(async () => {
  receiver = await openReceiver((nth) => answer(nth));
  world = await openCaseWorld(options);
  cases = openCaseClient(world.temporal);
});
afterAll(async () => {
  const { findings } = await audit(world.pool);
  await cases.close();
  await world.close();
  await receiver.close();
  expect(findings).toEqual([]);
});

async function approved(card: string): Promise<number> {
  receiver.received.splice(0);
  const [accepted] = await world.accept([payment(`p-${card}`, card)]);
  const position = accepted?.position ?? 0;
  const key = { tenant: 'default', flow: 'fraud', eventPosition: position, turn: 0 };
  await eventually(() => readApproval(world.pool, key));
  await giveVerdict(world, { ...key, verdict: 'approve', actor: 'ann', reason: 'ok', via: 'http' });
  return position;
}

const of = (eventPosition: number, action: string) => ({ tenant: 'default', flow: 'fraud', eventPosition, action, actor: 'ann' });
const caseIds = new CaseIds([flow]);
const redrive = (position: number, action: string): Promise<boolean> =>
  redriveAction({ pool: world.pool, caseIds, mailed: () => undefined }, { ...of(position, action), receiver: null });
const now = (position: number, action: string): Promise<boolean> =>
  sendNow({ pool: world.pool, caseIds, wake: (caseId) => cases.tryActionsNow(caseId) }, of(position, action));
const sent = (): string[] => receiver.received.map(({ headers }) => String(headers['webhook-id']));
const states = async (position: number): Promise<string[]> => {
  const rows = await world.rows<{ state: string }>('select state from actions where event_position = $1 order by step', [position]);
  return rows.map(({ state }) => state);
};
const titles = async (position: number): Promise<string[]> => {
  const rows = await world.rows<{ title: string }>(
    "select title from records where event_position = $1 and kind = 'action' order by position",
    [position],
  );
  return rows.map(({ title }) => title);
};

describe('redriveAction() of what was not sent', () => {
  it('sends it, and the others of its outcome in their order, once a webhook is set', async () => {
    const position = await approved('card-1');
    await eventually(async () => (await states(position)).join() === 'not-sent,not-sent');
    await world.stopWorker();
    options.webhook = { url: receiver.url, secret: SECRET };
    await world.startWorker();
    expect(await eventually(() => redrive(position, 'tell'))).toBe(true);
    await eventually(async () => (await states(position)).join() === 'done,done');
    expect(sent()).toEqual([`act_fraud.${position}.reserve`, `act_fraud.${position}.tell`]);
    expect(await titles(position)).toEqual([
      ...['reserve: not sent, as no webhook address is configured', 'tell: not sent, as no webhook address is configured'],
      ...['tell: tried anew, by ann', 'reserve: done', 'tell: done'],
    ]);
    await expect(redrive(position, 'tell')).rejects.toMatchObject({ code: 'not-dead' });
    await expect(now(position, 'tell')).rejects.toMatchObject({ code: 'not-planned', message: 'The action is done' });
  });

  it('leaves one alone whose successor was sent: it would come out of its order', async () => {
    const position = await approved('card-2');
    await eventually(async () => (await states(position)).join() === 'done,done');
    await world.rows("update actions set state = 'not-sent' where event_position = $1 and action = 'reserve'", [position]);
    await expect(redrive(position, 'reserve')).rejects.toMatchObject({ code: 'not-dead', message: /sent already/ });
  });
});

describe('sendNow()', () => {
  it('begins a try that is a day away at once, and those after it keep to the schedule', async () => {
    answer = (nth) => (nth < 2 ? 500 : 204);
    const position = await approved('card-3');
    await eventually(
      async () => (await world.rows('select 1 from actions where last_error is not null and event_position = $1', [position])).length === 1,
    );
    const nextMs = async (): Promise<number> => {
      const [row] = await world.rows<{ ms: number }>(
        "select (extract(epoch from not_before - now()) * 1000)::float8 as ms from actions where event_position = $1 and action = 'reserve'",
        [position],
      );
      return row?.ms ?? 0;
    };
    const waits = (tries: number) => async (): Promise<boolean> =>
      (await nextMs()) > DAY_MS / 2 &&
      (await world.rows("select 1 from actions where event_position = $1 and action = 'reserve' and tries = $2", [position, tries]))
        .length === 1;
    await eventually(waits(1));
    expect(await eventually(() => now(position, 'reserve'))).toBe(true);
    await eventually(waits(2));
    expect(sent()).toHaveLength(2);
    expect(await eventually(() => now(position, 'reserve'))).toBe(true);
    await eventually(async () => (await states(position)).join() === 'done,done');
    expect(new Set(receiver.received.filter(({ body }) => body.includes('reserve')).map(({ body }) => body)).size).toBe(1);
    expect((await titles(position)).filter((title) => title === 'reserve: its next try is brought forward, by ann')).toHaveLength(2);
    expect(await now(position, 'nothing')).toBe(false);
  });

  it('refuses while a try may be in the air', async () => {
    answer = () => null;
    const position = await approved('card-4');
    await eventually(async () => receiver.received.length === 1);
    await expect(now(position, 'reserve')).rejects.toMatchObject({ code: 'action-underway' });
    answer = () => 204;
    receiver.release(204);
    await eventually(async () => (await states(position)).join() === 'done,done');
    expect(sent()).toEqual([`act_fraud.${position}.reserve`, `act_fraud.${position}.tell`]);
  });
});
