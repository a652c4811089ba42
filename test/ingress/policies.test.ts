/** Policies over HTTP. The bugs this hunts: a policy that is on though it was refused, a change that overrides another, a reader who may change. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { activateFlow } from '../../src/log/activate.ts';
import { createKey } from '../../src/log/keys.ts';
import { policyVersion } from '../../src/policy/policy.ts';
import { askedReviews } from '../support/askedReviews.ts';
import { expectProblem } from '../support/expectProblem.ts';
import { ledger, parcel } from '../support/flows.ts';
import { type Answer, ask, eventOf, post } from '../support/http.ts';
import { startIngress, type TestIngress } from '../support/ingress.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';

let postgres: TestPostgres;
let database: string;
let ingress: TestIngress;

beforeAll(async () => {
  postgres = await startPostgres();
  database = await postgres.fresh();
  ingress = await startIngress({ database, flows: [ledger, parcel, askedReviews({ decides: false })] });
});
afterAll(async () => {
  expect(ingress.errors).toEqual([]);
  await ingress.close();
  await postgres.stop();
});

/** Its LLM advises. */
const asked = askedReviews({ decides: false });
const PATH = '/v1/flows/ledger/policies';
const textOf = (alarmAbove: number): string => `# why\nalarmAbove: ${alarmAbove}\naskAbove: 1000\n`;
const versionOf = (alarmAbove: number): string => policyVersion('ledger', textOf(alarmAbove));
const get = (path: string): Promise<Answer> => ask(`${ingress.url}${path}`);
const send = (body: string, { query = '', ...headers }: Record<string, string> = {}): Promise<Answer> =>
  ask(`${ingress.url}${PATH}${query}`, { method: 'POST', body, headers: { 'content-type': 'application/yaml', ...headers } });
const active = async (): Promise<string> => (await get(`${PATH}/active`)).json.version;

describe('POST /v1/flows/:flow/policies', () => {
  it('switches a text on for the next event, and says what was on before', async () => {
    const answer = await send(textOf(40));
    expect(answer).toMatchObject({
      status: 201,
      json: { version: versionOf(40), previous: versionOf(100), changed: true, warnings: [] },
    });
    expect(answer.headers.get('location')).toBe(`${PATH}/${versionOf(40)}`);
    const { json } = await post(ingress.url, eventOf({ id: 'p1', source: '/policies', data: { account: 'a', amount: 50 } }));
    expect(json.decision).toMatchObject({ outcome: 'alarm', policy: versionOf(40) });
    expect((await get('/v1/flows/ledger')).json.policy).toBe(versionOf(40));
  });

  it('takes an LLM that decides without a record as the word of who activates it, and says so with the place', async () => {
    const text = asked.policyText.replace('"decides":false', '\n"decides":true');
    const path = `${ingress.url}/v1/flows/fraud/policies`;
    const post = (query: string) => ask(`${path}${query}`, { method: 'POST', body: text, headers: { 'content-type': 'application/yaml' } });
    const warning = {
      pointer: '/rungs/1/decides',
      detail:
        'line 2, column 11: lets the LLM decide on your word, as it has not the record for it: no LLM has answered anything here; the policy wants 200 judged answers, 90.0 % of them right',
    };
    expect(await post('?dry=true')).toMatchObject({ status: 200, json: { warnings: [warning] } });
    expect(await post('')).toMatchObject({ status: 201, json: { changed: true, warnings: [warning] } });
    const advising = { method: 'POST', body: asked.policyText, headers: { 'content-type': 'application/yaml' } };
    expect((await ask(path, advising)).json.warnings).toEqual([]);
  });

  it('takes JSON with a note', async () => {
    const answer = await send(JSON.stringify({ text: textOf(41), note: ' more reviews ' }), { 'content-type': 'application/json' });
    expect(answer.status).toBe(201);
    expect((await get(`${PATH}/active`)).json).toMatchObject({
      version: versionOf(41),
      note: 'more reviews',
      by: 'local',
      origin: 'operator',
    });
  });

  it('answers 200 to the content that is active, and changes nothing', async () => {
    await send(textOf(42));
    const { json } = await get('/v1/flows/ledger');
    expect(await send('askAbove: 1000\nalarmAbove: 42', { 'content-type': 'text/yaml; charset=utf-8' })).toMatchObject({
      status: 200,
      json: { changed: false, version: versionOf(42) },
    });
    expect((await get('/v1/flows/ledger')).json).toEqual(json);
  });

  it('only tries it with dry=true', async () => {
    const before = await active();
    expect(await send(textOf(43), { query: '?dry=true' })).toMatchObject({
      status: 200,
      json: { changed: true, version: versionOf(43), previous: before },
    });
    expectProblem(await send('alarmAbove: x', { query: '?dry=true' }), 422);
    expect(await active()).toBe(before);
    expectProblem(await get(`${PATH}/${versionOf(43)}`), 404);
  });

  it('refuses what does not fit with the place of each fault', async () => {
    const before = await active();
    const answer = await send('alarmAbove: 1\naskAbove: many\nbands: {}\n');
    expectProblem(answer, 422);
    expect(answer.json).toMatchObject({
      code: 'bad-policy',
      errors: [
        { pointer: '/askAbove', detail: 'line 2, column 11: must be a number, not a text' },
        { pointer: '/bands', detail: 'line 3, column 1: is unknown here' },
      ],
    });
    expect(await active()).toBe(before);
  });

  it.each<[string, number, string, Record<string, string>]>([
    ['no YAML', 422, '[', {}],
    ['nothing', 422, '', {}],
    ['too much', 413, ' '.repeat(256 * 1024 + 1), {}],
    ['a body that is no JSON', 400, 'alarmAbove: 1', { 'content-type': 'application/json' }],
    ['JSON without a text', 422, '{"note":"x"}', { 'content-type': 'application/json' }],
    ['JSON with more than it has', 422, '{"text":"","active":true}', { 'content-type': 'application/json' }],
    ['a note that is empty', 422, '{"text":"","note":" "}', { 'content-type': 'application/json' }],
    ['a note that nobody can see', 422, '{"text":"","note":"\\u2060"}', { 'content-type': 'application/json' }],
    ['a text with half a surrogate pair', 422, '{"text":"alarmAbove: 1 # \\ud800"}', { 'content-type': 'application/json' }],
    ['another type', 415, 'alarmAbove: 1', { 'content-type': 'text/plain' }],
    ['another charset', 415, 'alarmAbove: 1', { 'content-type': 'text/yaml; charset=latin1' }],
    ['another query', 400, 'alarmAbove: 1', { query: '?dry=maybe' }],
    ['a parameter that is none', 400, 'alarmAbove: 1', { query: '?force=true' }],
    ['several ETags', 400, 'alarmAbove: 1', { 'if-match': '"a", "b"' }],
  ])('refuses %s', async (_what, status, body, headers) => {
    expectProblem(await send(body, headers), status);
  });

  it('answers 412 where another policy is active than the caller has read', async () => {
    const etag = (await get(`${PATH}/active`)).headers.get('etag') ?? '';
    expect((await send(textOf(44), { 'if-match': etag })).status).toBe(201);
    const answer = await send(textOf(45), { 'if-match': etag });
    expectProblem(answer, 412);
    expect(answer.json).toMatchObject({ code: 'stale', detail: `The active policy is ${versionOf(44)}` });
    expectProblem(await send(textOf(45), { 'if-match': 'nonsense' }), 412);
    expect((await send(textOf(45), { 'if-match': '*' })).status).toBe(201);
  });

  it('answers 503 where another build folds the flow', async () => {
    const other = await startIngress({ database: await postgres.fresh(), flows: [ledger] });
    try {
      await activateFlow(other.pool, 'default', { ...ledger, code: 'ledger-code-2' });
      for (const query of ['', '?dry=true']) {
        const answer = await ask(`${other.url}${PATH}${query}`, {
          method: 'POST',
          body: textOf(1),
          headers: { 'content-type': 'text/yaml' },
        });
        expectProblem(answer, 503);
        expect(answer.json.code).toBe('other-code');
      }
    } finally {
      await other.close();
    }
  });

  it('is for admins, and reading for readers', async () => {
    const [reader, admin, stranger] = await Promise.all([
      createKey(ingress.pool, { tenant: 'default', name: 'reader', scopes: ['read', 'approve', 'events:write'] }),
      createKey(ingress.pool, { tenant: 'default', name: 'admin', scopes: ['admin'] }),
      createKey(ingress.pool, { tenant: 'elsewhere', name: 'stranger', scopes: ['admin'] }),
    ]);
    const guarded = await startIngress({ database, flows: [ledger], auth: 'keys' });
    const as = (key: string | null, query = '') =>
      ask(`${guarded.url}${PATH}${query}`, {
        method: 'POST',
        body: textOf(46),
        headers: { 'content-type': 'text/yaml', authorization: `Bearer ${key}` },
      });
    try {
      expectProblem(await as(reader), 403);
      expectProblem(await as(reader, '?dry=true'), 403);
      expectProblem(await as('sbx_none'), 401);
      expectProblem(await as(stranger), 404);
      expect((await as(admin)).status).toBe(201);
      const headers = { authorization: `Bearer ${reader}` };
      expect((await ask(`${guarded.url}${PATH}/active`, { headers })).json).toMatchObject({ version: versionOf(46), by: 'admin' });
      expectProblem(await ask(`${guarded.url}${PATH}/active`, { headers: { authorization: `Bearer ${stranger}` } }), 404);
    } finally {
      await guarded.close();
    }
  });
});

describe('GET /v1/flows/:flow/policies/:version/diff', () => {
  const diff = (version: string, query = '') => get(`${PATH}/${encodeURIComponent(version)}/diff${query}`);

  it('says what a version changed of the one that held before it, by path and in words', async () => {
    await send(textOf(70));
    await send(textOf(71).replace('1000', '900'));
    const { version } = (await get(`${PATH}/active`)).json;
    const told = {
      ...{ flow: 'ledger', version, against: versionOf(70) },
      differences: [
        {
          ...{ pointer: '/alarmAbove', path: ['alarmAbove'], change: 'changed', from: 70, to: 71 },
          ...{ text: 'rose from 70 to 71', meaning: null },
        },
        {
          ...{ pointer: '/askAbove', path: ['askAbove'], change: 'changed', from: 1000, to: 900 },
          ...{ text: 'fell from 1000 to 900', meaning: null },
        },
      ],
    };
    expect((await diff(version)).json).toEqual(told);
    expect((await diff('active')).json).toEqual(told);
    expect((await diff(versionOf(70), '?against=active')).json.differences.map(({ text }: { text: string }) => text)).toEqual([
      'fell from 71 to 70',
      'rose from 900 to 1000',
    ]);
    // switched back to: what it changed is what held in between
    await send(textOf(70));
    expect((await diff(versionOf(70))).json.against).toBe(version);
    expect((await diff('active', '?against=active')).json).toMatchObject({ against: versionOf(70), differences: [] });
  });

  it('says that the first one changed nothing', async () => {
    const { items } = (await get(`/v1/flows/parcel/policies`)).json;
    expect((await get(`/v1/flows/parcel/policies/${encodeURIComponent(items[0].version)}/diff`)).json).toMatchObject({
      against: null,
      differences: [],
    });
  });

  it.each([
    [`${PATH}/ledger@000000000000/diff`, 404],
    [`${PATH}/active/diff?against=ledger@000000000000`, 404],
    [`${PATH}/active/diff?against=%00`, 400],
    [`${PATH}/%00/diff`, 404],
    ['/v1/flows/none/policies/active/diff', 404],
  ])('answers %s with %i', async (path, status) => expectProblem(await get(path), status));
});

describe('GET /v1/flows/:flow/policies', () => {
  it('lists what was on, in order and in pages', async () => {
    await send(textOf(60));
    await send(textOf(61));
    const { json } = await get(PATH);
    expect(json.items[0]).toMatchObject({ version: versionOf(100), origin: 'build', by: null, note: null, active: false });
    expect(json.items.at(-1)).toMatchObject({ version: versionOf(61), origin: 'operator', by: 'local', active: true });
    expect(json.items.filter(({ active: on }: { active: boolean }) => on)).toHaveLength(1);
    const paged: unknown[] = [];
    for (let after = ''; ; ) {
      const page = (await get(`${PATH}?limit=2${after}`)).json;
      paged.push(...page.items);
      after = `&after=${page.next}`;
      if (!page.more) break;
    }
    expect(paged).toEqual(json.items);
    expect((await get(`${PATH}?after=${json.next}`)).json).toMatchObject({ items: [], more: false, next: json.next });
  });

  it('gives a text as it was sent, and its content', async () => {
    await send(textOf(62));
    await send(textOf(63));
    const { json, headers } = await get(`${PATH}/${encodeURIComponent(versionOf(62))}`);
    expect(json).toMatchObject({ text: textOf(62), content: { alarmAbove: 62, askAbove: 1000 }, active: false, flow: 'ledger' });
    expect(headers.get('etag')).toBe(`"${versionOf(62)}"`);
  });

  it.each([`${PATH}/ledger@000000000000`, `${PATH}/%00`, `${PATH}/__proto__`, '/v1/flows/none/policies', '/v1/flows/none/policies/active'])(
    'answers 404 to %s',
    async (path) => expectProblem(await get(path), 404),
  );

  it.each([
    ['PUT', PATH, 'GET, HEAD, POST'],
    ['POST', `${PATH}/active`, 'GET, HEAD'],
  ])('%s %s: 405 with Allow', async (method, path, allow) => {
    const answer = await ask(`${ingress.url}${path}`, { method });
    expectProblem(answer, 405);
    expect(answer.headers.get('allow')).toBe(allow);
  });
});
