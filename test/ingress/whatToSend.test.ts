/** The first hour of a sender. The bug this hunts: a refusal, or an acceptance, after which he does not know what to do otherwise. */
import { describe, expect, it } from '@jest/globals';
import { receipt } from '../../src/wire/receipt.ts';
import { expectProblem } from '../support/expectProblem.ts';
import { ledger, parcel } from '../support/flows.ts';
import { ask, BATCH, eventOf, post, STRUCTURED } from '../support/http.ts';
import { ingressOfFile } from '../support/ingressOfFile.ts';

const ingress = ingressOfFile({ flows: [ledger, parcel] });

const sent = (contentType: string, body: unknown) =>
  ask(`${ingress.url}/v1/events`, { method: 'POST', headers: { 'content-type': contentType }, body: JSON.stringify(body) });

describe('POST /v1/events of a type that no flow takes', () => {
  it('is kept, and its receipt names the type that was probably meant', async () => {
    const event = eventOf({ id: 'a', type: 'amount.boked' });
    const { status, json } = await post(ingress.url, event);
    expect(status).toBe(202);
    expect(json).toMatchObject({ status: 'unrouted', note: 'No flow takes events of type amount.boked (did you mean amount.booked?)' });
    expect(receipt.strict().safeParse(json).error).toBeUndefined();
    // again, and in a batch, the same is said
    expect((await post(ingress.url, event)).json).toEqual({ ...json, duplicate: true });
    const { results } = (await sent(BATCH, [eventOf({ id: 'b', type: 'amount.boked' }), eventOf({ id: 'c', type: 'nobody.knows' })])).json;
    expect(results.map(({ note }: { note: string }) => note)).toEqual([json.note, 'No flow takes events of type nobody.knows']);
    expect((await post(ingress.url, eventOf({ id: 'd' }))).json).not.toHaveProperty('note');
  });
});

describe('POST /v1/events of what is no event by its headers', () => {
  it.each([
    [
      'application/json',
      /application\/json says that it is JSON, not that it is an event\. Send it as application\/cloudevents\+json, an array/,
    ],
    ['application/x-www-form-urlencoded', /is what `curl -d` sends unless it is told -H 'content-type: application\/cloudevents\+json'/],
    ['text/plain', /neither a CloudEvents content type nor any ce- header\. Send it as application\/cloudevents\+json/],
  ])('as %s says what to send', async (type, said) => {
    const answer = await sent(type, eventOf({ id: 'x' }));
    expectProblem(answer, 415, 'unsupported-media');
    expect(answer.json.detail).toMatch(said);
  });

  it('as an array without the type of batches, or the other way round, says which type it is', async () => {
    const array = await sent(STRUCTURED, [eventOf({ id: 'x' })]);
    expectProblem(array, 400, 'bad-event');
    expect(array.json.detail).toBe('Cannot read an array as one event: send it as application/cloudevents-batch+json');
    const single = await sent(BATCH, eventOf({ id: 'x' }));
    expectProblem(single, 400, 'bad-event');
    expect(single.json.detail).toBe('Cannot read a batch that is not a JSON array: send one event as application/cloudevents+json');
  });
});
