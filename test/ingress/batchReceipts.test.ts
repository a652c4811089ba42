/** A batch's answer is put together as text. The bug this hunts: it says another thing, or in another form, than the event's own receipt. */
import { beforeAll, describe, expect, it } from '@jest/globals';
import { ledger, parcel } from '../support/flows.ts';
import { ask, BATCH, eventOf, post } from '../support/http.ts';
import { ingressOfFile } from '../support/ingressOfFile.ts';

const ingress = ingressOfFile({ flows: [ledger, parcel] });

const postBatch = (events: readonly object[]) =>
  ask(`${ingress.url}/v1/events`, { method: 'POST', headers: { 'content-type': BATCH }, body: JSON.stringify(events) });

const EVENTS = [
  eventOf({ id: 'decided' }),
  eventOf({ id: 'asks', data: { account: 'b', amount: 5000 } }),
  eventOf({ id: 'quarantined', data: { account: 'a', amount: 13 } }),
  eventOf({ id: 'to its case', type: 'parcel.scanned', data: { parcel: 'a/b' } }),
  eventOf({ id: 'unrouted', type: 'nobody.knows' }),
  eventOf({ id: 'a "quoted" \\ äöü 𝄞', source: '/test?a=%22&b=1', data: { account: '"} é 𝄞', amount: 2 } }),
];

describe('POST /v1/events gives an event of a batch', () => {
  it('the receipt that it gives the event alone', async () => {
    const batch = await postBatch(EVENTS);
    expect(batch.status).toBe(202);
    expect(batch.json.results.map(({ status }: { status: string }) => status)).toEqual([
      'decided',
      'signalled',
      'quarantined',
      'signalled',
      'unrouted',
      'decided',
    ]);
    const repeats = await Promise.all(EVENTS.map((event) => post(ingress.url, event)));
    const alone = repeats.map(({ json: { duplicate, ...receipt } }) => ({ duplicate, receipt }));
    expect(alone.map(({ duplicate }) => duplicate)).toEqual(EVENTS.map(() => true));
    // as text: members in the same order, numbers and escapes written the same way
    expect(batch.text).toBe(JSON.stringify({ results: alone.map(({ receipt }) => receipt) }));
  });
});

describe('POST /v1/events answers a batch of which nothing is accepted', () => {
  const bad = { specversion: '1.0' };
  const scanned = { type: 'parcel.scanned', data: { parcel: 'c' } };

  beforeAll(() => ingress.pool.query("update heads set code = 'of another build' where log = 'parcel'"));

  it('with 422 and why each was refused', async () => {
    await post(ingress.url, eventOf({ id: 'taken before' }));
    const { status, json } = await postBatch([bad, eventOf({ id: 'taken before', data: { account: 'z', amount: 9 } })]);
    expect([status, json.code]).toEqual([422, 'none-accepted']);
    expect(json.results.map(({ problem }: { problem: { code: string } }) => problem.code)).toEqual(['bad-event', 'conflict']);
  });

  // it got 422 as soon as one was bad as well: whoever believed that dropped the others
  it('with 503 where good ones are refused for want of something here, whatever stands beside them', async () => {
    for (const beside of [[], [bad]]) {
      const { status, json, headers } = await postBatch([...beside, eventOf({ id: 'x', ...scanned }), eventOf({ id: 'y', ...scanned })]);
      expect([status, json.code, headers.get('retry-after')]).toEqual([503, 'other-code', '1']);
    }
  });

  it('and with 202 where one log takes its own', async () => {
    const { status, json } = await postBatch([eventOf({ id: 'x', ...scanned }), eventOf({ id: 'taken' })]);
    expect([status, json.results[0].problem.code, json.results[1].status]).toEqual([202, 'other-code', 'decided']);
  });
});
