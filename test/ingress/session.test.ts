/** Browsers that sign in. The bugs this hunts: a cookie that acts without its proof, a key that is kept in the open, a session that outlives its key. */
import { beforeAll, describe, expect, it } from '@jest/globals';
import { REMEMBER_MS } from '../../src/ingress/http/authenticate.ts';
import { createKey, revokeKey } from '../../src/log/keys.ts';
import { me as meShape } from '../../src/wire/session.ts';
import { eventually } from '../support/eventually.ts';
import { expectProblem } from '../support/expectProblem.ts';
import { ledger } from '../support/flows.ts';
import { type Answer, ask, eventOf, post } from '../support/http.ts';
import { ingressOfFile } from '../support/ingressOfFile.ts';

const ingress = ingressOfFile({ flows: [ledger], auth: 'keys' });
let key: string;
beforeAll(async () => {
  key = String(await createKey(ingress.pool, { tenant: 'default', name: 'ann', scopes: ['read', 'events:write'], roles: ['desk'] }));
});

const signIn = (body: unknown, headers: Record<string, string> = {}): Promise<Answer> =>
  ask(`${ingress.url}/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
const cookieOf = ({ headers }: Answer): string => headers.get('set-cookie') ?? '';
const kept = (answer: Answer): string => cookieOf(answer).split(';')[0] ?? '';
const me = (headers: Record<string, string>): Promise<Answer> => ask(`${ingress.url}/v1/me`, { headers });

describe('POST /v1/session', () => {
  it('keeps the key in a cookie that no script reads, and says who it is', async () => {
    const answer = await signIn({ key });
    expect(meShape.parse(answer.json)).toMatchObject({ auth: 'keys', actor: 'ann', scopes: ['read', 'events:write'], roles: ['desk'] });
    expect(cookieOf(answer)).toMatch(/^signalbox=sbx_[^;]+; Path=\/; HttpOnly; SameSite=Strict$/);
    const shown = await me({ cookie: kept(answer) });
    expect(shown.json).toEqual(answer.json);
    expect(shown.headers.get('cache-control')).toBe('no-store');
    // a key in a header needs no proof, and has none
    expect((await me({ authorization: `Bearer ${key}` })).json).toMatchObject({ actor: 'ann', csrf: null });
    expectProblem(await me({}), 401);
  });

  it('gives the cookie that is of this host alone where the browser came over https', async () => {
    const answer = await signIn({ key }, { 'x-forwarded-proto': 'https' });
    expect(cookieOf(answer)).toMatch(/^__Host-signalbox=sbx_[^;]+; Path=\/; HttpOnly; SameSite=Strict; Secure$/);
    expect((await me({ cookie: `other=1; ${kept(answer)}` })).status).toBe(200);
  });

  it.each([
    ['no key of ours', { key: 'sbx_aaaaaaaaaaaaaaaaaaaaaaaaaaaa' }, 401],
    ['no key at all', { key: 'hello' }, 400],
    ['more than a key', { key: 'sbx_aaaaaaaaaaaaaaaaaaaaaaaaaaaa', name: 'ann' }, 400],
  ])('refuses %s', async (_what, body, status) => {
    const refused = await signIn(body);
    expectProblem(refused, status);
    expect(refused.headers.get('set-cookie')).toBeNull();
  });

  it('a cookie reads, and changes something only with the proof', async () => {
    const answer = await signIn({ key });
    const cookie = kept(answer);
    expect((await ask(`${ingress.url}/v1/decisions`, { headers: { cookie } })).status).toBe(200);
    for (const proof of [{}, { 'signalbox-csrf': 'guessed' }]) {
      const refused = await post(ingress.url, eventOf({ id: 'forged' }), { cookie, ...proof });
      expectProblem(refused, 403);
      expect(refused.json.detail).toContain('Signalbox-Csrf');
    }
    expect((await post(ingress.url, eventOf({ id: 'own' }), { cookie, 'signalbox-csrf': answer.json.csrf })).status).toBe(202);
    // rights are those of the key
    const admin = await ask(`${ingress.url}/v1/quarantine/evt_ledger.1/redrive`, {
      method: 'POST',
      headers: { cookie, 'signalbox-csrf': answer.json.csrf },
    });
    expect(admin.json).toMatchObject({ code: 'forbidden', detail: expect.stringContaining('lacks the scope') });
  });

  it('ends with a cookie that is taken away, and with its key', async () => {
    const answer = await signIn({ key });
    const ended = await ask(`${ingress.url}/v1/session/end`, { method: 'POST', headers: { cookie: kept(answer) } });
    expect(ended.json).toEqual({ signedOut: true });
    expect(cookieOf(ended).match(/Max-Age=0/g)).toHaveLength(2);
    await revokeKey(ingress.pool, { tenant: 'default', name: 'ann' });
    await eventually(async () => (await me({ cookie: kept(answer) })).status === 401, REMEMBER_MS + 5000);
    expectProblem(await signIn({ key }), 401);
  });
});
