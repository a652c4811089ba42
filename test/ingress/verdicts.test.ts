/** Verdicts over HTTP. The bugs this hunts: two winners, a verdict that counts though it was refused, a caller who is not told who won. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { closeApproval, openApproval } from '../../src/approvals/approvals.ts';
import { ledger } from '../support/flows.ts';
import { type Answer, ask, eventOf, post } from '../support/http.ts';
import { startIngress, type TestIngress } from '../support/ingress.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';

let postgres: TestPostgres;
let ingress: TestIngress;
let path: string;
let place: { tenant: string; flow: string; eventPosition: number; turn: number };
let asked = 0;

beforeAll(async () => {
  postgres = await startPostgres();
  ingress = await startIngress({ database: await postgres.fresh(), flows: [ledger] });
});
afterAll(async () => {
  expect(ingress.errors).toEqual([]);
  await ingress.close();
  await postgres.stop();
});
beforeEach(async () => {
  asked += 1;
  const { json } = await post(ingress.url, eventOf({ id: `ask-${asked}`, data: { account: `asked-${asked}`, amount: 5000 } }));
  place = { tenant: 'default', flow: 'ledger', eventPosition: Number(json.event.split('.')[1]), turn: 0 };
  const { approval } = await openApproval(ingress, {
    ...place,
    ...{ caseId: `ledger:asked-${asked}`, subject: `asked-${asked}`, question: 'Is it right?', evidence: { amount: 5000 } },
    proposed: { outcome: 'fine', result: { amount: 5000 } },
    ...{ openedAt: new Date().toISOString(), deadline: new Date(Date.now() + 3_600_000).toISOString(), defaultOutcome: 'alarm' },
    ...{ policy: 'ledger@000000000000', rules: { changes: { amount: { type: 'number' as const, min: 0, max: 10_000 } }, bySignal: true } },
  });
  path = `/v1/approvals/${approval.id}`;
});

const give = (body: unknown, headers: Record<string, string> = {}): Promise<Answer> =>
  ask(`${ingress.url}${path}/verdict`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
const approve = { verdict: 'approve', reason: 'known' };
const open = async (): Promise<string[]> =>
  (await ask(`${ingress.url}/v1/approvals?limit=1000`)).json.items.map(({ id }: { id: string }) => id);

describe('POST /v1/approvals/:approval/verdict', () => {
  it('counts the first, tells the same actor the same again, and tells another who won', async () => {
    const shown = await ask(`${ingress.url}${path}`);
    expect(shown.json).toMatchObject({ state: 'open', question: 'Is it right?', verdict: null, default: 'alarm', links: { self: path } });
    const given = await give(approve, { 'if-match': shown.headers.get('etag') ?? '' });
    expect(given).toMatchObject({
      status: 200,
      json: { state: 'decided', verdict: { verdict: 'approve', actor: 'local', reason: 'known', via: 'http' } },
    });
    expect(given.headers.get('etag')).not.toBe(shown.headers.get('etag'));
    expect(await give({ ...approve, reason: 'again' })).toMatchObject({ status: 200, json: { verdict: { reason: 'known' } } });
    expect(await give({ verdict: 'reject', reason: 'no' })).toMatchObject({
      status: 409,
      json: { code: 'already-decided', winner: { verdict: 'approve', actor: 'local' } },
    });
  });

  it('lets one of twenty racing verdicts win', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, at) => give({ verdict: at % 2 === 0 ? 'approve' : 'reject', reason: `${at}` })),
    );
    const winners = answers.filter(({ status }) => status === 200).map(({ json }) => json.verdict.verdict);
    expect(new Set(winners).size).toBe(1);
    expect(new Set(answers.filter(({ status }) => status === 409).map(({ json }) => json.winner.verdict))).toEqual(new Set(winners));
    expect(answers.every(({ status }) => status === 200 || status === 409)).toBe(true);
  });

  it.each([
    ['off the list', { verdict: 'perhaps', reason: 'x' }, 422, '/verdict'],
    ['without a reason', { verdict: 'approve' }, 422, '/reason'],
    ['with an empty reason', { verdict: 'approve', reason: ' ' }, 422, '/reason'],
    ['with a reason that nobody can see', { verdict: 'approve', reason: '\u200b' }, 422, '/reason'],
    ['with a reason too long', { verdict: 'approve', reason: 'x'.repeat(2001) }, 422, '/reason'],
    ['with a field too many', { ...approve, approvedBy: 'root' }, 422, '/approvedBy'],
    ['with changes that are none', { ...approve, changes: 5 }, 422, '/changes'],
    ['with changes off limits', { ...approve, changes: { iban: 'x' } }, 422, '/changes/iban'],
    ['that is a list', [], 422, ''],
    ['that is not JSON', '{', 400, null],
    ['over 64 kB', { ...approve, changes: { amount: 'x'.repeat(70_000) } }, 413, null],
  ])('refuses a verdict %s', async (_name, body, status, pointer) => {
    const answer = await give(body);
    expect(answer.status).toBe(status);
    if (pointer !== null) expect(answer.json.errors.map((error: { pointer: string }) => error.pointer)).toContain(pointer);
    expect(await open()).toContain(path.split('/').at(-1));
  });

  it('refuses a stale or foreign ETag, and a form', async () => {
    expect((await give(approve, { 'if-match': '"stale"' })).status).toBe(412);
    expect((await give(approve, { 'if-match': '"7"' })).status).toBe(412);
    expect((await give(approve, { 'if-match': '"1", "2"' })).status).toBe(400);
    expect((await give('verdict=approve', { 'content-type': 'application/x-www-form-urlencoded' })).status).toBe(415);
    expect((await give(approve, { 'if-match': '*' })).status).toBe(200);
  });

  it('says that it is over after the default', async () => {
    await closeApproval(ingress, place);
    expect(await give(approve)).toMatchObject({ status: 410, json: { code: 'over', winner: { via: 'default', actor: 'default' } } });
  });

  it('notes a verdict from the command line as one', async () => {
    expect((await give({ ...approve, changes: { amount: 1 } }, { 'signalbox-via': 'cli' })).json.verdict).toMatchObject({
      via: 'cli',
      changes: { amount: 1 },
    });
  });
});

describe('GET /v1/approvals', () => {
  it('lists by state, each once over pages', async () => {
    await give(approve);
    expect(await open()).not.toContain(path.split('/').at(-1));
    const states = ['open', 'decided', 'expired'];
    const lists = await Promise.all(
      states.map(async (state) => (await ask(`${ingress.url}/v1/approvals?state=${state}&limit=1000`)).json.items),
    );
    for (const [at, items] of lists.entries()) expect(items.every((item: { state: string }) => item.state === states[at])).toBe(true);
    const all: string[] = [];
    for (let after = '', more = true; more; ) {
      const { json } = await ask(`${ingress.url}/v1/approvals?state=all&limit=3${after}`);
      all.push(...json.items.map(({ id }: { id: string }) => id));
      [after, more] = [`&after=${json.next}`, json.more];
    }
    expect(all.length).toBe(lists.flat().length);
    expect(new Set(all).size).toBe(asked);
    expect((await ask(`${ingress.url}/v1/approvals?state=perhaps`)).status).toBe(400);
  });

  it("stands on its subject's timeline", async () => {
    await give(approve);
    const { json } = await ask(`${ingress.url}/v1/flows/ledger/subjects/asked-${asked}`);
    expect(json.items.map(({ kind }: { kind: string }) => kind)).toEqual(['event', 'decision', 'approval', 'verdict']);
    expect((await ask(`${ingress.url}/v1/events/evt_ledger.${place.eventPosition}`)).json.links.approval).toBe(path);
  });
});
