/**
 * Handing on, over HTTP with keys. The bugs this hunts: an approval that reaches somebody whom its policy never trusted, one that nobody may answer any
 * more, two reviewers who each think that theirs counted, somebody who is not told.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { audit } from '../../src/audit/audit.ts';
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
  desk: { roles: ['fraud-desk'], mail: ['desk@bank.example'] },
  leads: { roles: ['fraud-lead'], mail: ['Lead@bank.example', 'deputy@bank.example'] },
};
/** The leads are asked by an escalation that is not due yet. */
const TERMS = { ask: 'desk', pools: POOLS, escalation: [{ afterSeconds: 3000, to: 'leads' }] };
const NOTICES = { webhook: true, mail: true };

let ingress: TestIngress;
const holders: Record<string, Record<string, string>> = {};

beforeAll(async () => {
  const database = await (await startPostgres()).fresh();
  ingress = await startIngress({ database, flows: [ledger], auth: 'keys', deps: { notices: NOTICES } });
  const make = async (name: string, scopes: Scope[], roles: string[] = []): Promise<void> => {
    holders[name] = { authorization: `Bearer ${await createKey(ingress.pool, { tenant: 'default', name, scopes, roles })}` };
  };
  await make('shop', ['events:write', 'read', 'approve'], ['fraud-desk']);
  for (const name of ['ann', 'abe']) await make(name, ['read', 'approve'], ['fraud-desk']);
  await make('lea@bank.example', ['read', 'approve'], ['fraud-lead']);
  await make('cem', ['read', 'approve'], ['returns']);
  await make('rob', ['read'], ['fraud-desk']);
  await make('root', ['admin']);
});
afterAll(async () => {
  expect(await audit(ingress.pool)).toMatchObject({ ok: true, findings: [] });
  expect(ingress.errors).toEqual([]);
  await ingress.close();
});

const asking = (more: Parameters<typeof askAbout>[1] = {}) => askAbout(ingress, { headers: holders.shop ?? {}, terms: TERMS, ...more });
const send = (who: string, path: string, body?: object, headers: Record<string, string> = {}): Promise<Answer> =>
  ask(`${ingress.url}${path}`, {
    method: 'POST',
    headers: { ...holders[who], ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
const give = (who: string, { path }: AskedQuestion, to: object, headers: Record<string, string> = {}, reason = 'not my area') =>
  send(who, `${path}/hand-on`, { to, reason }, headers);
const verdict = (who: string, { path }: AskedQuestion, say = 'approve') => send(who, `${path}/verdict`, { verdict: say, reason: 'looked' });
const lines = async ({ key }: AskedQuestion) =>
  (
    await ingress.pool.query<{ title: string; detail: string }>(
      "select title, detail from records where event_position = $1 and kind = 'approval' order by position",
      [key.eventPosition],
    )
  ).rows;
const noticesOf = async ({ key }: AskedQuestion) =>
  (
    await ingress.pool.query<{ channel: string; recipient: string | null; body: string }>(
      "select channel, recipient, body from notices where event_position = $1 and kind = 'handed' order by key",
      [key.eventPosition],
    )
  ).rows;
const LEA = { person: 'lea@bank.example' };

describe('POST /v1/approvals/:approval/hand-on', () => {
  it('asks a person whom only a later escalation would, tells them alone, and stands on the timeline', async () => {
    const asked = await asking();
    expectProblem(await verdict('lea@bank.example', asked), 403);
    const answer = await give('ann', asked, LEA, {}, 'above what I may say, 4111 1111 1111 1111');
    expect(answer).toMatchObject({
      status: 200,
      json: { handed: { n: 1, to: LEA, by: 'ann', reason: 'above what I may say, [card]' }, claim: null, state: 'open' },
    });
    expect(approvalShape.strict().safeParse(answer.json).error).toBeUndefined();
    expect(answer.headers.get('etag')).toBe('"2"');
    const [opened, handed] = await lines(asked);
    expect([opened?.title, handed?.title]).toEqual(['Is it right?', 'Handed on to lea@bank.example by ann']);
    expect(JSON.parse(handed?.detail ?? '')).toMatchObject({ approval: asked.id, handed: { to: LEA, by: 'ann' } });
    const told = await noticesOf(asked);
    // no pool names her address, so no mail goes there
    expect(told.map(({ channel, recipient }) => [channel, recipient])).toEqual([['webhook', null]]);
    expect(JSON.parse(told[0]?.body ?? '')).toMatchObject({ type: 'ledger.approval-handed', data: { handed: { to: LEA, by: 'ann' } } });
    expect(await verdict('lea@bank.example', asked)).toMatchObject({ status: 200, json: { verdict: { actor: 'lea@bank.example' } } });
  });

  it('asks the holders of a role, and a mailbox of a pool, by their addresses', async () => {
    const asked = await asking();
    expect((await give('ann', asked, { role: 'fraud-lead' })).status).toBe(200);
    const told = await noticesOf(asked);
    expect(told.flatMap(({ recipient }) => recipient ?? []).sort()).toEqual(['deputy@bank.example', 'lead@bank.example']);
    const mail = JSON.parse(told.find(({ recipient }) => recipient !== null)?.body ?? '{}') as { subject: string; text: string };
    expect(mail.subject).toBe(`Signalbox: ${asked.id} was handed on to you`);
    expect(mail.text).toContain('ann handed it on to you:\n> not my area');
    expect((await verdict('lea@bank.example', asked)).status).toBe(200);
    const other = await asking();
    expect((await give('ann', other, { person: 'LEAD@bank.example' })).status).toBe(200);
    expect((await noticesOf(other)).flatMap(({ recipient }) => recipient ?? [])).toEqual(['lead@bank.example']);
  });

  it('takes no right away, ends the claim, and lets only the last receiver in', async () => {
    const asked = await asking({ terms: { ...TERMS, needed: 2 } });
    expect((await send('ann', `${asked.path}/claim`)).json.claim.by).toBe('ann');
    expectProblem(await give('abe', asked, LEA), 409, 'claimed');
    expect((await give('ann', asked, LEA)).json.claim).toBeNull();
    expect((await verdict('abe', asked)).status).toBe(200);
    expect((await give('ann', asked, { role: 'fraud-desk' })).json.handed).toMatchObject({ n: 2, to: { role: 'fraud-desk' } });
    expectProblem(await verdict('lea@bank.example', asked), 403);
    expect(await verdict('ann', asked)).toMatchObject({
      status: 200,
      json: { state: 'decided', votes: [{ actor: 'abe' }, { actor: 'ann' }] },
    });
  });

  it('is listed for its last receiver, by name or by role, and for nobody else', async () => {
    const [toLea, toLeads] = [await asking(), await asking()];
    await give('ann', toLea, { person: 'abe' });
    await give('ann', toLea, LEA, {}, 'no, to lea');
    await give('ann', toLeads, { role: 'fraud-lead' });
    const listed = async (who: string, more = '') => {
      const { json } = await ask(`${ingress.url}/v1/approvals?handed=me${more}`, { headers: holders[who] ?? {} });
      const ids: string[] = json.items.map(({ id }: { id: string }) => id);
      return [toLea, toLeads].map(({ id }) => ids.includes(id));
    };
    expect([await listed('lea@bank.example'), await listed('abe'), await listed('ann')]).toEqual([
      ...[[true, true]],
      ...[[false, false]],
      ...[[false, false]],
    ]);
    await verdict('ann', toLea);
    expect([await listed('lea@bank.example'), await listed('lea@bank.example', '&state=all')]).toEqual([
      ...[[false, true]],
      ...[[true, true]],
    ]);
    expectProblem(await ask(`${ingress.url}/v1/approvals?handed=abe`, { headers: holders.ann ?? {} }), 400);
  });

  it('is for who may answer, and for admins, past a claim too', async () => {
    const asked = await asking();
    for (const who of ['cem', 'rob', 'lea@bank.example']) expectProblem(await give(who, asked, { person: 'abe' }), 403);
    expectProblem(await give('nobody', asked, { person: 'abe' }), 401);
    await send('ann', `${asked.path}/claim`);
    expect(await give('root', asked, { person: 'abe' })).toMatchObject({ status: 200, json: { claim: null, handed: { by: 'root' } } });
    // what a key may do is not what its holder is
    expectProblem(await verdict('root', asked), 403);
    // who was given it may pass it on
    expect((await give('ann', asked, LEA)).status).toBe(200);
    expect((await give('lea@bank.example', asked, { person: 'abe' })).status).toBe(200);
  });

  it.each<[string, object, RegExp]>([
    ['nobody that is known', { person: 'anm' }, /anm is nobody who may give verdicts here \(did you mean ann\?\)/],
    ['who may give no verdict', { person: 'rob' }, /rob is nobody who may/],
    ['whom the policy never asks', { person: 'cem' }, /cem has no role of those who are asked, now or later: desk, leads/],
    ['themselves', { person: 'ann' }, /with you already/],
    ['who has voted', { person: 'abe' }, /abe has voted on it already/],
    ['the sender', { person: 'shop' }, /shop sent the event/],
    [
      'a role that nobody has',
      { role: 'fraud-leed' },
      /Nobody who may give verdicts has the role fraud-leed \(did you mean fraud-lead\?\)/,
    ],
    ['a role that is not asked', { role: 'returns' }, /The role returns is none of those/],
    ['a role of which all have had their say', { role: 'fraud-desk' }, /Everybody with the role fraud-desk/],
  ])('does not give it to %s', async (_what, to, said) => {
    const asked = await asking({ terms: { ...TERMS, needed: 3, notSelf: true } });
    await verdict('abe', asked);
    const before = await lines(asked);
    const answer = await give('ann', asked, to);
    expectProblem(answer, 422, 'cannot-hand-on');
    expect(answer.json.detail).toMatch(said);
    expect([await lines(asked), await noticesOf(asked)]).toEqual([before, []]);
  });

  it.each([
    ['no reason', { to: LEA }],
    ['a reason that nobody sees', { to: LEA, reason: '\u2060' }],
    ['nobody', { reason: 'x' }],
    ['both', { to: { person: 'ann', role: 'fraud-desk' }, reason: 'x' }],
    ['what it does not know', { to: LEA, reason: 'x', force: true }],
  ])('refuses %s', async (_what, body) => expectProblem(await send('ann', `${(await asking()).path}/hand-on`, body), 400));

  it('changes nothing if it is said again, and tells who came second', async () => {
    const asked = await asking();
    const first = await give('ann', asked, LEA);
    expect((await give('ann', asked, LEA, { 'if-match': '"1"' })).json).toEqual(first.json);
    expect([await lines(asked), await noticesOf(asked)].map(({ length }) => length)).toEqual([2, 1]);
    const late = await give('abe', asked, { role: 'fraud-lead' }, { 'if-match': '"1"' });
    expectProblem(late, 412, 'stale');
    expect(late.json.handed).toMatchObject({ to: LEA, by: 'ann' });
    const raced = await asking();
    const both = await Promise.all(['ann', 'abe'].map((who) => give(who, raced, LEA, { 'if-match': '"1"' })));
    expect(both.map(({ status }) => status).sort()).toEqual([200, 412]);
    expect((await lines(raced)).length).toBe(2);
  });

  it('is over where the approval is, and there for nobody of another tenant', async () => {
    const asked = await asking();
    await verdict('abe', asked, 'reject');
    expect(await give('ann', asked, LEA)).toMatchObject({ status: 409, json: { code: 'already-decided', winner: { actor: 'abe' } } });
    const due = await asking({ openedSecondsAgo: 3601 });
    expect(await give('ann', due, LEA)).toMatchObject({ status: 410, json: { code: 'over', winner: { actor: 'default' } } });
    expectProblem(await send('ann', '/v1/approvals/apr_other.ledger.1.0/hand-on', { to: LEA, reason: 'x' }), 404);
    expectProblem(await send('ann', '/v1/approvals/apr_ledger.999999.0/hand-on', { to: LEA, reason: 'x' }), 404);
  });

  it('ends after twenty times', async () => {
    const asked = await asking();
    for (let n = 0; n < 20; n += 1) expect((await give('ann', asked, n % 2 === 0 ? LEA : { person: 'abe' })).status).toBe(200);
    expect((await give('ann', asked, LEA)).json).toMatchObject({ code: 'cannot-hand-on', detail: 'It was handed on 20 times already' });
  });
});

describe('GET /v1/approvals/:approval/receivers', () => {
  const receivers = async (who: string, { path }: AskedQuestion) =>
    (await ask(`${ingress.url}${path}/receivers`, { headers: holders[who] as Record<string, string> })).json;

  it('lists whom hand-on takes: trusted now or later, not yet heard, not the sender, not oneself', async () => {
    const asked = await asking({ terms: { ...TERMS, needed: 3, notSelf: true } });
    const mailboxes = ['desk@bank.example', 'lead@bank.example', 'deputy@bank.example'];
    expect(await receivers('ann', asked)).toEqual({
      people: ['abe', 'lea@bank.example', ...mailboxes],
      roles: ['fraud-desk', 'fraud-lead'],
    });
    await verdict('abe', asked);
    expect(await receivers('ann', asked)).toEqual({ people: ['lea@bank.example', ...mailboxes], roles: ['fraud-lead'] });
    for (const person of (await receivers('ann', asked)).people) expect((await give('ann', asked, { person })).status).toBe(200);
    expect((await receivers('ann', await asking({ terms: {} }))).people).toEqual(['abe', 'cem', 'lea@bank.example', 'root', 'shop']);
    expect((await ask(`${ingress.url}${asked.path}/receivers`, { headers: holders.rob as Record<string, string> })).status).toBe(403);
  });
});

describe('with auth off', () => {
  it('a name is taken as it is given, as nobody is known', async () => {
    const open = await startIngress({ database: await (await startPostgres()).fresh(), flows: [ledger] });
    const asked = await askAbout(open, { terms: TERMS });
    const answer = await ask(`${open.url}${asked.path}/hand-on`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ to: { person: 'bob' }, reason: 'x' }),
    });
    expect(answer).toMatchObject({ status: 200, json: { handed: { to: { person: 'bob' }, by: 'local' } } });
    await open.close();
  });
});
