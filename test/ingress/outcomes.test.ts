/**
 * Anyone may say of any flow's decision what turned out to be true. The bugs this hunts: such an event that goes to nobody, that
 * its flow's reflex chokes on, or that is believed though what it names is not there.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { audit } from '../../src/audit/audit.ts';
import { activateFlow } from '../../src/log/activate.ts';
import { openDatabase, type Pool } from '../../src/log/db/database.ts';
import { Logs } from '../../src/log/logs.ts';
import { rebuild } from '../../src/log/rebuild.ts';
import { joinOutcomes } from '../../src/outcomes/joinOutcomes.ts';
import { claims } from '../support/claims.ts';
import { ledger, parcel } from '../support/flows.ts';
import { type Answer, ask, BATCH, eventOf, post } from '../support/http.ts';
import { startIngress, type TestIngress } from '../support/ingress.ts';
import { startPostgres } from '../support/postgres.ts';

let ingress: TestIngress;
let pool: Pool;
let made = 0;
const flows = [ledger, parcel, claims];

beforeAll(async () => {
  const database = await (await startPostgres()).fresh();
  ingress = await startIngress({ database, flows });
  pool = openDatabase(database, { name: 'test', statementTimeoutMs: 0 });
});
afterAll(async () => {
  expect(ingress.errors).toEqual([]);
  await ingress.close();
  await pool.end();
});

const get = (path: string): Promise<Answer> => ask(`${ingress.url}${path}`);
const send = (type: string, data: object, id = `o-${++made}`): Promise<Answer> =>
  post(ingress.url, eventOf({ id, source: '/outcomes', type, data }));
const say = (data: object, id?: string): Promise<Answer> => send('decision.outcome', data, id);
async function follow(): Promise<void> {
  for (const flow of flows) for (let state = 'more'; state !== 'all'; ) ({ state } = await joinOutcomes(pool, { tenant: 'default', flow }));
}

describe('decision.outcome', () => {
  it('is recorded in the log of the flow that it names, once, and says so of the decision', async () => {
    const { json: booked } = await send('amount.booked', { account: 'a', amount: 500 });
    const { status, json } = await say({ decision: booked.decision.id, truth: 'fine', note: 'kept' }, 'once');
    expect(status).toBe(202);
    expect(json).toMatchObject({ status: 'recorded', flow: 'ledger', subject: 'a', decision: null });
    expect((await get(json.links.event)).json.cloudevent.data).toMatchObject({ note: 'kept' });
    const again = await say({ decision: booked.decision.id, truth: 'fine', note: 'kept' }, 'once');
    expect(again).toMatchObject({ status: 202, json: { event: json.event, duplicate: true } });
    expect((await say({ decision: booked.decision.id, truth: 'alarm' }, 'once')).status).toBe(409);
    expect((await get(booked.links.decision)).json.truth).toBeNull();
    await follow();
    expect((await get(booked.links.decision)).json.truth).toEqual({ truth: 'fine', at: expect.any(String), event: json.event });
    const { items } = (await get('/v1/flows/ledger/subjects/a')).json;
    expect(items.find(({ kind }: { kind: string }) => kind === 'outcome')).toMatchObject({
      ...{ id: expect.stringMatching(/^out_ledger\./), title: `fine: ${booked.decision.id}`, causes: [json.event, booked.event] },
      detail: { truth: 'fine', event: booked.event, decision: booked.decision.id, label: json.event },
    });
  });

  it('labels a flow without labels by its outcomes, and one without a reflex', async () => {
    const { json: scanned } = await send('parcel.scanned', { parcel: 'p-1' });
    // before its decision
    expect((await say({ event: scanned.event, truth: 'seen' })).json).toMatchObject({ status: 'recorded', flow: 'parcel', subject: 'p-1' });
    await follow();
    expect((await get('/v1/flows/parcel/quality')).json).toMatchObject({
      positive: null,
      silence: null,
      truths: ['seen'],
      all: { decisions: 0 },
    });
    expect((await get('/v1/flows/ledger/quality')).json.all).toMatchObject({ decisions: 1, right: 0, wrong: 1, precision: null });
  });

  it('finds an event by its business key, also when that comes later', async () => {
    expect((await say({ flow: 'claims', subject: 'ann', key: 'k-1', truth: 'bad' })).json).toMatchObject({
      status: 'recorded',
      flow: 'claims',
      subject: 'ann',
    });
    await follow();
    expect((await get('/v1/flows/claims/quality')).json).toMatchObject({ labels: { waiting: 1 } });
    const { json } = await send('claim.filed', { holder: 'ann', claim: 'k-1', score: 0.1 });
    await follow();
    expect((await get(json.links.decision)).json.truth).toMatchObject({ truth: 'bad' });
  });

  const refused: [string, object, string][] = [
    ['a decision that is not there', { decision: 'dec_ledger.999.0', truth: 'fine' }, '/data/decision'],
    ['a revision that is not there', { decision: 'dec_ledger.3.7', truth: 'fine' }, '/data/decision'],
    ['an id of another kind', { decision: 'evt_ledger.3', truth: 'fine' }, '/data/decision'],
    ['an event of another tenant', { event: 'evt_acme.ledger.3', truth: 'fine' }, '/data/event'],
    ['an entry that is no event', { event: 'evt_ledger.1', truth: 'fine' }, '/data/event'],
    ['a flow that is not there', { flow: 'nothing', subject: 'a', key: 'k', truth: 'fine' }, '/data/flow'],
    ['a flow without business keys', { flow: 'ledger', subject: 'a', key: 'k', truth: 'fine' }, '/data/key'],
    ['a subject that the database cannot hold', { flow: 'claims', subject: 'a\u0000', key: 'k', truth: 'bad' }, '/data/subject'],
    ['an unknown truth', { decision: 'dec_ledger.3.0', truth: 'maybe' }, '/data/truth'],
    ['no truth', { decision: 'dec_ledger.3.0' }, '/data/truth'],
    ['two ways at once', { decision: 'dec_ledger.3.0', event: 'evt_ledger.3', truth: 'fine' }, '/data'],
    ['a part of a key', { flow: 'claims', key: 'k', truth: 'bad' }, '/data'],
    ['nothing', { truth: 'bad' }, '/data'],
  ];
  it.each(refused)('is refused with a pointer where it names %s', async (_, data, pointer) => {
    const before = (await pool.query('select from entries')).rowCount;
    const answer = await say(data);
    expect(answer).toMatchObject({ status: 422, json: { code: 'off-schema', errors: [{ pointer }] } });
    expect((await pool.query('select from entries')).rowCount).toBe(before);
  });

  it('stands in a batch beside others, each for itself', async () => {
    const events = [
      eventOf({ id: 'b-1', type: 'decision.outcome', data: { event: 'evt_ledger.3', truth: 'alarm' } }),
      eventOf({ id: 'b-2', data: { account: 'b', amount: 1 } }),
      eventOf({ id: 'b-3', type: 'decision.outcome', data: { event: 'evt_ledger.999', truth: 'alarm' } }),
      eventOf({ id: 'b-4', type: 'decision.outcome', data: { flow: 'claims', subject: 'x', key: 'k', truth: 'bad' } }),
    ];
    const { json } = await ask(`${ingress.url}/v1/events`, {
      method: 'POST',
      headers: { 'content-type': BATCH },
      body: JSON.stringify(events),
    });
    expect(json.results.map(({ status, flow }: { status: string; flow?: string }) => `${status} ${flow}`)).toEqual([
      'recorded ledger',
      'decided ledger',
      'rejected undefined',
      'recorded claims',
    ]);
  });

  it('adds up in the audit, and a rebuild folds as it was folded', async () => {
    await follow();
    expect(await audit(pool)).toMatchObject({ ok: true, findings: [] });
    expect((await rebuild(pool, { tenant: 'default', flow: ledger, write: false })).differences).toEqual([]);
  });

  it('can be no type of a flow', async () => {
    const taken = { ...parcel, types: { 'decision.outcome': parcel.types['parcel.scanned'] } } as typeof parcel;
    expect(() => new Logs({ pool, tenant: 'default', flows: [taken], mailed: () => undefined })).toThrow(
      /Cannot route decision\.outcome to parcel/,
    );
    await activateFlow(pool, 'default', parcel);
  });
});

describe('GET /v1/flows/:flow/quality', () => {
  it('tells by what it is asked for, and refuses what it does not know', async () => {
    expect((await get('/v1/flows/ledger/quality?by=model')).json).toMatchObject({ flow: 'ledger', by: 'model', groups: [], leftOut: 0 });
    expect((await get('/v1/flows/ledger/quality?from=2026-01-01&to=2026-01-31')).json).toMatchObject({
      from: '2026-01-01',
      all: { decisions: 0 },
    });
    expect((await get('/v1/flows/nothing/quality')).status).toBe(404);
    for (const query of ['by=subject', 'from=yesterday', 'from=2026-02-01&to=2026-01-01', 'limit=3', 'from=0000-01-01', 'to=0000-12-31'])
      expect(await get(`/v1/flows/ledger/quality?${query}`)).toMatchObject({ status: 400, json: { code: 'bad-query' } });
    expect((await get('/v1/flows/ledger/quality?from=0001-01-01&to=9999-12-31')).status).toBe(200);
  });
});

describe('GET /metrics', () => {
  it('shows decisions, judged ones, precision and recall by flow and rung, and no figure where there is none', async () => {
    await send('claim.filed', { holder: 'ann', claim: 'k-2', score: 0.9 });
    await say({ flow: 'claims', subject: 'ann', key: 'k-2', truth: 'bad' });
    await follow();
    const { text } = await get('/metrics');
    expect(text).toContain('signalbox_decisions{flow="claims",rung="model",outcome="refuse"} 1');
    expect(text).toContain('signalbox_decisions_judged{flow="claims",rung="model",judged="right"} 1');
    expect(text).toContain('signalbox_decisions_judged{flow="claims",rung="model",judged="wrong"} 1');
    expect(text).toContain('signalbox_decision_precision{flow="claims",rung="model"} 1');
    expect(text).toContain('signalbox_decision_recall{flow="claims",rung="model"} 0.5');
    expect(text).toContain('signalbox_outcomes_behind{flow="claims"} 0');
    expect(text).not.toContain('signalbox_decision_precision{flow="ledger"');
  });
});
