/**
 * Supply on the real stack: sales of another flow and counts become one order of a supplier, a person approves it, it is placed and
 * confirmed; one whose confirmation is lost is cancelled, once; a shipment that is overdue is looked for, sped up, and comes.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse, stringify } from 'yaml';
import { ServiceClient } from '../../src/client/serviceClient.ts';
import type { JsonObject } from '../../src/domain/event.ts';
import { supply } from '../../src/flows/supply/flow.ts';
import type { Receipt } from '../../src/wire/receipt.ts';
import { signalbox } from '../support/command.ts';
import { eventually } from '../support/eventually.ts';
import { openService } from '../support/service.ts';
import { openSignedReceiver, type SignedReceiver } from '../support/signedReceiver.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';

const BUILD_AND_START_MS = 180_000;
const CONFIRM_SECONDS = 6;

interface Sent {
  readonly key: string;
  readonly type: string;
  readonly data: { readonly subject: string; readonly outcome: string; readonly result: JsonObject };
}

interface Order {
  readonly id: string;
  readonly of: string;
  readonly cost: number;
}

const orderIn = (sent: Sent | undefined): Order => sent?.data.result.order as unknown as Order;

describe('supply on the real stack', () => {
  let receiver: SignedReceiver;
  let stack: TestStack;
  let nth = 0;

  beforeAll(async () => {
    receiver = await openSignedReceiver();
    stack = await startTestStack({ SIGNALBOX_WEBHOOK_URL: receiver.url, SIGNALBOX_WEBHOOK_SECRET: receiver.secret });
  }, BUILD_AND_START_MS);

  afterAll(async () => {
    await stack?.stop();
    await receiver?.close();
  });

  async function send(type: string, data: JsonObject): Promise<Receipt> {
    nth += 1;
    const event = { specversion: '1.0', source: '/warehouse', id: `e-${nth}`, type, time: new Date().toISOString(), data };
    return (await openService(stack.url).post(event, 5)).receipt;
  }

  /** What the receiver got about a subject, as far as `count` came; what a kill had sent again has the key that it had, by which it is known. */
  const sentAbout = (subject: string, count: number): Promise<Sent[]> =>
    eventually(async () => {
      const sent = receiver.deliveries.map(({ key, body }) => ({ key, ...(JSON.parse(body) as Omit<Sent, 'key'>) }));
      const first = sent.filter(({ key }, at) => sent.findIndex((one) => one.key === key) === at);
      const about = first.filter(({ data }) => data.subject === subject);
      return about.length >= count && about;
    });

  /** The question about a shipment or a stock, once it is asked. */
  const approvalOf = (subject: string): Promise<{ id: string; question: string }> =>
    eventually(async () => {
      const open = await openService(stack.url).list<{ id: string; subject: string; question: string }>('/v1/approvals?flow=supply');
      return open.find((approval) => approval.subject === subject);
    });

  /** Orders are gathered for two seconds; above 300 a person is asked. `C-3` is bought elsewhere and costs little. */
  async function activate(): Promise<void> {
    const content = parse(supply.policyText) as { stock: JsonObject; orders: JsonObject; shipments: JsonObject };
    const body = stringify({
      ...content,
      defaultLocation: 'main',
      stock: { ...content.stock, bySku: { 'C-3': { supplier: 'southern', unitCost: 1 } } },
      orders: { ...content.orders, windowSeconds: 2, confirmSeconds: CONFIRM_SECONDS, costMax: 300 },
      shipments: { ...content.shipments, graceSeconds: 0 },
    });
    const client = new ServiceClient(stack.url, undefined);
    await client.ask('/v1/flows/supply/policies', { method: 'POST', contentType: 'application/yaml', body });
  }

  it('orders what was sold and counted, once a person says so, cancels what nobody confirms, and finds a shipment that is overdue', async () => {
    const service = openService(stack.url);
    await activate();

    // a sale is somebody else's event: supply follows it, as demand of the default location
    for (let sale = 0; sale < 5; sale += 1) await send('sale.recorded', { sku: 'A-1', quantity: 8, price: 12.5 });
    const stock = await eventually(async () => {
      const { state } = await service.get<{ state: JsonObject | null }>('/v1/flows/supply/subjects/A-1@main');
      return state?.thisPeriod === 40 && state;
    });
    expect(stock).toMatchObject({ onHand: null, thisPeriod: 40 });
    for (const sku of ['B-2', 'C-3']) await send('demand.recorded', { sku, location: 'main', quantity: 10 });

    // two stocks of one supplier need something within the window: the reflex says how much, and that they go together
    const count = (sku: string) => send('stock.counted', { sku, location: 'main', onHand: 0, onOrder: 0 });
    const [first, second] = [await count('A-1'), await count('B-2')];
    expect(first).toMatchObject({ status: 'decided', subject: 'A-1@main', decision: { outcome: 'reorder', provisional: false } });
    expect(second.decision?.result).toMatchObject({ supplier: 'usual', with: 'A-1@main' });

    // the window ends: one order of both, above the limit, so a person is asked
    const { id, question } = await approvalOf('A-1@main');
    expect(question).toMatch(/^Order 2 lines from usual, at a cost of \d+\?$/);
    expect((await service.giveVerdict(id, 'approve', 'the season begins')).status).toBe(200);
    const [placed] = await sentAbout('A-1@main', 1);
    expect(placed).toMatchObject({ type: 'supply.place-order', data: { outcome: 'reorder', result: { supplier: 'usual' } } });
    const order = orderIn(placed);
    expect(order).toMatchObject({ of: 'A-1@main', lines: [{ sku: 'A-1' }, { sku: 'B-2' }] });
    expect(order.cost).toBeGreaterThan(300);

    // its supplier confirms it
    expect(await send('order.confirmed', { order: order.id, of: order.of })).toMatchObject({ subject: 'A-1@main' });
    expect((await sentAbout('A-1@main', 2)).map(({ type }) => type)).toEqual(['supply.place-order', 'supply.order-confirmed']);

    // another one costs little and goes without a person; its confirmation is lost, so it is cancelled, also where the worker is killed meanwhile
    await count('C-3');
    await sentAbout('C-3@main', 1);
    await stack.kill('worker');
    const lost = await sentAbout('C-3@main', 2);
    expect(lost.map(({ type }) => type)).toEqual(['supply.place-order', 'supply.cancel-order']);
    expect(orderIn(lost[1])).toEqual(orderIn(lost[0]));
    // too late: the order is cancelled, and stays so
    expect((await send('order.confirmed', { order: orderIn(lost[0]).id, of: 'C-3@main' })).flow).toBe('supply');

    // nobody knows this carrier's lane, and what was promised does not come: an event of the flow's own, and somebody must find out
    const promisedAt = new Date(Date.now() + 1500).toISOString();
    const shipment = { shipmentId: 'ship-1', sku: 'A-1', quantity: 20, carrier: 'snail', mode: 'sea', promisedAt };
    expect(await send('shipment.dispatched', shipment)).toMatchObject({
      status: 'decided',
      decision: { outcome: 'none', result: { choice: 'wait' } },
    });
    const search = await approvalOf('ship-1');
    expect(search.question).toBe('Find out where shipment ship-1 is: is it to be expedited?');
    await service.giveVerdict(search.id, 'approve', 'it stands at the border');
    expect(await sentAbout('ship-1', 1)).toMatchObject([{ type: 'supply.expedite', data: { outcome: 'expedite' } }]);
    await send('shipment.delivered', { shipmentId: 'ship-1' });
    const owns = await service.list<{ type: string; source: string; status: string }>('/v1/events?flow=supply&type=shipment.overdue');
    expect(owns).toMatchObject([{ source: '/signalbox/supply', status: 'decided' }]);

    // its coming tells that what was said when it was sent was wrong: it was late
    const quality = await eventually(async () => {
      const { all } = await service.get<{ all: { labelled: number; right: number } }>('/v1/flows/supply/quality');
      return all.labelled > 0 && all;
    });
    expect(quality).toMatchObject({ labelled: 1, right: 0 });

    const audit = await eventually(async () => {
      const { output } = await signalbox(['audit', '--json'], { SIGNALBOX_DATA: stack.data });
      const found = JSON.parse(output) as { ok: boolean; flows: Record<string, { waiting: number }>; findings: string[] };
      return found.flows.supply?.waiting === 0 && found;
    });
    // 5 sales, 2 of demand, 3 counts, 2 windows, 2 confirmations; a shipment that is sent, overdue and there
    expect(audit).toMatchObject({ ok: true, findings: [], flows: { supply: { accepted: 17 } } });
    // each action once, whatever was tried again
    expect(new Set(receiver.deliveries.map(({ key }) => key)).size).toBe(5);
    expect(receiver.refusals).toEqual([]);
  }, 240_000);
});
