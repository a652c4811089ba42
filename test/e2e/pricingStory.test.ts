/**
 * Pricing on the real stack, from sales to a price that is taken back: demand is learnt, a small move is made at once, a person is asked about
 * a larger one and changes it within limits, the receiver gets each price once, and one that was a mistake is what it was.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ServiceClient } from '../../src/client/serviceClient.ts';
import type { JsonObject } from '../../src/domain/event.ts';
import { pricing } from '../../src/flows/pricing/flow.ts';
import type { PricingPolicy } from '../../src/flows/pricing/policy.ts';
import { inHoldout } from '../../src/flows/pricing/takeFact.ts';
import { parsePolicy } from '../../src/policy/policy.ts';
import type { ActionDetail } from '../../src/wire/action.ts';
import type { Receipt } from '../../src/wire/receipt.ts';
import { signalbox } from '../support/command.ts';
import { eventually } from '../support/eventually.ts';
import { openService, type Service } from '../support/service.ts';
import { openSignedReceiver, type SignedReceiver } from '../support/signedReceiver.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';

const BUILD_AND_START_MS = 180_000;
const WEEK_MS = 7 * 86_400_000;
const WEEKS = 30;

const policy = parsePolicy(pricing, pricing.policyText) as PricingPolicy;
const skus = Array.from({ length: 100 }, (_, at) => `juice-${at}`);
const [small, large] = skus.filter((sku) => !inHoldout(sku, policy)) as [string, string];
const held = skus.find((sku) => inHoldout(sku, policy)) as string;

let sent = 0;
function event(type: string, data: JsonObject, agoMs = 0): object {
  sent += 1;
  const time = new Date(Date.now() - agoMs).toISOString();
  return { specversion: '1.0', source: '/shop', id: `e-${sent}`, type, time, data };
}

/** Weeks of sales: a tenth less price, and demand doubles. */
const sales = (sku: string): object[] =>
  Array.from({ length: WEEKS }, (_, week) => {
    const price = week % 2 === 0 ? 9.89 : 9.99;
    return event('sale.recorded', { sku, price, quantity: Math.round(100 * (price / 9.99) ** -7) }, (WEEKS - week) * WEEK_MS);
  });

describe('pricing on the real stack', () => {
  let receiver: SignedReceiver;
  let stack: TestStack;
  let service: Service;
  let client: ServiceClient;

  beforeAll(async () => {
    receiver = await openSignedReceiver();
    stack = await startTestStack({ SIGNALBOX_WEBHOOK_URL: receiver.url, SIGNALBOX_WEBHOOK_SECRET: receiver.secret });
    service = openService(stack.url);
    client = new ServiceClient(stack.url, undefined);
  }, BUILD_AND_START_MS);

  afterAll(async () => {
    await stack?.stop();
    await receiver?.close();
  });

  async function post(events: readonly object[]): Promise<Receipt[]> {
    const call = { method: 'POST', contentType: 'application/cloudevents-batch+json', body: JSON.stringify(events) } as const;
    return (await client.ask<{ results: Receipt[] }>('/v1/events', call)).results;
  }
  const postOne = async (one: object): Promise<Receipt> => (await post([one]))[0] as Receipt;

  interface Sent {
    readonly key: string;
    readonly type: string;
    readonly data: JsonObject & { readonly subject: string };
  }
  /** What the receiver got about a product, as soon as it is so many. */
  const sentAbout = (sku: string, count: number): Promise<Sent[]> =>
    eventually(async () => {
      const all = receiver.deliveries.map(({ key, body }) => ({ key, ...(JSON.parse(body) as Omit<Sent, 'key'>) }));
      const about = all.filter(({ data }) => data.subject === sku);
      return about.length >= count && about;
    });
  const stateOf = async (sku: string): Promise<JsonObject> =>
    (await service.get<{ state: JsonObject }>(`/v1/flows/pricing/subjects/${sku}`)).state;
  const verdict = (approval: string, changes: JsonObject) =>
    client.call(`/v1/approvals/${approval}/verdict`, {
      method: 'POST',
      contentType: 'application/json',
      body: JSON.stringify({ verdict: 'approve', reason: 'but not that far', changes }),
    });

  it('moves prices within rails, asks about larger moves, and takes back what was a mistake', async () => {
    // a price that cost has overtaken moves at once, by itself, and the receiver is told once
    await postOne(event('sale.recorded', { sku: small, price: 9.99, quantity: 3 }, WEEK_MS));
    const raised = await postOne(event('cost.changed', { sku: small, cost: 9.2 }));
    expect(raised).toMatchObject({ status: 'decided', decision: { outcome: 'reprice', result: { price: 10.29, previous: 9.99 } } });
    expect(raised.decision?.reasons.map(({ text }) => text).join()).toContain('9.99 is below 10.22, the least that its cost of 9.2 allows');
    const [first] = await sentAbout(small, 1);
    expect(first).toMatchObject({ type: 'pricing.change-price', data: { outcome: 'reprice', result: { price: 10.29, previous: 9.99 } } });

    // of a product that is held out, the price stays whatever comes
    await post(sales(held));
    expect(await postOne(event('cost.changed', { sku: held, cost: 20 }))).toMatchObject({
      decision: { outcome: 'hold', reasons: [{ code: 'holdout' }] },
    });

    // demand is steep: much less would earn more, which is more than the flow does alone
    await post(sales(large));
    const asked = await postOne(event('cost.changed', { sku: large, cost: 5 }));
    expect(asked).toMatchObject({ status: 'signalled', decision: { outcome: 'reprice', provisional: true, result: { previous: 9.99 } } });
    const proposed = asked.decision?.result.price;
    expect(proposed).toBeLessThan(9.3);
    const approval = (await eventually(async () =>
      (await service.get<Receipt>(`/v1/events/${asked.event}`)).links.approval?.split('/').at(-1),
    )) as string;
    expect(await service.approval(approval)).toMatchObject({
      question: `Change the price of ${large} from 9.99 to ${proposed}?`,
      proposed: { outcome: 'reprice', result: { price: proposed, previous: 9.99 } },
    });

    // a person may change it, but not at will; what they agree to is sent, and the flow goes on from there
    expect(await verdict(approval, { price: 4 })).toMatchObject({ status: 422, body: { code: 'bad-verdict' } });
    expect((await verdict(approval, { price: 9.29 })).status).toBe(200);
    const [agreed] = await sentAbout(large, 1);
    expect(agreed).toMatchObject({ type: 'pricing.change-price', data: { result: { price: 9.29, previous: 9.99 } } });
    await eventually(async () => (await stateOf(large)).price === 9.29);

    // it was a mistake: the receiver gets the old price back, once, and the flow leaves the price alone
    const action = agreed?.key as string;
    const undone = await signalbox(['actions', 'undo', action, '--reason', 'it is a brand of ours', '--json'], {
      SIGNALBOX_DATA: stack.data,
    });
    expect(undone.code).toBe(0);
    expect(JSON.parse(undone.output) as ActionDetail).toMatchObject({ action: 'restore-price', undoes: action });
    const again = await signalbox(['actions', 'undo', action, '--reason', 'once more'], { SIGNALBOX_DATA: stack.data });
    expect([again.code, again.errors]).toEqual([1, expect.stringContaining('not-undoable')]);
    const [, restored] = await sentAbout(large, 2);
    expect(restored).toMatchObject({ type: 'pricing.restore-price', data: { result: { price: 9.29, previous: 9.99 }, undoes: action } });
    await eventually(async () => (await stateOf(large)).price === 9.99);
    expect(await postOne(event('stock.changed', { sku: large, onHand: 400 }))).toMatchObject({
      decision: { outcome: 'hold', reasons: [{ code: 'set-by-hand' }], result: { price: 9.99, previous: 9.99 } },
    });

    // the whole of it stands on the timeline
    const { items } = await service.get<{ items: { title: string }[] }>(`/v1/flows/pricing/subjects/${large}?limit=1000`);
    const titles = items.map(({ title }) => title).join('\n');
    for (const said of [
      'Approved by local',
      'Tells others: price.agreed',
      'change-price: done',
      'it is a brand of ours',
      'restore-price: done, change-price is taken back',
    ])
      expect(titles).toContain(said);

    const audit = await eventually(async () => {
      const { output } = await signalbox(['audit', '--json'], { SIGNALBOX_DATA: stack.data });
      const found = JSON.parse(output) as { ok: boolean; flows: Record<string, { waiting: number }>; findings: string[] };
      return found.flows.pricing?.waiting === 0 && found;
    });
    expect(audit).toMatchObject({ ok: true, findings: [], flows: { pricing: { case: 1 } } });
    expect(receiver.refusals).toEqual([]);
    expect(receiver.deliveries).toHaveLength(3);
  }, 240_000);
});
