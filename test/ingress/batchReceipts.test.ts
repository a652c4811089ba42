/** A batch's answer is put together as text. The bug this hunts: it says another thing, or in another form, than the event's own receipt. */
import { describe, expect, it } from '@jest/globals';
import { ledger, parcel } from '../support/flows.ts';
import { ask, BATCH, eventOf, post } from '../support/http.ts';
import { ingressOfFile } from '../support/ingressOfFile.ts';

const ingress = ingressOfFile({ flows: [ledger, parcel] });

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
    const batch = await ask(`${ingress.url}/v1/events`, {
      method: 'POST',
      headers: { 'content-type': BATCH },
      body: JSON.stringify(EVENTS),
    });
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
