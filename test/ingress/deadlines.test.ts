/**
 * Answers after an approval's deadline, while no case is awake to take the default. The bug this hunts: what is answered too late counts as long as the
 * worker sleeps, so that a person and the default could both be told that they won.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createRecordVerdict } from '../../src/activities/recordVerdict.ts';
import { closeApproval } from '../../src/approvals/approvals.ts';
import { createLink } from '../../src/approvals/links.ts';
import { audit } from '../../src/audit/audit.ts';
import type { Scope } from '../../src/domain/caller.ts';
import { createKey } from '../../src/log/keys.ts';
import { ledger } from '../support/flows.ts';
import { type Answer, ask } from '../support/http.ts';
import { startIngress, type TestIngress } from '../support/ingress.ts';
import { startPostgres } from '../support/postgres.ts';
import { type AskedQuestion, askAbout } from '../support/questions.ts';

let ingress: TestIngress;
const holders: Record<string, Record<string, string>> = {};

beforeAll(async () => {
  ingress = await startIngress({ database: await (await startPostgres()).fresh(), flows: [ledger], auth: 'keys' });
  const make = async (name: string, scopes: Scope[]): Promise<void> => {
    holders[name] = { authorization: `Bearer ${await createKey(ingress.pool, { tenant: 'default', name, scopes })}` };
  };
  await make('shop', ['events:write', 'read']);
  await make('ann', ['read', 'approve']);
  await make('bob', ['read', 'approve']);
});
afterAll(async () => {
  expect(await audit(ingress.pool)).toMatchObject({ ok: true, findings: [] });
  expect(ingress.errors).toEqual([]);
  await ingress.close();
});

const asking = (more: Parameters<typeof askAbout>[1] = {}) => askAbout(ingress, { headers: holders.shop ?? {}, ...more });
const send = (who: string, path: string, body: object = {}, headers: Record<string, string> = {}): Promise<Answer> =>
  ask(`${ingress.url}${path}`, {
    method: 'POST',
    headers: { ...holders[who], 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
const approve = { verdict: 'approve', reason: 'known' };
const shown = async ({ path }: AskedQuestion) =>
  (await ask(`${ingress.url}${path}`, { headers: holders.ann as Record<string, string> })).json;

/** Ten seconds past its deadline. */
const LATE = { terms: { deadlineSeconds: 600 }, openedSecondsAgo: 610 };
const OVER = { status: 410, json: { code: 'over', winner: { verdict: 'reject', actor: 'default', via: 'default' } } };

async function pass(asked: AskedQuestion): Promise<void> {
  await ingress.pool.query("update approvals set deadline = now() - interval '10 s' where event_position = $1", [asked.key.eventPosition]);
}

describe('after the deadline, with no case awake', () => {
  it('POST verdict is 410 and names the default, which stands from then on', async () => {
    const asked = await asking(LATE);
    const late = await send('ann', `${asked.path}/verdict`, approve);
    expect(late).toMatchObject(OVER);
    const { state, verdict, votes } = await shown(asked);
    expect({ state, verdict, votes }).toEqual({ state: 'expired', verdict: late.json.winner, votes: [] });
    // again, by another, and with the version from before
    for (const [who, headers] of [
      ['ann', {}],
      ['bob', {}],
      ['bob', { 'if-match': '"1"' }],
    ] as const) {
      const again = await send(who, `${asked.path}/verdict`, approve, headers);
      expect(again).toMatchObject({ status: 410, json: { code: 'over', winner: verdict } });
    }
    // the case wakes, twice
    for (let turn = 0; turn < 2; turn += 1) expect((await closeApproval(ingress, asked.key))?.approval.verdict).toEqual(verdict);
    const { rows } = await ingress.pool.query("select title from records where event_position = $1 and kind = 'verdict'", [
      asked.key.eventPosition,
    ]);
    expect(rows).toEqual([{ title: 'No verdict in time: reject by default' }]);
  });

  it.each([
    ['claim', 'ann', 'claim', {}],
    ['release', 'ann', 'release', {}],
    ['questions', 'ann', 'questions', { question: 'Why?' }],
    ['answer', 'shop', 'questions/1/answer', { answer: 'So' }],
  ])('POST %s is 410', async (_name, who, path, body) => {
    const asked = await asking();
    expect((await send('bob', `${asked.path}/questions`, { question: 'Is it?' })).status).toBe(200);
    await pass(asked);
    const late = await send(who, `${asked.path}/${path}`, body);
    expect(late).toMatchObject(OVER);
    expect(await shown(asked)).toMatchObject({ state: 'expired', verdict: late.json.winner, claim: null, questions: [{ answer: null }] });
  });

  it('the second of two votes is 410, and so is the first one told again', async () => {
    const asked = await asking({ terms: { needed: 2 } });
    expect((await send('ann', `${asked.path}/verdict`, approve)).status).toBe(200);
    await pass(asked);
    expect(await send('ann', `${asked.path}/verdict`, approve)).toMatchObject(OVER);
    expect(await send('bob', `${asked.path}/verdict`, approve)).toMatchObject(OVER);
  });

  it('a link in a mail is 410, and a signal changes nothing', async () => {
    const linked = await asking(LATE);
    const expiresAt = (await shown(linked)).deadline;
    const token = await createLink(ingress.pool, { ...linked.key, mail: 'ann@bank.example', expiresAt });
    const form = { method: 'POST', body: new URLSearchParams(approve), headers: { accept: 'application/problem+json' } };
    expect(await ask(`${ingress.url}/approve/${token}`, form)).toMatchObject(OVER);
    expect(await shown(linked)).toMatchObject({ state: 'expired' });
    const signalled = await asking({ ...LATE, terms: { ...LATE.terms, bySignal: true } });
    const { tenant, flow, eventPosition } = signalled.key;
    const recordVerdict = createRecordVerdict({ ...ingress, auth: 'off' });
    const said = { ...approve, verdict: 'approve' as const, actor: 'ann', approval: signalled.id };
    const heard = await recordVerdict({ tenant, flow, caseId: `ledger:${eventPosition}`, ...said });
    expect(heard).toMatchObject({ standing: { verdict: 'reject', actor: 'default', via: 'default' } });
  });

  it('one that may not answer is told only that, and a verdict in time stands when its case wakes late', async () => {
    const other = await asking({ ...LATE, terms: { ...LATE.terms, ask: 'desk', pools: { desk: { roles: ['desk'], mail: [] } } } });
    expect((await send('ann', `${other.path}/verdict`, approve)).status).toBe(403);
    expect((await shown(other)).state).toBe('open');
    const asked = await asking();
    expect((await send('ann', `${asked.path}/verdict`, approve)).status).toBe(200);
    await pass(asked);
    expect((await closeApproval(ingress, asked.key))?.approval).toMatchObject({ state: 'decided', verdict: { actor: 'ann' } });
    // who repeats what was in time is told the same
    expect((await send('ann', `${asked.path}/verdict`, approve)).status).toBe(200);
    expect(await send('bob', `${asked.path}/claim`)).toMatchObject({ status: 409, json: { code: 'already-decided' } });
  });
});
