/** Keys and what they may do. The bugs this hunts: a key that works after it was revoked, a scope too many, a refusal that tells keys apart. */
import { describe, expect, it } from '@jest/globals';
import type { Scope } from '../../src/domain/caller.ts';
import { Rates } from '../../src/ingress/accept/rates.ts';
import { REMEMBER_MS } from '../../src/ingress/http/authenticate.ts';
import { createKey, listKeys, revokeKey, setKeyRate } from '../../src/log/keys.ts';
import { eventually } from '../support/eventually.ts';
import { ledger } from '../support/flows.ts';
import { ask, BATCH, eventOf, post } from '../support/http.ts';
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

  it.each(['/', '/docs'])('%s leads to nothing that is 401', async (path) => {
    const { text } = await ask(`${ingress.url}${path}`);
    const links = [...text.matchAll(/href="(\/[^"]*)"/g)].map(([, link]) => link ?? '');
    expect(links.length).toBeGreaterThan(0);
    for (const link of new Set(links)) expect({ link, status: (await ask(`${ingress.url}${link}`)).status }).toEqual({ link, status: 200 });
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

describe('a key with a rate', () => {
  const rated = (name: string, rate: number) => createKey(ingress.pool, { tenant: 'default', name, scopes: ['events:write'], rate });
  const sent = (name: string) => ingress.pool.query('select count(*)::int as n from entries where source = $1', [`/${name}`]);
  const send = (name: string, headers: Record<string, string>, id: number) =>
    post(ingress.url, eventOf({ id: `${id}`, source: `/${name}` }), headers);

  it('takes what comes within it, refuses the rest with the time to wait, and stores nothing of that', async () => {
    const headers = bearer((await rated('eager', 5)) ?? '');
    // a machine that takes seconds for them lets as many more in
    const answers = await Promise.all(Array.from({ length: 100 }, (_, n) => send('eager', headers, n)));
    const taken = answers.filter(({ status }) => status === 202).length;
    // a second's worth, and the one that goes beyond it; more as the seconds pass
    expect(taken).toBeGreaterThanOrEqual(6);
    expect(taken).toBeLessThan(100);
    const refused = answers.find(({ status }) => status === 429);
    expect(refused?.json).toMatchObject({ code: 'too-many-requests', detail: 'The key eager may send 5 events a second' });
    expect(Number(refused?.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    expect((await sent('eager')).rows).toEqual([{ n: taken }]);
    // another key is another's business
    expect((await send('calm', bearer((await rated('calm', 5)) ?? ''), 0)).status).toBe(202);
    // whoever waits as long as he was told is taken
    await new Promise((resolve) => setTimeout(resolve, Number(refused?.headers.get('retry-after')) * 1000));
    expect((await send('eager', headers, 1000)).status).toBe(202);
  });

  it('takes a batch that begins in time whole, and has the next one wait for it', async () => {
    const headers = { ...bearer((await rated('bulky', 10)) ?? ''), 'content-type': BATCH };
    const batch = Array.from({ length: 100 }, (_, n) => eventOf({ id: `${n}`, source: '/bulky' }));
    const postBatch = () => ask(`${ingress.url}/v1/events`, { method: 'POST', headers, body: JSON.stringify(batch) });
    expect((await postBatch()).json.results).toHaveLength(100);
    const next = await postBatch();
    expect(next.status).toBe(429);
    expect(Number(next.headers.get('retry-after'))).toBe(9);
  });

  it('may be given another while it is used', async () => {
    const headers = bearer((await rated('later', 1)) ?? '');
    const storm = () => Promise.all(Array.from({ length: 10 }, (_, n) => send('later', headers, n)));
    expect((await storm()).some(({ status }) => status === 429)).toBe(true);
    expect(await setKeyRate(ingress.pool, { tenant: 'default', name: 'later', rate: null })).toBe(true);
    await eventually(async () => (await storm()).every(({ status }) => status === 202), REMEMBER_MS + 5000);
    expect(await setKeyRate(ingress.pool, { tenant: 'default', name: 'nobody', rate: 1 })).toBe(false);
  });
});

describe('Rates', () => {
  it('admit() lets the rate through in the long run, whatever the sizes', () => {
    let nowMs = 0;
    const rates = new Rates(() => nowMs);
    const key = { tenant: 'default', actor: 'x', rate: 100 };
    let taken = 0;
    for (; nowMs < 60_000; nowMs += 7) {
      const events = 1 + ((nowMs * 31) % 250);
      try {
        rates.admit(key, events);
        taken += events;
      } catch (error) {
        expect(error).toMatchObject({ code: 'too-many-requests' });
      }
    }
    // 60 s of 100, one second ahead, and the batch that goes beyond
    expect(taken).toBeGreaterThanOrEqual(6000);
    expect(taken).toBeLessThanOrEqual(6000 + 100 + 250);
  });

  it('admit() counts nothing that it refuses', () => {
    let nowMs = 0;
    const rates = new Rates(() => nowMs);
    const key = { tenant: 'default', actor: 'x', rate: 1 };
    rates.admit(key, 3);
    for (let n = 0; n < 5; n += 1) expect(() => rates.admit(key, 1)).toThrow(expect.objectContaining({ retryAfterSeconds: 2 }));
    nowMs = 2000;
    expect(() => rates.admit(key, 1)).not.toThrow();
  });
});

describe('Rates of very many keys', () => {
  it('admit() forgets keys that owe nothing, and none that does', () => {
    let nowMs = 0;
    const rates = new Rates(() => nowMs);
    const key = (actor: string) => ({ tenant: 'default', actor, rate: 1 });
    rates.admit(key('in debt'), 100);
    for (let n = 0; n < 10_000; n += 1) rates.admit(key(`paid ${n}`), 1);
    nowMs = 2000;
    // the first that finds the memory full cleans it up
    rates.admit(key('one more'), 1);
    expect(() => rates.admit(key('in debt'), 1)).toThrow(expect.objectContaining({ code: 'too-many-requests' }));
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
