/** Why not, over HTTP. The bugs this hunts: an event that nobody took and about which nothing is said, an outcome that is unknown and answered as if it were not. */
import { describe, expect, it } from '@jest/globals';
import { fraud } from '../../src/flows/fraud/flow.ts';
import { whyNot as whyNotShape } from '../../src/wire/whyNot.ts';
import { expectProblem } from '../support/expectProblem.ts';
import { ledger, parcel } from '../support/flows.ts';
import { ask, eventOf, post } from '../support/http.ts';
import { ingressOfFile } from '../support/ingressOfFile.ts';

const ingress = ingressOfFile({ flows: [ledger, parcel, fraud as never] });
const why = (event: string, query = '') => ask(`${ingress.url}/v1/events/${event}/why-not${query}`);
const pay = (n: number, amount: number) =>
  post(
    ingress.url,
    eventOf({
      id: `pay-${n}`,
      type: 'payment.attempted',
      data: { paymentId: `p-${n}`, cardId: 'c', terminalId: 't', amount, currency: 'EUR' },
    }),
  );

describe('GET /v1/events/:event/why-not', () => {
  it('names the first condition that did not hold, with what was seen and needed, by the policy of the decision', async () => {
    for (let n = 0; n < 10; n += 1) await pay(n, 20);
    const { json: receipt } = await pay(10, 20);
    const { status, json } = await why(receipt.event, '?outcome=approve');
    expect(status).toBe(200);
    expect(whyNotShape.safeParse(json).error).toBeUndefined();
    expect(json.text).toBe('approve did not happen: payments of the card within an hour: 11, and it takes at most 10');
    const [of, ...others] = json.flows;
    expect(of).toMatchObject({
      flow: 'fraud',
      outcome: 'review',
      provisional: true,
      decision: receipt.decision.id,
      score: { bands: [{ outcome: 'approve' }, {}, {}] },
    });
    expect(of.outcomes[0].first).toMatchObject({ rung: 'rules', name: 'velocity', seen: 11, needed: 'at most 10', met: false });
    expect(others.map(({ flow, takes }: { flow: string; takes: boolean }) => [flow, takes])).toEqual([
      ['ledger', false],
      ['parcel', false],
    ]);
    const all = await why(receipt.event);
    expect(all.json.flows[0].outcomes.map(({ outcome }: { outcome: string }) => outcome)).toEqual(['approve', 'decline', 'review']);
  });

  it('says what happened where it did', async () => {
    const { json: receipt } = await post(ingress.url, eventOf({ id: 'fine', data: { account: 'a', amount: 5 } }));
    const { json } = await why(receipt.event, '?outcome=fine');
    expect(json).toMatchObject({
      text: 'fine did happen',
      flows: [{ flow: 'ledger', outcomes: [{ happened: true, first: null }] }, {}, {}],
    });
    expect((await why(receipt.event, '?outcome=alarm')).json.flows[0].outcomes[0].first).toMatchObject({
      seen: 'said fine',
      needed: 'alarm',
    });
    // an outcome of another flow
    expect((await why(receipt.event, '?outcome=decline')).json.flows[0].text).toBe('ledger has no outcome decline: fine, alarm');
  });

  it('says of an event that no flow took which types they take', async () => {
    const { json: receipt } = await post(ingress.url, eventOf({ id: 'nobody', type: 'amount.bookd' }));
    const { json } = await why(receipt.event);
    expect(json.text).toContain('No flow took amount.bookd');
    expect(json.flows[0]).toMatchObject({
      flow: 'ledger',
      takes: false,
      event: null,
      text: expect.stringContaining('did you mean amount.booked?'),
    });
  });

  it.each([
    ['in quarantine', { data: { account: 'q', amount: 13 } }, 'quarantined', 'thirteen is not counted'],
    ['that had expired', { expirytime: '2020-01-01T00:00:00Z' }, 'expired', 'It had expired'],
    ['for a case', { type: 'parcel.scanned', data: { parcel: 'p' } }, 'signalled', 'Its case has not decided yet'],
  ])('says of an event %s why nothing was decided', async (id, more, status, text) => {
    const { json: receipt } = await post(ingress.url, eventOf({ id, ...more }));
    const { json } = await why(receipt.event);
    expect(json.flows[0]).toMatchObject({ status, outcome: null, text: expect.stringContaining(text) });
    expect(json.text).toContain(text);
  });

  it('refuses an outcome that no flow has, and names those there are', async () => {
    const { json: receipt } = await post(ingress.url, eventOf({ id: 'asked' }));
    const refused = await why(receipt.event, '?outcome=declin');
    expectProblem(refused, 422);
    expect(refused.json).toMatchObject({ code: 'unknown-outcome', detail: expect.stringContaining('did you mean decline?') });
    expect(refused.json.outcomes).toEqual(['alarm', 'approve', 'decline', 'fine', 'seen']);
    expectProblem(await why('evt_ledger.99999'), 404);
  });
});
