/**
 * Texts that JSON can carry and the database cannot. The bug this hunts: one such event fails the batch that it was
 * committed in, and with it the events of others.
 */
import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { ledger, parcel } from '../support/flows.ts';
import { ask, BATCH, eventOf, post } from '../support/http.ts';
import { ingressOfFile } from '../support/ingressOfFile.ts';

const ingress = ingressOfFile({ flows: [ledger, parcel] });

describe('POST /v1/events', () => {
  it.each([
    ['U+0000', 'a\u0000b'],
    ['half a surrogate pair', 'a\ud800b'],
    ['2,049 bytes', 'x'.repeat(2049)],
    ['nothing', ''],
  ])('refuses a subject with %s alone: the rest of the batch is accepted', async (name, account) => {
    const events = [eventOf({ id: `good ${name}` }), eventOf({ id: `bad ${name}`, data: { account, amount: 1 } })];
    const { status, json } = await ask(`${ingress.url}/v1/events`, {
      method: 'POST',
      headers: { 'content-type': BATCH },
      body: JSON.stringify(events),
    });
    expect(status).toBe(202);
    expect(json.results.map((result: { status: string; problem?: { status: number } }) => result.problem?.status ?? result.status)).toEqual(
      ['decided', 422],
    );
  });

  it('takes keys of the longest kind, and serves what stands under them', async () => {
    const text = (bytes: number): string => randomBytes(bytes).toString('base64url').slice(0, bytes);
    const account = text(500);
    const event = eventOf({ id: text(1024), source: `/${text(1023)}`, type: 'amount.booked', data: { account, amount: 5000 } });
    const { status, json } = await post(ingress.url, event);
    expect(status).toBe(202);
    expect((await ask(`${ingress.url}${json.links.event}`)).json.cloudevent).toEqual(event);
    expect((await ask(`${ingress.url}${json.links.subject}`)).json.subject).toBe(account);
    const query = new URLSearchParams({ source: String(event.source), id: String(event.id) });
    expect((await ask(`${ingress.url}/v1/events?${query}`)).json.items.length).toBe(1);
  });

  it('takes a subject of the longest kind', async () => {
    const name = randomBytes(2048).toString('base64url').slice(0, 2048);
    const { status, json } = await post(ingress.url, eventOf({ id: 'long', type: 'parcel.scanned', data: { parcel: name } }));
    expect({ status, subject: json.subject }).toEqual({ status: 202, subject: name });
    expect((await ask(`${ingress.url}${json.links.subject}`)).status).toBe(200);
  });

  it.each(['x\u0000', 'x\udfff'])('quarantines an event whose state key cannot be stored: %j', async (region) => {
    const { status, json } = await post(
      ingress.url,
      eventOf({ id: `region ${region.charCodeAt(1)}`, data: { account: 'a', amount: 1, region } }),
    );
    expect({ status, ending: json.status }).toEqual({ status: 202, ending: 'quarantined' });
    expect((await ask(`${ingress.url}${json.links.event}`)).json.cloudevent.data.region).toBe(region);
  });
});
