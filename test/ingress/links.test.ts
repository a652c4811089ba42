/** Links in mails. The bugs this hunts: a scanner that follows a link and approves, a link that works twice, text of an event that becomes markup. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createLink } from '../../src/approvals/links.ts';
import { createKey } from '../../src/log/keys.ts';
import { expectProblem } from '../support/expectProblem.ts';
import { ledger } from '../support/flows.ts';
import { type Answer, ask } from '../support/http.ts';
import { startIngress, type TestIngress } from '../support/ingress.ts';
import { startPostgres } from '../support/postgres.ts';
import { type AskedQuestion, askAbout } from '../support/questions.ts';

const PUBLIC_URL = 'https://approvals.example/signalbox';
const MARKUP = '<script>alert(1)</script><img src=x onerror="alert(2)">\'"&';

let ingress: TestIngress;

beforeAll(async () => {
  const config = { SIGNALBOX_AUTH: 'keys' as const, SIGNALBOX_PUBLIC_URL: PUBLIC_URL };
  ingress = await startIngress({ database: await (await startPostgres()).fresh(), flows: [ledger], deps: { config } });
});
afterAll(async () => {
  expect(ingress.errors).toEqual([]);
  await ingress.close();
});

interface Linked extends AskedQuestion {
  readonly url: string;
  readonly token: string;
}

async function linked(
  asking: Parameters<typeof askAbout>[1] = {},
  mail = 'Ann@Bank.example',
  { minutes = 60, name = `shop-${Math.random()}` } = {},
): Promise<Linked> {
  const key = await createKey(ingress.pool, { tenant: 'default', name, scopes: ['events:write'] });
  const asked = await askAbout(ingress, { ...asking, headers: { authorization: `Bearer ${key}` } });
  const expiresAt = new Date(Date.now() + minutes * 60_000).toISOString();
  const token = await createLink(ingress.pool, { ...asked.key, mail, expiresAt });
  return { ...asked, token, url: `${ingress.url}/approve/${token}` };
}

const HTML = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };
const submit = (url: string, fields: Record<string, string>, headers: Record<string, string> = HTML): Promise<Answer> =>
  ask(url, { method: 'POST', body: new URLSearchParams(fields), headers });
const approve = { verdict: 'approve', reason: 'known customer' };

/** Everything that a look could have changed. */
async function rowsOf({ key }: AskedQuestion): Promise<unknown> {
  const tables = ['approvals', 'approval_votes', 'approval_questions', 'approval_links', 'notices', 'records'];
  const rows = tables.map(
    async (table) => (await ingress.pool.query(`select * from ${table} where event_position = $1`, [key.eventPosition])).rows,
  );
  return Promise.all(rows);
}
const verdictOf = async ({ key }: AskedQuestion) =>
  (await ingress.pool.query('select verdict, actor, via, reason from approvals where event_position = $1', [key.eventPosition])).rows[0];

describe('GET /approve/:token', () => {
  it('shows and never acts: ten looks and ten heads change nothing, then one POST works once', async () => {
    const asked = await linked();
    const before = await rowsOf(asked);
    for (let at = 0; at < 10; at += 1) {
      expect((await ask(asked.url, { headers: HTML })).status).toBe(200);
      expect(await ask(asked.url, { method: 'HEAD', headers: HTML })).toMatchObject({ status: 200, text: '' });
    }
    expect(await rowsOf(asked)).toEqual(before);
    const first = await submit(asked.url, approve);
    expect(first).toMatchObject({ status: 200 });
    expect(first.text).toContain('Your verdict counts');
    expect(await verdictOf(asked)).toEqual({ verdict: 'approve', actor: 'ann@bank.example', via: 'mail', reason: 'known customer' });
    const second = await submit(asked.url, { ...approve, verdict: 'reject' });
    expect(second.status).toBe(410);
    expectProblem(await submit(asked.url, approve, {}), 410);
    expect(await verdictOf(asked)).toMatchObject({ verdict: 'approve' });
    const after = await ask(asked.url, { headers: HTML });
    expect(after.status).toBe(200);
    expect(after.text).toContain('approve by ann@bank.example');
    expect(after.text).not.toContain('<form');
  });

  it('runs nothing, fetches nothing, is kept and indexed nowhere, and leaks its address nowhere', async () => {
    const { headers, text } = await ask((await linked()).url, { headers: HTML });
    expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(headers.get('content-security-policy')).toBe(
      "default-src 'none';style-src 'unsafe-inline';frame-ancestors 'none';base-uri 'none';form-action 'self'",
    );
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('x-robots-tag')).toBe('noindex, nofollow');
    expect(headers.get('referrer-policy')).toBe('same-origin');
    expect(text).not.toMatch(/<script|src=|https?:\/\//);
  });

  it('shows text of an event as text', async () => {
    const changes = { note: { type: 'text' as const, charsMax: 100 } };
    const asked = await linked({ question: `Pay ${MARKUP}?`, evidence: { [MARKUP]: [{ deep: MARKUP }], reasons: [] }, terms: { changes } });
    const { text } = await ask(asked.url, { headers: HTML });
    expect(text).not.toContain('<script>');
    expect(text).not.toContain('<img');
    expect(text).toContain('Pay &lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=x onerror=&quot;alert(2)&quot;&gt;&#39;&quot;&amp;?</h1>');
    expect(text.split('&lt;script&gt;').length - 1).toBe(3);
  });

  it('labels every field, and knows its limits', async () => {
    const changes = {
      amount: { type: 'number' as const, min: 0, max: 6000 },
      note: { type: 'text' as const, charsMax: 20 },
      currency: { type: 'choice' as const, options: ['EUR', 'USD'] },
    };
    const { text } = await ask((await linked({ terms: { changes } })).url, { headers: HTML });
    const ids = [...text.matchAll(/<(?:input|select|textarea)[^>]* id="([^"]+)"/g)].map(([, id]) => id);
    expect(ids).toEqual(['reason', 'change-amount', 'change-note', 'change-currency']);
    for (const id of ids) expect(text).toContain(`<label for="${id}">`);
    expect(text).toContain('min="0" max="6000" value="5000"');
  });

  it('says who asks and until when in words, what each button does, reasons once, and the rest folded with its numbers rounded', async () => {
    const reasons = [{ code: 'new', text: 'a new card', weight: 0.123456789 }];
    const evidence = { score: 0.743821904, reasons, factors: reasons };
    const asked = await linked({
      question: 'Release it?',
      evidence,
      rejected: 'block',
      terms: { changes: { amount: { type: 'number', min: 0, max: 6000 } } },
    });
    const { text } = await ask(asked.url, { headers: HTML });
    const words = text
      .replace(/<style>.*?<\/style>/s, '')
      .replace(/<[^>]+>/g, ' ')
      .replace(/\s+/g, ' ');
    expect(words).toMatch(/The flow \S+ asks everyone who may give verdicts about \S+\. You answer as ann@bank\.example\./);
    expect(words).toMatch(
      /Answer by \w+day, \d{1,2} \w+ \d{4} at \d\d:\d\d UTC , in \d+ (minutes|hours|days)\. Without an answer by then it is decided: \S+\./,
    );
    expect(words).toMatch(
      /Approve: fine It is decided: fine, with your changes if you made any\. Its actions follow, as the policy has them\./,
    );
    expect(words).toContain('Reject: block It is decided: block.');
    expect(words.split('a new card')).toHaveLength(2);
    const [before = '', folded = ''] = text.split('<details>');
    expect(before.indexOf('a new card')).toBeLessThan(before.indexOf('<form'));
    expect(folded).toContain('0.744');
    expect(text).not.toMatch(/0\.7438|0\.12345/);
    // a key pressed in a field gives no verdict
    expect(text.indexOf('<button type="submit" disabled hidden>')).toBeLessThan(text.indexOf('value="approve"'));
  });

  it('answers a token that is none and one that nobody has alike', async () => {
    const tokens = ['x', 'A'.repeat(43), `${'A'.repeat(42)}%00`, 'a/../b', "'; drop table approval_links; --"].map(encodeURIComponent);
    const answers = await Promise.all([
      ...tokens.map((token) => ask(`${ingress.url}/approve/${token}`)),
      ...tokens.map((token) => submit(`${ingress.url}/approve/${token}`, approve, {})),
    ]);
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    for (const answer of answers) expectProblem(answer, 404);
    expect((await ask(`${ingress.url}/approve/${'A'.repeat(43)}`, { headers: HTML })).headers.get('content-type')).toContain('text/html');
  });

  it('keeps of a token its SHA-256 alone', async () => {
    const { token, key } = await linked();
    const { rows } = await ingress.pool.query<{ row: string; bytes: number }>(
      'select l::text as row, length(token_hash) as bytes from approval_links l where event_position = $1',
      [key.eventPosition],
    );
    expect(Buffer.from(token, 'base64url').length).toBe(32);
    expect(rows).toEqual([{ row: expect.not.stringContaining(token), bytes: 32 }]);
    expect(rows[0]?.row).not.toContain(Buffer.from(token, 'base64url').toString('hex'));
  });
});

describe('POST /approve/:token', () => {
  it.each([
    ['another site', 'https://evil.example', 403],
    ['no site at all', 'null', 403],
    ['what only looks like ours', 'https://approvals.example.evil.example', 403],
    ['its public address', 'https://approvals.example', 200],
  ])('a form of %s: %s is %i', async (_name, origin, status) => {
    const asked = await linked();
    expect((await submit(asked.url, approve, { ...HTML, origin })).status).toBe(status);
    expect((await verdictOf(asked)).verdict).toBe(status === 200 ? 'approve' : null);
  });

  it('takes the form of the address that it was reached by', async () => {
    expect((await submit((await linked()).url, approve, { ...HTML, origin: ingress.url })).status).toBe(200);
  });

  it.each([
    ['no verdict', { reason: 'x' }, 422],
    ['a reason that nobody can see', { verdict: 'approve', reason: '\u00ad\u200b' }, 422],
    ['no reason', { verdict: 'approve', reason: ' ' }, 422],
    ['a field too many', { ...approve, actor: 'root' }, 422],
    ['a change off limits', { ...approve, 'change.amount': '6001' }, 422],
    ['a change that is no number', { ...approve, 'change.amount': 'x' }, 422],
    ...[' ', '\t', '\u00a0', '0x64', '1e999'].map((text): [string, Record<string, string>, number] => [
      `a change of ${JSON.stringify(text)}`,
      { ...approve, 'change.amount': text },
      422,
    ]),
    ['a change that nobody may make', { ...approve, 'change.iban': 'x' }, 422],
  ])('refuses %s, and the link still works', async (_name, fields, status) => {
    const asked = await linked({ terms: { changes: { amount: { type: 'number', min: 0, max: 6000 } } } });
    expect((await submit(asked.url, fields)).status).toBe(status);
    expect(await submit(asked.url, { ...approve, 'change.amount': '100' })).toMatchObject({ status: 200 });
    const { rows } = await ingress.pool.query('select changes from approvals where event_position = $1', [asked.key.eventPosition]);
    expect(rows).toEqual([{ changes: '{"amount":100}' }]);
  });

  it('takes what was left as proposed for no change, and no change with a rejection', async () => {
    const terms = { changes: { amount: { type: 'number' as const, min: 0, max: 6000 }, note: { type: 'text' as const, charsMax: 20 } } };
    const asIs = await linked({ terms });
    expect((await submit(asIs.url, { ...approve, 'change.amount': '5000', 'change.note': '' })).status).toBe(200);
    const rejected = await linked({ terms });
    expect((await submit(rejected.url, { ...approve, verdict: 'reject', 'change.amount': '100' })).status).toBe(200);
    const { rows } = await ingress.pool.query('select changes from approvals where event_position = any($1)', [
      [asIs, rejected].map(({ key }) => key.eventPosition),
    ]);
    expect(rows).toEqual([{ changes: null }, { changes: null }]);
  });

  it('refuses JSON, a field twice, a body too large, and other methods', async () => {
    const { url } = await linked();
    expect((await ask(url, { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } })).status).toBe(415);
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    expect((await ask(url, { method: 'POST', body: 'verdict=approve&verdict=reject&reason=x', headers: form })).status).toBe(422);
    expect((await ask(url, { method: 'POST', body: `reason=${'x'.repeat(70_000)}`, headers: form })).status).toBe(413);
    expect((await ask(url, { method: 'PUT' })).status).toBe(405);
  });

  it('is over after the deadline, and gives one of two racing posts the verdict', async () => {
    const late = await linked({}, 'ann@bank.example', { minutes: -1 });
    expect((await submit(late.url, approve)).status).toBe(410);
    expect((await ask(late.url, { headers: HTML })).text).not.toContain('<form');
    const raced = await linked();
    const answers = await Promise.all([submit(raced.url, approve), submit(raced.url, { ...approve, verdict: 'reject' })]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 410]);
  });

  it('holds not-self against a link too: who sent the event by a key of that name has no part in it', async () => {
    const asked = await linked({ terms: { notSelf: true } }, 'Shop@Bank.example', { name: 'shop@bank.example' });
    expectProblem(await submit(asked.url, approve, {}), 403);
    expect(await verdictOf(asked)).toMatchObject({ verdict: null });
  });

  it('one of two recipients is first, and counts towards several who must approve', async () => {
    const asked = await linked();
    const other = await createLink(ingress.pool, {
      ...asked.key,
      mail: 'bob@bank.example',
      expiresAt: new Date(Date.now() + 60_000).toISOString(),
    });
    expect((await submit(asked.url, approve)).status).toBe(200);
    expect((await submit(`${ingress.url}/approve/${other}`, { ...approve, verdict: 'reject' })).status).toBe(409);
    const both = await linked({ terms: { needed: 2 } });
    const second = await createLink(ingress.pool, {
      ...both.key,
      mail: 'bob@bank.example',
      expiresAt: new Date(Date.now() + 60_000).toISOString(),
    });
    expect((await submit(both.url, approve)).text).toContain('1 of 2 have approved');
    expect((await verdictOf(both)).verdict).toBeNull();
    expect((await submit(`${ingress.url}/approve/${second}`, approve)).status).toBe(200);
    expect(await verdictOf(both)).toMatchObject({ verdict: 'approve', actor: 'bob@bank.example' });
  });
});
