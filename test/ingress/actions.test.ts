/**
 * Actions over HTTP. The bugs this hunts: a dead letter that nobody can find, or that comes back under another key; a page that misses
 * one; somebody who may read and sends.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { beginTry, failTry } from '../../src/actions/actions.ts';
import { endAction, type HowItEnded } from '../../src/actions/endAction.ts';
import { receiverAt } from '../../src/actions/receivers.ts';
import { audit } from '../../src/audit/audit.ts';
import { recordEndings } from '../../src/cases/recordEndings.ts';
import type { Scope } from '../../src/domain/caller.ts';
import type { DecisionDraft } from '../../src/domain/decision.ts';
import type { Flow } from '../../src/domain/flow.ts';
import { createKey } from '../../src/log/keys.ts';
import { Policies } from '../../src/log/policies.ts';
import { policyVersion } from '../../src/policy/policy.ts';
import { actionDetail, receiver as receiverShape } from '../../src/wire/action.ts';
import { decisionDetail } from '../../src/wire/decision.ts';
import { actionsPreview } from '../../src/wire/preview.ts';
import { expectProblem } from '../support/expectProblem.ts';
import { orders } from '../support/flows.ts';
import { type Answer, ask, eventOf, post } from '../support/http.ts';
import { startIngress, type TestIngress } from '../support/ingress.ts';
import { allRows } from '../support/mendedLedger.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { reviews } from '../support/reviews.ts';

const flow = reviews({}, 'fraudCase', [
  { name: 'reserve', on: 'approve', undo: 'unreserve' },
  { name: 'release', on: 'approve', limit: { field: 'amount', max: 500 } },
]);
const RECEIVER = receiverAt('https://user:hush@hook.example/path?token=hush#hush');

let postgres: TestPostgres;
let ingress: TestIngress;
let admin: Record<string, string>;
let reader: Record<string, string>;
let cards = 0;

async function keyFor(name: string, ...scopes: Scope[]): Promise<Record<string, string>> {
  return { authorization: `Bearer ${await createKey(ingress.pool, { tenant: 'default', name, scopes })}` };
}

beforeAll(async () => {
  postgres = await startPostgres();
  ingress = await startIngress({ database: await postgres.fresh(), flows: [flow, orders], auth: 'keys' });
  [admin, reader] = await Promise.all([keyFor('ann', 'admin'), keyFor('rob', 'read')]);
});
afterAll(async () => {
  expect(ingress.errors).toEqual([]);
  const { findings } = await audit(ingress.pool);
  await ingress.close();
  await postgres.stop();
  // no case runs here: what is planned waits in its mailbox
  expect(findings).toEqual([]);
});

const get = (path: string): Promise<Answer> => ask(`${ingress.url}${path}`, { headers: reader });
const redrive = (id: string, headers = admin): Promise<Answer> =>
  ask(`${ingress.url}/v1/actions/${id}/redrive`, { method: 'POST', headers });

/** As its case would: a default that says yes. */
async function approve({ name, policyText }: Flow, at: { position: number; caseId: string; subject: string }): Promise<void> {
  const draft: DecisionDraft = {
    ...{ outcome: 'approve', confidence: 1, score: null, rung: 'default', reasons: [] },
    ...{ result: {}, provisional: false, rungs: [] },
  };
  await recordEndings(
    { pool: ingress.pool, notifier: ingress.notifier, flows: [flow, orders], policies: new Policies(), announces: false },
    { tenant: 'default', flow: name, caseId: at.caseId, subject: at.subject },
    [{ position: at.position, ending: 'case', decision: { policy: policyVersion(name, policyText), draft } }],
  );
}

async function decided(amount = 100): Promise<{ position: number; caseId: string }> {
  cards += 1;
  const subject = `card-${cards}`;
  const data = { paymentId: `p-${cards}`, cardId: subject, terminalId: 't', amount, currency: 'EUR' };
  const { json } = await post(ingress.url, eventOf({ id: `p-${cards}`, type: 'payment.attempted', data }), admin);
  const at = { position: Number(json.event.split('.')[1]), caseId: `fraud:${subject}` };
  await approve(flow, { ...at, subject });
  return at;
}

interface Ended {
  readonly position: number;
  readonly caseId: string;
  readonly flow?: string;
}

async function end({ position, caseId, flow: name = 'fraud' }: Ended, action: string, how: HowItEnded): Promise<void> {
  const key = { tenant: 'default', flow: name, eventPosition: position, action, caseId };
  await beginTry(ingress.pool, key, { leaseMs: 1000, receiver: RECEIVER.id });
  await endAction(ingress.pool, key, how);
}

const DONE: HowItEnded = { state: 'done', error: null };
const GONE: HowItEnded = { state: 'dead', error: { code: 'receiver-gone', said: 'the receiver answered 410' }, gone: RECEIVER };
const REFUSED: HowItEnded = { state: 'dead', error: { code: 'receiver-refused', said: 'the receiver answered 500' } };
const enable = () => ask(`${ingress.url}/v1/receivers/${RECEIVER.id}/enable`, { method: 'POST', headers: admin });

describe('GET /v1/actions', () => {
  it('lists actions by state and flow, in pages that miss nothing', async () => {
    const [first, second, above] = [await decided(), await decided(), await decided(900)];
    await end(first, 'reserve', REFUSED);
    await end(second, 'reserve', DONE);
    const ids = async (query: string): Promise<string[]> => {
      const found: string[] = [];
      for (let after = ''; ; ) {
        const { status, json } = await get(`/v1/actions?limit=2${query}${after}`);
        expect(status).toBe(200);
        found.push(...json.items.map(({ id }: { id: string }) => id));
        after = `&after=${json.next}`;
        if (!json.more) return found;
      }
    };
    const of = ({ position }: { position: number }, ...names: string[]): string[] => names.map((name) => `act_fraud.${position}.${name}`);
    expect(await ids('&state=dead')).toEqual(of(first, 'reserve'));
    expect(await ids('&state=skipped')).toEqual([...of(first, 'release'), ...of(above, 'reserve')]);
    expect(await ids('&state=refused&flow=fraud')).toEqual(of(above, 'release'));
    expect(await ids('&state=planned')).toEqual(of(second, 'release'));
    expect(await ids('&state=done')).toEqual(of(second, 'reserve'));
    expect(await ids('&state=not-sent')).toEqual([]);
    const all = [...of(first, 'reserve', 'release'), ...of(second, 'reserve', 'release'), ...of(above, 'reserve', 'release')];
    expect(await ids('')).toEqual(all);
    expect(await ids('&state=all')).toEqual(all);
    expect(await ids('&flow=other')).toEqual([]);
  });

  it.each(['state=open', 'state=', 'state=dead&state=done', 'action=x', 'limit=1001', 'after=!', 'flow=%00'])(
    'refuses ?%s',
    async (query) => {
      expectProblem(await get(`/v1/actions?${query}`), 400);
    },
  );
});

describe('GET /v1/actions/:action', () => {
  it('shows an action with what it sends and why it failed', async () => {
    const at = await decided();
    await end(at, 'reserve', REFUSED);
    const { status, json } = await get(`/v1/actions/act_fraud.${at.position}.reserve`);
    expect(status).toBe(200);
    expect(actionDetail.strict().safeParse(json).error).toBeUndefined();
    expect(json).toMatchObject({
      ...{ state: 'dead', flow: 'fraud', action: 'reserve', undoes: null, tries: 1, redrives: 0, receiver: RECEIVER.id, nextTryAt: null },
      error: { code: 'receiver-refused', detail: 'the receiver answered 500' },
      decision: `dec_fraud.${at.position}.1`,
      message: { type: 'fraud.reserve', data: { action: 'reserve', outcome: 'approve' } },
      links: { redrive: `/v1/actions/act_fraud.${at.position}.reserve/redrive` },
    });
    const decision = (await get(json.links.decision)).json;
    expect(decisionDetail.strict().safeParse(decision).error).toBeUndefined();
    expect(decision.actions.map(({ action, state }: Record<string, string>) => [action, state])).toEqual([
      ['reserve', 'dead'],
      ['release', 'skipped'],
    ]);
  });

  it('lists what follows from one event, and nothing of another tenant', async () => {
    const [one, other] = [await decided(), await decided()];
    const { json } = await get(`/v1/actions?event=evt_fraud.${one.position}`);
    expect(json.items.map(({ id }: { id: string }) => id)).toEqual([
      `act_fraud.${one.position}.reserve`,
      `act_fraud.${one.position}.release`,
    ]);
    const { links } = (await get(`/v1/events/evt_fraud.${other.position}`)).json;
    expect(links.actions).toBe(`/v1/actions?event=evt_fraud.${other.position}`);
    for (const event of ['evt_acme.fraud.3', 'act_fraud.3.reserve', 'none']) expectProblem(await get(`/v1/actions?event=${event}`), 404);
  });

  it.each([
    'act_none',
    'act_fraud.999999.reserve',
    'act_fraud.1.nothing',
    'act_other.fraud.3.reserve',
    'evt_fraud.3',
    'act_fraud.3',
    '%00',
  ])('%s: 404', async (id) => {
    expectProblem(await get(`/v1/actions/${id}`), 404);
    expectProblem(await redrive(id), 404);
  });
});

describe('POST /v1/actions/:action/send-now', () => {
  const sendNow = (id: string, headers = admin): Promise<Answer> =>
    ask(`${ingress.url}/v1/actions/${id}/send-now`, { method: 'POST', headers });

  it('brings the next try forward, where the action waits for one', async () => {
    const { position } = await decided();
    const id = `act_fraud.${position}.reserve`;
    const key = { tenant: 'default', flow: 'fraud', eventPosition: position, action: 'reserve' };
    await beginTry(ingress.pool, key, { leaseMs: 30_000, receiver: RECEIVER.id });
    const underway = await sendNow(id);
    expectProblem(underway, 503, 'action-underway');
    expect(Number(underway.headers.get('retry-after'))).toBeGreaterThan(0);
    await failTry(ingress.pool, key, { error: 'the receiver answered 500', waitMs: 3_600_000 });
    const { links, nextTryAt } = (await get(`/v1/actions/${id}`)).json;
    expect(Date.parse(nextTryAt)).toBeGreaterThan(Date.now());
    expect(links.sendNow).toBe(`/v1/actions/${id}/send-now`);
    expectProblem(await sendNow(id, reader), 403);
    expect(await sendNow(id)).toMatchObject({ status: 200, json: { id, state: 'planned', nextTryAt: null, tries: 1 } });
    expect((await sendNow(id)).status).toBe(200);
    await end({ position, caseId: `fraud:card-${cards}` }, 'reserve', DONE);
    expectProblem(await sendNow(id), 409, 'not-planned');
    expectProblem(await sendNow('act_fraud.999999.reserve'), 404);
  });
});

describe('POST /v1/actions/:action/redrive', () => {
  it('plans what was not sent again, with the others of its outcome that were not', async () => {
    const at = await decided();
    for (const action of ['reserve', 'release']) await end(at, action, { state: 'not-sent', error: null });
    const id = `act_fraud.${at.position}.release`;
    expect((await get(`/v1/actions/${id}`)).json.links.redrive).toBe(`/v1/actions/${id}/redrive`);
    expect(await redrive(id)).toMatchObject({ status: 200, json: { id, state: 'planned', redrives: 1, endedAt: null } });
    expect((await get(`/v1/actions/act_fraud.${at.position}.reserve`)).json.state).toBe('planned');
    // both end anew, and the timeline says so
    for (const action of ['reserve', 'release']) await end(at, action, DONE);
    const titles = await ingress.pool.query(
      "select title from records where event_position = $1 and title like '%: done' order by position",
      [at.position],
    );
    expect(titles.rows.map(({ title }) => title)).toEqual(['reserve: done', 'release: done']);
  });

  it('plans a dead letter again, with its key and bytes, and puts its event back into the mailbox', async () => {
    const at = await decided();
    const id = `act_fraud.${at.position}.reserve`;
    await end(at, 'reserve', REFUSED);
    const mail = 'select found from mailboxes where position = $1';
    expect((await ingress.pool.query(mail, [at.position])).rowCount).toBe(0);
    const before = (await get(`/v1/actions/${id}`)).json;
    expectProblem(await redrive(id, reader), 403);
    const answer = await redrive(id);
    expect(answer).toMatchObject({
      status: 200,
      json: { id, state: 'planned', tries: 0, redrives: 1, error: null, endedAt: null, message: before.message },
    });
    expect((await ingress.pool.query(mail, [at.position])).rowCount).toBe(1);
    expect((await get(`/v1/actions/act_fraud.${at.position}.release`)).json.state).toBe('planned');
    expectProblem(await redrive(id), 409, 'not-dead');
    await end(at, 'reserve', DONE);
    await end(at, 'release', DONE);
    expect((await ingress.pool.query(mail, [at.position])).rowCount).toBe(0);
    expectProblem(await redrive(id), 409, 'not-dead');
    const lines = await ingress.pool.query<{ title: string }>(
      "select title from records where event_position = $1 and kind = 'action' order by position",
      [at.position],
    );
    expect(lines.rows.map(({ title }) => title)).toEqual([
      ...['reserve: given up, it is a dead letter', 'release: skipped, as reserve of the same outcome was given up'],
      ...['reserve: tried anew, by ann', 'reserve: done', 'release: done'],
    ]);
  });

  it('hands an event whose subject is personal back to the case that it was handed to first', async () => {
    const data = { customer: 'Ann Personal', amount: 5, note: 'n' };
    const { json } = await post(ingress.url, eventOf({ id: 'order', type: 'order.placed', data }), admin);
    const position = Number(json.event.split('.')[1]);
    const mail = async () =>
      (await ingress.pool.query("select case_id, subject from mailboxes where flow = 'orders' and position = $1", [position])).rows;
    const [handed] = await mail();
    await approve(orders, { position, caseId: handed.case_id, subject: handed.subject });
    await end({ position, caseId: handed.case_id, flow: 'orders' }, 'release', REFUSED);
    expect(await mail()).toEqual([]);
    expect(await redrive(`act_orders.${position}.release`)).toMatchObject({ status: 200, json: { state: 'planned' } });
    expect(await mail()).toEqual([handed]);
    expect(handed.case_id).not.toContain('Ann');
  });

  it('sends no action again whose outcome was taken back, and the undo as often as it fails', async () => {
    const at = await decided();
    await end(at, 'reserve', DONE);
    await end(at, 'release', REFUSED);
    expectProblem(await redrive(`act_fraud.${at.position}.release`), 409, 'not-dead');
    for (const redrives of [1, 2]) {
      await end(at, 'unreserve', REFUSED);
      expect(await redrive(`act_fraud.${at.position}.unreserve`)).toMatchObject({
        status: 200,
        json: { redrives, undoes: `act_fraud.${at.position}.reserve` },
      });
    }
    const { json } = await get(`/v1/decisions/dec_fraud.${at.position}.1`);
    expect(json.actions.filter(({ stands }: { stands: boolean }) => stands).map(({ action }: { action: string }) => action)).toEqual([
      'reserve',
    ]);
    await end(at, 'unreserve', DONE);
    const { json: after } = await get(`/v1/decisions/dec_fraud.${at.position}.1`);
    expect(after.actions.some(({ stands }: { stands: boolean }) => stands)).toBe(false);
  });

  it('waits where a signal of the case is on its way', async () => {
    const at = await decided();
    await end(at, 'reserve', REFUSED);
    await ingress.pool.query(
      "insert into deliveries (tenant, flow, case_id, subject, sent, taken) values ('default', 'fraud', $1, 'c', 9000, 8000)",
      [at.caseId],
    );
    const answer = await redrive(`act_fraud.${at.position}.reserve`);
    expectProblem(answer, 503, 'case-busy');
    expect((await get(`/v1/actions/act_fraud.${at.position}.reserve`)).json.state).toBe('dead');
    await ingress.pool.query('delete from deliveries where case_id = $1', [at.caseId]);
  });
});

describe('POST /v1/preview/actions', () => {
  const preview = (body: object, headers = admin): Promise<Answer> =>
    ask(`${ingress.url}/v1/preview/actions`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  const redriveAs = (id: string, etag: string): Promise<Answer> =>
    ask(`${ingress.url}/v1/actions/${id}/redrive`, { method: 'POST', headers: { ...admin, 'if-match': `"${etag}"` } });
  const idOf = ({ position }: { position: number }, action: string): string => `act_fraud.${position}.${action}`;

  it('says which may be sent again, what comes with each and why not, and changes nothing', async () => {
    const [fails, unsent, takenBack, gone, busy] = [await decided(), await decided(), await decided(), await decided(), await decided()];
    await end(fails, 'reserve', REFUSED);
    for (const action of ['reserve', 'release']) await end(unsent, action, { state: 'not-sent', error: null });
    await end(takenBack, 'reserve', DONE);
    await end(takenBack, 'release', REFUSED);
    await end(busy, 'reserve', REFUSED);
    await end(gone, 'reserve', GONE);
    await ingress.pool.query(
      "insert into deliveries (tenant, flow, case_id, subject, sent, taken) values ('default', 'fraud', $1, 'c', 9000, 8000)",
      [busy.caseId],
    );
    const before = await allRows(ingress.pool);
    const asked = [
      idOf(unsent, 'release'),
      idOf(unsent, 'reserve'),
      idOf(busy, 'reserve'),
      idOf(gone, 'reserve'),
      idOf(takenBack, 'release'),
    ];
    const { status, json } = await preview({ actions: [...asked, idOf(fails, 'reserve'), 'act_fraud.999999.reserve'] });
    expect(status).toBe(200);
    expect(actionsPreview.strict().safeParse(json).error).toBeUndefined();
    const would = Object.fromEntries(
      json.items.map(({ action, would: one }: { action: string; would: { refused: { code: string } | null } }) => [
        action,
        { ...one, refused: one.refused?.code ?? null },
      ]),
    );
    const free = { brings: [], comesWith: null, refused: null };
    expect(would).toEqual({
      [idOf(fails, 'reserve')]: { ...free, brings: ['release'], refused: 'receiver-disabled' },
      [idOf(unsent, 'release')]: { ...free, brings: ['reserve'], refused: 'receiver-disabled' },
      [idOf(unsent, 'reserve')]: { ...free, brings: ['release'], refused: 'receiver-disabled' },
      [idOf(takenBack, 'release')]: { ...free, refused: 'not-dead' },
      [idOf(gone, 'reserve')]: { ...free, brings: ['release'], refused: 'receiver-disabled' },
      [idOf(busy, 'reserve')]: { ...free, brings: ['release'], refused: 'receiver-disabled' },
    });
    await enable();
    const enabled = (await preview({ actions: asked })).json.items;
    expect(
      enabled.map(({ action, would: one }: { action: string; would: { comesWith: string; refused: { code: string } | null } }) => [
        ...[action, one.comesWith, one.refused?.code ?? null],
      ]),
    ).toEqual([
      ...[
        [idOf(unsent, 'release'), null, null],
        [idOf(unsent, 'reserve'), idOf(unsent, 'release'), null],
        [idOf(takenBack, 'release'), null, 'not-dead'],
      ],
      ...[
        [idOf(gone, 'reserve'), null, null],
        [idOf(busy, 'reserve'), null, 'case-busy'],
      ],
    ]);
    expect(await allRows(ingress.pool)).toEqual(before);
    await ingress.pool.query('delete from deliveries where case_id = $1', [busy.caseId]);

    const [release] = enabled;
    expect(await redriveAs(release.action, release.etag)).toMatchObject({ status: 200, json: { state: 'planned' } });
    // what it brought is not what was previewed any more, and needs nothing
    expectProblem(await redriveAs(idOf(unsent, 'reserve'), enabled[1].etag), 412, 'stale');
    expect((await get(`/v1/actions/${idOf(unsent, 'reserve')}`)).json.state).toBe('planned');
    // it failed once more meanwhile: somebody else had it sent
    const { etag } = enabled[3];
    expect((await redriveAs(idOf(gone, 'reserve'), etag)).status).toBe(200);
    await end(gone, 'reserve', REFUSED);
    expectProblem(await redriveAs(idOf(gone, 'reserve'), etag), 412, 'stale');
  });

  it('takes a filter, in pages that miss none, and counts by flow, action and error', async () => {
    const at = await decided();
    await end(at, 'reserve', { state: 'dead', error: { code: 'target-refused', said: 'no' } });
    const found: string[] = [];
    for (let after: object = {}; ; ) {
      const { json } = await preview({ limit: 1, flow: 'fraud', action: 'reserve', ...after });
      found.push(...json.items.map(({ action }: { action: string }) => action));
      if (json.next === null) break;
      after = { after: json.next };
    }
    const { json } = await preview({ flow: 'fraud', action: 'reserve' });
    expect([found.length, found.at(-1), new Set(found).size]).toEqual([json.total.count, idOf(at, 'reserve'), found.length]);
    expect(json.groups).toContainEqual({ flow: 'fraud', name: 'reserve', code: 'target-refused', count: 1 });
    expect((await preview({ code: 'target-refused' })).json).toMatchObject({
      total: { count: 1 },
      items: [{ action: idOf(at, 'reserve') }],
    });
    expect((await preview({ state: 'not-sent', flow: 'other' })).json).toMatchObject({ items: [], next: null, total: { count: 0 } });
    expectProblem(await preview({}, reader), 403);
    expectProblem(await preview({ actions: [idOf(at, 'reserve')], state: 'dead' }), 400);
    expectProblem(await preview({ actions: ['act_x'] }), 404);
  });
});

describe('receivers', () => {
  it('lists a receiver that answered 410 without its secrets, and sends to it again when told to', async () => {
    const at = await decided();
    await end(at, 'reserve', GONE);
    const { json, text } = await get('/v1/receivers');
    expect(text).not.toContain('hush');
    expect(json).toEqual({
      items: [expect.objectContaining({ id: RECEIVER.id, url: 'https://hook.example/path', state: 'disabled' })],
      next: expect.any(String),
      more: false,
    });
    expect(receiverShape.strict().safeParse(json.items[0]).error).toBeUndefined();
    expectProblem(await redrive(`act_fraud.${at.position}.reserve`), 409, 'receiver-disabled');
    expectProblem(await ask(`${ingress.url}/v1/receivers/${RECEIVER.id}/enable`, { method: 'POST', headers: reader }), 403);
    expect(await enable()).toMatchObject({ status: 200, json: { state: 'enabled', disabledAt: null, enabledBy: 'ann' } });
    const { json: again } = await enable();
    expect(again).toEqual((await get('/v1/receivers')).json.items[0]);
    expect(await redrive(`act_fraud.${at.position}.reserve`)).toMatchObject({ status: 200 });
  });

  it('are listed in pages, each once', async () => {
    await ingress.pool.query(
      `insert into receivers (tenant, receiver, url, disabled_at, why)
       select 'default', 'rcv_' || lpad(to_hex(n), 16, '0'), 'https://hook.example/', now(), 'answered 410' from generate_series(1, 4) n`,
    );
    const { json: all } = await get('/v1/receivers');
    const ids = all.items.map(({ id }: { id: string }) => id);
    expect(ids.length).toBeGreaterThanOrEqual(4);
    const read: string[] = [];
    let [after, more] = ['', true];
    while (more) {
      const { json } = await get(`/v1/receivers?limit=3${after}`);
      read.push(...json.items.map(({ id }: { id: string }) => id));
      [after, more] = [`&after=${json.next}`, json.more];
    }
    expect(read).toEqual(ids);
    expect((await get(`/v1/receivers?limit=3${after}`)).json).toMatchObject({ items: [], more: false });
    for (const query of ['limit=0', 'limit=x', 'after=x', 'state=disabled'])
      expectProblem(await get(`/v1/receivers?${query}`), 400, 'bad-query');
  });

  it.each(['rcv_0000000000000000', 'rcv_x', '%00'])('POST /v1/receivers/%s/enable: 404', async (id) => {
    expectProblem(await ask(`${ingress.url}/v1/receivers/${id}/enable`, { method: 'POST', headers: admin }), 404);
  });
});

describe('POST /v1/actions/:action/undo', () => {
  const undo = (id: string, body: unknown = { reason: 'the wrong card' }, headers = admin): Promise<Answer> =>
    ask(`${ingress.url}/v1/actions/${id}/undo`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });

  it('plans the undo of what was done, once, with its outcome and result, and puts its event back into the mailbox', async () => {
    const at = await decided();
    const id = `act_fraud.${at.position}.reserve`;
    expectProblem(await undo(id), 409, 'not-undoable');
    await end(at, 'reserve', DONE);
    // the other one of the outcome may still fail, and the saga would take this one back
    expectProblem(await undo(id), 409, 'not-undoable');
    await end(at, 'release', DONE);
    expectProblem(await undo(id, { reason: 'r' }, reader), 403);
    expectProblem(await undo(id, {}), 400, 'bad-request');
    expectProblem(await undo(`act_fraud.${at.position}.release`), 409, 'not-undoable');
    expectProblem(await undo('act_fraud.999999.reserve'), 404);
    const { message } = (await get(`/v1/actions/${id}`)).json;
    const planned = await undo(id);
    expect(planned).toMatchObject({ status: 200, json: { action: 'unreserve', undoes: id, state: 'planned' } });
    const { outcome, result } = message.data;
    expect(planned.json.message).toMatchObject({ type: 'fraud.unreserve', data: { outcome, result, undoes: id } });
    expect((await ingress.pool.query('select from mailboxes where position = $1', [at.position])).rowCount).toBe(1);
    expectProblem(await undo(id), 409, 'not-undoable');
    await end(at, 'unreserve', DONE);
    expectProblem(await undo(id), 409, 'not-undoable');
    const { rows } = await ingress.pool.query<{ title: string }>(
      "select title from records where event_position = $1 and kind = 'action' order by position",
      [at.position],
    );
    expect(rows.map(({ title }) => title).slice(2)).toEqual([
      'reserve: is taken back, by ann: the wrong card',
      'unreserve: done, reserve is taken back',
    ]);
  });

  it('refuses one whose event is in its mailbox: its case has not ended', async () => {
    const at = await decided();
    for (const action of ['reserve', 'release']) await end(at, action, DONE);
    await ingress.pool.query(
      "insert into mailboxes (tenant, flow, case_id, position, subject, bytes, found, why) values ('default', 'fraud', $1, $2, 's', 0, '{}', 'look')",
      [at.caseId, at.position],
    );
    const refused = await undo(`act_fraud.${at.position}.reserve`);
    expectProblem(refused, 409, 'not-undoable');
    expect(refused.json.detail).toContain('has not ended');
    await ingress.pool.query('delete from mailboxes where position = $1', [at.position]);
    expect((await get(`/v1/actions?event=evt_fraud.${at.position}`)).json.items).toHaveLength(2);
  });
});
