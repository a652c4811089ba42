/** Who may answer, over HTTP with keys. The bugs this hunts: a verdict of somebody who was not asked, of the sender, past a claim, off the policy's limits. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Scope } from '../../src/domain/caller.ts';
import { createKey } from '../../src/log/keys.ts';
import { approval as approvalShape } from '../../src/wire/approval.ts';
import { expectProblem } from '../support/expectProblem.ts';
import { ledger } from '../support/flows.ts';
import { type Answer, ask } from '../support/http.ts';
import { startIngress, type TestIngress } from '../support/ingress.ts';
import { startPostgres } from '../support/postgres.ts';
import { type AskedQuestion, askAbout } from '../support/questions.ts';

const POOLS = {
  desk: { roles: ['fraud-desk'], mail: [] },
  leads: { roles: ['fraud-lead', 'risk-lead'], mail: [] },
  anyone: { roles: [], mail: [] },
};
const MINUTE_MS = 60_000;

let ingress: TestIngress;
const holders: Record<string, Record<string, string>> = {};

beforeAll(async () => {
  ingress = await startIngress({ database: await (await startPostgres()).fresh(), flows: [ledger], auth: 'keys' });
  const make = async (name: string, scopes: Scope[], roles: string[] = []): Promise<void> => {
    holders[name] = { authorization: `Bearer ${await createKey(ingress.pool, { tenant: 'default', name, scopes, roles })}` };
  };
  await make('shop', ['events:write', 'read', 'approve']);
  await make('ann', ['read', 'approve'], ['fraud-desk']);
  await make('bob', ['read', 'approve'], ['fraud-desk', 'fraud-lead']);
  await make('cem', ['read', 'approve']);
  await make('root', ['admin']);
  await make('sender', ['events:write']);
});
afterAll(async () => {
  expect(ingress.errors).toEqual([]);
  await ingress.close();
});

const asking = (more: Parameters<typeof askAbout>[1] = {}) => askAbout(ingress, { headers: holders.shop ?? {}, ...more });
const send = (who: string, path: string, body?: object): Promise<Answer> =>
  ask(`${ingress.url}${path}`, {
    method: 'POST',
    headers: { ...holders[who], ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
const give = (who: string, { path }: AskedQuestion, verdict = 'approve', more: object = {}): Promise<Answer> =>
  send(who, `${path}/verdict`, { verdict, reason: `${who} says so`, ...more });
const shown = async ({ path }: AskedQuestion) =>
  (await ask(`${ingress.url}${path}`, { headers: holders.shop as Record<string, string> })).json;

describe('pools and roles', () => {
  it('POST verdict is for holders of a role that is asked', async () => {
    const asked = await asking({ terms: { ask: 'desk', pools: POOLS } });
    expect((await shown(asked)).asked).toEqual(['desk']);
    const refused = await give('cem', asked);
    expectProblem(refused, 403);
    expect(refused.json).toMatchObject({ code: 'forbidden', detail: expect.stringContaining('desk') });
    // what a key may do is not what its holder is
    expectProblem(await give('root', asked), 403);
    expect((await shown(asked)).votes).toEqual([]);
    expect(await give('ann', asked)).toMatchObject({ status: 200, json: { verdict: { actor: 'ann' } } });
    // who may not answer is not told more than that
    expectProblem(await give('cem', asked), 403);
  });

  it('an escalation that is due adds its pool, whoever noted it', async () => {
    const terms = { ask: 'leads', pools: POOLS, escalation: [{ afterSeconds: 600, to: 'desk' }] };
    const early = await asking({ terms, openedSecondsAgo: 590 });
    expectProblem(await give('ann', early), 403);
    const due = await asking({ terms, openedSecondsAgo: 601 });
    expect((await shown(due)).asked).toEqual(['leads', 'desk']);
    expect((await give('ann', due)).status).toBe(200);
    const first = await asking({ terms, openedSecondsAgo: 601 });
    expect((await give('bob', first)).status).toBe(200);
  });

  it('a pool without roles is open to everyone with the scope, and so is an approval without a pool', async () => {
    expect((await give('cem', await asking({ terms: { ask: 'anyone', pools: POOLS } }))).status).toBe(200);
    expect((await give('cem', await asking())).status).toBe(200);
    expectProblem(await give('sender', await asking()), 403);
  });

  it('notSelf refuses the key that sent the event', async () => {
    const asked = await asking({ terms: { notSelf: true } });
    expectProblem(await give('shop', asked), 403);
    expect((await give('ann', asked)).status).toBe(200);
  });
});

describe('N of M', () => {
  it('POST verdict takes different approvers, shows the votes meanwhile, and fits the described shape', async () => {
    const asked = await asking({ terms: { needed: 2 } });
    const first = await give('ann', asked);
    expect(first).toMatchObject({
      status: 200,
      json: { state: 'open', verdict: null, needed: 2, votes: [{ actor: 'ann', verdict: 'approve', via: 'http' }] },
    });
    expect(approvalShape.strict().safeParse(first.json).error).toBeUndefined();
    expect(await give('ann', asked)).toMatchObject({ status: 200, json: { votes: [{ actor: 'ann' }] } });
    expect(await give('ann', asked, 'reject')).toMatchObject({
      status: 409,
      json: { code: 'already-voted', vote: { verdict: 'approve' } },
    });
    expect(await give('bob', asked)).toMatchObject({ status: 200, json: { state: 'decided', verdict: { actor: 'bob' }, votes: [{}, {}] } });
    expect(await give('ann', asked)).toMatchObject({ status: 200 });
    expect(await give('cem', asked)).toMatchObject({ status: 409, json: { code: 'already-decided', winner: { actor: 'bob' } } });
  });

  it('all approve the same changes', async () => {
    const asked = await asking({ terms: { needed: 2, changes: { amount: { type: 'number', min: 0, max: 6000 } } } });
    expect((await give('ann', asked, 'approve', { changes: { amount: 100 } })).status).toBe(200);
    const other = await give('bob', asked);
    expectProblem(other, 422);
    expect(other.json.errors[0]).toMatchObject({ pointer: '/changes', detail: expect.stringContaining('{"amount":100}') });
    expect(await give('bob', asked, 'approve', { changes: { amount: 100 } })).toMatchObject({
      status: 200,
      json: { verdict: { changes: { amount: 100 } } },
    });
  });
});

describe('claims', () => {
  it("POST claim keeps others' verdicts off until release, and says who has it", async () => {
    const asked = await asking();
    const beforeMs = Date.now();
    const claimed = await send('ann', `${asked.path}/claim`);
    expect(claimed).toMatchObject({ status: 200, json: { claim: { by: 'ann' } } });
    const heldMs = Date.parse(claimed.json.claim.until) - beforeMs;
    expect(heldMs).toBeGreaterThanOrEqual(15 * MINUTE_MS);
    expect(heldMs).toBeLessThan(16 * MINUTE_MS);
    expect(await give('bob', asked)).toMatchObject({
      status: 409,
      json: { code: 'claimed', claim: { by: 'ann', until: claimed.json.claim.until } },
    });
    expect(await send('bob', `${asked.path}/claim`)).toMatchObject({ status: 409, json: { code: 'claimed' } });
    expect(await send('bob', `${asked.path}/release`)).toMatchObject({ status: 409, json: { code: 'claimed' } });
    expect(await send('ann', `${asked.path}/release`)).toMatchObject({ status: 200, json: { claim: null } });
    expect(await send('ann', `${asked.path}/release`)).toMatchObject({ status: 200, json: { claim: null } });
    expect((await give('bob', asked)).status).toBe(200);
    expect(await send('ann', `${asked.path}/claim`)).toMatchObject({ status: 409, json: { code: 'already-decided' } });
  });

  it('the claimer may answer, an admin may release, and who is not asked may do neither', async () => {
    const asked = await asking({ terms: { ask: 'desk', pools: POOLS } });
    expectProblem(await send('cem', `${asked.path}/claim`), 403);
    expect((await send('ann', `${asked.path}/claim`)).status).toBe(200);
    expectProblem(await send('cem', `${asked.path}/release`), 403);
    expect(await send('root', `${asked.path}/release`)).toMatchObject({ status: 200, json: { claim: null } });
    expect((await send('ann', `${asked.path}/claim`)).status).toBe(200);
    expect((await give('ann', asked)).status).toBe(200);
    expectProblem(await send('ann', '/v1/approvals/apr_ledger.999999.0/claim'), 404);
  });

  it('a claim ends with the next escalation, after a quarter of an hour, and with a vote', async () => {
    const escalating = await asking({ terms: { escalation: [{ afterSeconds: 300, to: 'head' }] } });
    const { json } = await send('ann', `${escalating.path}/claim`);
    expect(Date.parse(json.claim.until) - Date.now()).toBeLessThanOrEqual(5 * MINUTE_MS);
    const old = await asking();
    await send('ann', `${old.path}/claim`);
    await ingress.pool.query('update approvals set claimed_until = now() where event_position = $1', [old.key.eventPosition]);
    expect((await shown(old)).claim).toBeNull();
    expect((await give('bob', old)).status).toBe(200);
    const two = await asking({ terms: { needed: 2 } });
    await send('ann', `${two.path}/claim`);
    expect((await give('ann', two)).status).toBe(200);
    expect((await give('bob', two)).status).toBe(200);
  });
});

describe('claims near a deadline', () => {
  it('a claim ends with the deadline, and an escalation that is over cuts none', async () => {
    const short = await asking({ terms: { deadlineSeconds: 300 } });
    const { deadline } = await shown(short);
    expect((await send('ann', `${short.path}/claim`)).json.claim).toEqual({ by: 'ann', until: deadline });
    const escalated = await asking({ terms: { escalation: [{ afterSeconds: 600, to: 'head' }] }, openedSecondsAgo: 601 });
    const { json } = await send('ann', `${escalated.path}/claim`);
    expect(Date.parse(json.claim.until) - Date.now()).toBeGreaterThan(14 * MINUTE_MS);
    expect(await give('bob', escalated)).toMatchObject({ status: 409, json: { code: 'claimed' } });
  });
});

describe('questions', () => {
  it('POST questions and answers stand on the approval and its timeline, and move no deadline', async () => {
    const asked = await asking();
    const { deadline } = await shown(asked);
    const first = await send('ann', `${asked.path}/questions`, { question: 'Is the customer abroad?' });
    expect(first).toMatchObject({
      status: 200,
      json: { deadline, questions: [{ n: 1, question: 'Is the customer abroad?', askedBy: 'ann', answer: null }] },
    });
    expect((await send('ann', `${asked.path}/questions`, { question: 'Is the customer abroad?' })).json.questions).toHaveLength(1);
    const answered = await send('sender', `${asked.path}/questions/1/answer`, { answer: 'Since Monday' });
    expect(answered).toMatchObject({ status: 200, json: { n: 1, answer: 'Since Monday', answeredBy: 'sender' } });
    // who may send events may not therefore see the evidence
    expect(answered.text).not.toContain('evidence');
    expect((await send('sender', `${asked.path}/questions/1/answer`, { answer: 'Since Monday' })).status).toBe(200);
    expect(await send('bob', `${asked.path}/questions/1/answer`, { answer: 'No' })).toMatchObject({
      status: 409,
      json: { code: 'already-answered' },
    });
    expectProblem(await send('bob', `${asked.path}/questions/2/answer`, { answer: 'No' }), 404);
    expectProblem(await send('sender', `${asked.path}/questions`, { question: 'Why?' }), 403);
    expectProblem(await send('ann', `${asked.path}/questions`, { question: ' ' }), 400);
    expectProblem(await send('ann', `${asked.path}/questions`, { question: 'x'.repeat(2001) }), 400);
    const { rows } = await ingress.pool.query<{ title: string }>(
      "select title from records where event_position = $1 and kind = 'approval' order by position",
      [asked.key.eventPosition],
    );
    expect(rows.map(({ title }) => title)).toEqual(['Is it right?', 'ann asks for more', 'sender answers question 1']);
  });

  it('are at most twenty, and none after the end', async () => {
    const asked = await asking();
    for (let at = 1; at <= 20; at += 1) expect((await send('ann', `${asked.path}/questions`, { question: `${at}?` })).status).toBe(200);
    expect(await send('ann', `${asked.path}/questions`, { question: '21?' })).toMatchObject({
      status: 409,
      json: { code: 'too-many-questions' },
    });
    await give('ann', asked, 'reject');
    expect(await send('ann', `${asked.path}/questions`, { question: '22?' })).toMatchObject({
      status: 409,
      json: { code: 'already-decided' },
    });
    expect((await send('bob', `${asked.path}/questions/1/answer`, { answer: 'late' })).status).toBe(409);
  });
});

describe('approve with changes', () => {
  const terms = {
    changes: {
      amount: { type: 'number' as const, min: 0, max: 6000 },
      note: { type: 'text' as const, charsMax: 20 },
      currency: { type: 'choice' as const, options: ['EUR', 'USD'] },
    },
  };

  it('GET approval shows the form as JSON Schema', async () => {
    expect((await shown(await asking({ terms }))).form).toMatchObject({
      type: 'object',
      additionalProperties: false,
      properties: {
        amount: { type: 'number', minimum: 0, maximum: 6000 },
        note: { type: 'string', maxLength: 20 },
        currency: { type: 'string', enum: ['EUR', 'USD'] },
      },
    });
    expect((await shown(await asking())).form).toBeNull();
  });

  it.each([
    ['above its limit', { amount: 6001 }, '/changes/amount'],
    ['below it', { amount: -1 }, '/changes/amount'],
    ['of another type', { amount: '5' }, '/changes/amount'],
    ['too long', { note: 'x'.repeat(21) }, '/changes/note'],
    ['off its options', { currency: 'GBP' }, '/changes/currency'],
    ['that nobody may change', { amount: 5, iban: 'x' }, '/changes/iban'],
    ['by a strange name', { amount: 5, 'a/b~c': 'x' }, '/changes/a~1b~0c'],
  ])('POST verdict refuses a change %s', async (_name, changes, pointer) => {
    const asked = await asking({ terms });
    const refused = await give('ann', asked, 'approve', { changes });
    expectProblem(refused, 422);
    expect(refused.json.errors.map((error: { pointer: string }) => error.pointer)).toEqual([pointer]);
    expect(await shown(asked)).toMatchObject({ state: 'open', votes: [] });
  });

  it('POST verdict keeps those within, and refuses any with a rejection', async () => {
    const asked = await asking({ terms });
    const changes = { amount: 12.5, note: 'half', currency: 'USD' };
    expectProblem(await give('ann', asked, 'reject', { changes }), 422);
    expect(await give('ann', asked, 'approve', { changes })).toMatchObject({ status: 200, json: { verdict: { changes } } });
  });
});
