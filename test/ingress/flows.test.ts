/** Flows, timelines and quarantine. The bugs this hunts: a timeline out of order, an event that leaves quarantine without a fold. */
import { describe, expect, it } from '@jest/globals';
import { openBooked } from '../support/booked.ts';
import { ledger, parcel } from '../support/flows.ts';
import { ask, eventOf, post } from '../support/http.ts';
import { ingressOfFile } from '../support/ingressOfFile.ts';

const ingress = ingressOfFile({ flows: [ledger, parcel] });

const { get, book, readAll } = openBooked(ingress);

describe('GET /v1/flows', () => {
  it('shows each flow with its types, policy, code and what is open', async () => {
    const { json } = await get('/v1/flows');
    expect(json.items.map(({ name }: { name: string }) => name)).toEqual(['ledger', 'parcel']);
    expect(json).toMatchObject({ next: expect.stringMatching(/./), more: false });
    expect((await get('/v1/flows/ledger')).json).toMatchObject({
      ...{ name: 'ledger', title: 'Test ledger', code: 'ledger-code-1', policy: expect.stringMatching(/^ledger@[0-9a-f]{12}$/) },
      types: { 'amount.booked': { type: 'object', required: ['account', 'amount'] } },
    });
  });

  // it took no notice of `after` and `limit`: whoever went on from its end read all of them again
  it('is a list like the others: in pages, each once, nothing after its end, garbage refused', async () => {
    const { items, next } = await readAll('/v1/flows', 1);
    expect(items).toEqual((await get('/v1/flows')).json.items);
    expect((await get(`/v1/flows?after=${next}`)).json).toEqual({ items: [], next, more: false });
    for (const query of ['limit=0', 'limit=1001', 'after=%00', 'flow=ledger']) {
      const { status, json } = await get(`/v1/flows?${query}`);
      expect([status, json.code]).toEqual([400, 'bad-query']);
    }
  });
});

describe('GET /v1/flows/:flow/subjects/:subject', () => {
  it('tells events and decisions in order, each with its cause, in pages', async () => {
    await book('/timeline', 5, { data: { account: 'a/b c', amount: 7 } });
    const path = '/v1/flows/ledger/subjects/a%2Fb%20c';
    const { json } = await get(path);
    expect(json).toMatchObject({ flow: 'ledger', subject: 'a/b c', workflow: null, state: { count: 5, sum: 35 }, more: false });
    expect(json.items.map(({ kind }: { kind: string }) => kind)).toEqual(new Array(5).fill(['event', 'decision']).flat());
    expect(json.items[1].causes).toEqual([json.items[0].id]);
    expect(json.items[0].detail.cloudevent.data).toEqual({ account: 'a/b c', amount: 7 });
    const paged = await readAll(path, 3);
    expect(paged.items.map(({ id }) => id)).toEqual(json.items.map(({ id }: { id: string }) => id));
    expect((await get(`${path}?after=${paged.next}`)).json.items).toEqual([]);
  });
});

describe('GET /v1/quarantine', () => {
  it('says what could not be folded and why, and takes it out again when it folds', async () => {
    const { json: receipt } = await post(ingress.url, eventOf({ id: 'q', source: '/q', data: { account: 'q', amount: 13 } }));
    expect(receipt.status).toBe('quarantined');
    const { json } = await get('/v1/quarantine?flow=ledger');
    expect(json.items).toMatchObject([
      { event: receipt.event, type: 'amount.booked', subject: 'q', reason: expect.stringContaining('thirteen') },
    ]);
    const again = await ask(`${ingress.url}/v1/quarantine/${receipt.event}/redrive`, { method: 'POST' });
    expect(again).toMatchObject({ status: 422, json: { code: 'off-schema' } });
    expect((await ask(`${ingress.url}/v1/quarantine/evt_ledger.999999/redrive`, { method: 'POST' })).status).toBe(404);
  });
});
