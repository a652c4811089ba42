/** Keys and what they may do. The bugs this hunts: a key that works after it was revoked, a scope too many, a refusal that tells keys apart. */
import { describe, expect, it } from '@jest/globals';
import { REMEMBER_MS } from '../../src/ingress/authenticate.ts';
import { createKey, listKeys, revokeKey, type Scope } from '../../src/log/keys.ts';
import { eventually } from '../support/eventually.ts';
import { ledger } from '../support/flows.ts';
import { ask, eventOf, post } from '../support/http.ts';
import { ingressOfFile } from '../support/ingressOfFile.ts';

const ingress = ingressOfFile({ flows: [ledger], auth: 'keys' });

async function keyFor(name: string, ...scopes: Scope[]): Promise<string> {
  const key = await createKey(ingress.pool, { tenant: 'default', name, scopes });
  if (key === null) throw new Error(`The name ${name} is taken`);
  return key;
}
const bearer = (key: string): Record<string, string> => ({ authorization: `Bearer ${key}` });

describe('createAuthenticate() with keys', () => {
  it('answers a missing, a wrong and a malformed key alike', async () => {
    const headers: Record<string, string>[] = [
      {},
      bearer(`sbx_${'x'.repeat(43)}`),
      bearer('x'),
      { authorization: 'Basic eDp5' },
      bearer('sbx_\u00ff'),
    ];
    const answers = await Promise.all(headers.map((more) => ask(`${ingress.url}/v1/events`, { headers: more })));
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    for (const { status, headers: given } of answers) {
      expect(status).toBe(401);
      expect(given.get('www-authenticate')).toBe('Bearer realm="signalbox"');
    }
  });

  it.each([
    ['events:write', 202, 403, 403, 403],
    ['read', 403, 200, 403, 403],
    ['approve', 403, 403, 404, 403],
    ['admin', 202, 200, 404, 404],
  ] as const)('%s opens its own routes alone', async (scope, write, read, approve, admin) => {
    const headers = bearer(await keyFor(`scope ${scope}`, scope));
    expect((await post(ingress.url, eventOf({ id: scope }), headers)).status).toBe(write);
    expect((await ask(`${ingress.url}/v1/decisions`, { headers })).status).toBe(read);
    expect((await ask(`${ingress.url}/metrics`, { headers })).status).toBe(read);
    const verdict = {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: '{"verdict":"approve","reason":"x"}',
    };
    expect((await ask(`${ingress.url}/v1/approvals/apr_ledger.1.0/verdict`, verdict)).status).toBe(approve);
    expect((await ask(`${ingress.url}/v1/quarantine/evt_ledger.1/redrive`, { method: 'POST', headers })).status).toBe(admin);
  });

  it.each(['/healthz', '/readyz', '/openapi.json', '/docs', '/'])('%s needs no key', async (path) => {
    expect((await ask(`${ingress.url}${path}`)).status).toBe(200);
  });

  it('serves any Host and Origin: the key is the proof', async () => {
    const headers = { ...bearer(await keyFor('elsewhere', 'events:write')), origin: 'https://shop.example' };
    expect((await post(ingress.url, eventOf({ id: 'elsewhere' }), headers)).status).toBe(202);
  });

  it('refuses a revoked key within seconds', async () => {
    const headers = bearer(await keyFor('short', 'read'));
    expect((await ask(`${ingress.url}/v1/flows`, { headers })).status).toBe(200);
    expect(await revokeKey(ingress.pool, { tenant: 'default', name: 'short' })).toBe(true);
    await eventually(async () => (await ask(`${ingress.url}/v1/flows`, { headers })).status === 401, REMEMBER_MS + 2000);
    expect(await revokeKey(ingress.pool, { tenant: 'default', name: 'short' })).toBe(false);
  });

  it("sees nothing of another tenant's", async () => {
    const key = await createKey(ingress.pool, { tenant: 'acme', name: 'foreign', scopes: ['admin'] });
    const headers = bearer(key ?? '');
    await post(ingress.url, eventOf({ id: 'mine' }), bearer(await keyFor('writer', 'events:write')));
    expect((await ask(`${ingress.url}/v1/events`, { headers })).json.items).toEqual([]);
    expect((await ask(`${ingress.url}/v1/events/evt_ledger.3`, { headers })).status).toBe(404);
    expect((await ask(`${ingress.url}/v1/flows/ledger/subjects/a`, { headers })).status).toBe(404);
  });
});

describe('createKey()', () => {
  it('stores no key, and gives a name once', async () => {
    const key = await keyFor('once', 'read');
    expect(key).toMatch(/^sbx_[A-Za-z0-9_-]{43}$/);
    expect(await createKey(ingress.pool, { tenant: 'default', name: 'once', scopes: ['admin'] })).toBeNull();
    const { rows } = await ingress.pool.query('select keys::text as row from keys');
    expect(rows.some(({ row }) => row.includes(key.slice(4)))).toBe(false);
    expect((await listKeys(ingress.pool, 'default')).find(({ name }) => name === 'once')).toMatchObject({
      scopes: ['read'],
      revokedAt: null,
    });
  });
});
