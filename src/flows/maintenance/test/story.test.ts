/** Maintenance on the real stack: readings, an alert, a person, a work order that is sent once, maintenance, recovery; and silence. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse, stringify } from 'yaml';
import { signalbox } from '../../../../test/support/command.ts';
import { eventually } from '../../../../test/support/eventually.ts';
import { openService } from '../../../../test/support/service.ts';
import { openSignedReceiver, type SignedReceiver } from '../../../../test/support/signedReceiver.ts';
import { startTestStack, type TestStack } from '../../../../test/support/stack.ts';
import { ServiceClient } from '../../../client/serviceClient.ts';
import type { JsonObject } from '../../../domain/event.ts';
import type { Receipt } from '../../../wire/receipt.ts';
import { maintenance } from '../flow.ts';

const BUILD_AND_START_MS = 180_000;
const START_MS = Date.now() - 3_600_000;
const LEARN_ROWS = 100;

const event = (type: string, id: string, data: JsonObject, atMs: number): object => ({
  ...{ specversion: '1.0', source: '/plant', id, type, time: new Date(atMs).toISOString() },
  data: { machineId: 'pump-1', ...data },
});
const reading = (row: number, temperature: number): object =>
  event('sensor.read', `r-${row}`, { values: { temperature } }, START_MS + row * 1000);

describe('maintenance on the real stack', () => {
  let receiver: SignedReceiver;
  let stack: TestStack;
  let client: ServiceClient;

  beforeAll(async () => {
    receiver = await openSignedReceiver();
    stack = await startTestStack({ SIGNALBOX_WEBHOOK_URL: receiver.url, SIGNALBOX_WEBHOOK_SECRET: receiver.secret });
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

  interface Sent {
    readonly key: string;
    readonly type: string;
    readonly data: { readonly subject: string; readonly outcome: string; readonly result: JsonObject };
  }

  /** What the receiver got about a machine, as far as `count` came. */
  const sentAbout = (subject: string, count: number): Promise<Sent[]> =>
    eventually(async () => {
      const sent = receiver.deliveries.map(({ key, body }) => ({ key, ...(JSON.parse(body) as Omit<Sent, 'key'>) }));
      const about = sent.filter(({ data }) => data.subject === subject);
      return about.length >= count && about;
    });

  async function activate(changes: JsonObject): Promise<void> {
    const body = stringify({ ...(parse(maintenance.policyText) as JsonObject), ...changes });
    await client.ask('/v1/flows/maintenance/policies', { method: 'POST', contentType: 'application/yaml', body });
  }

  it('orders what a person approves, once, waits for maintenance, and says that the machine is back; and tells of one that falls silent', async () => {
    const service = openService(stack.url);
    await activate({
      machines: { 'pump-1': { learnRows: LEARN_ROWS }, 'pump-2': { silentAfterSeconds: 2 } },
      workOrders: {
        usual: { kind: 'inspection', cost: 200 },
        bySensor: { temperature: { kind: 'cooling', cost: 900 } },
        silence: { kind: 'look', cost: 100 },
        costMax: 500,
      },
    });
    await post([event('machine.heartbeat', 'h-1', { machineId: 'pump-2' }, Date.now())]);

    const usual = await post(Array.from({ length: 150 }, (_, row) => reading(row, 70 + Math.sin(row * 1.7))));
    expect(new Set(usual.map(({ decision }) => decision?.outcome))).toEqual(new Set(['normal']));

    // it runs hot: one alert, which names the sensor, what was expected and what came
    const hot = await post(Array.from({ length: 30 }, (_, row) => reading(150 + row, 120 + Math.sin(row * 1.7))));
    const alerts = hot.filter(({ decision }) => decision?.outcome === 'alert');
    expect(alerts).toHaveLength(1);
    const [alert] = alerts as [Receipt];
    expect(alert).toMatchObject({ status: 'signalled', workflow: { id: 'maintenance:pump-1' } });
    expect(alert.decision?.reasons.map(({ text }) => text).join()).toMatch(/temperature: .* where 7\d/);

    // the work costs more than the limit: a person is asked, and the order is sent
    const approval = await eventually(async () =>
      (await service.get<Receipt>(`/v1/events/${alert.event}`)).links.approval?.split('/').at(-1),
    );
    expect(await service.approval(approval)).toMatchObject({ question: 'Order cooling for machine pump-1, at a cost of 900?' });
    expect((await service.giveVerdict(approval, 'approve', 'the fan is loud too')).status).toBe(200);
    const [order] = await sentAbout('pump-1', 1);
    expect(order).toMatchObject({ type: 'maintenance.work-order', data: { outcome: 'alert', result: { kind: 'cooling', cost: 900 } } });

    // it is mended, and its readings come back
    await post([event('maintenance.performed', 'm-1', { kind: 'cooling' }, START_MS + 200_000)]);
    const back = await post(Array.from({ length: 60 }, (_, row) => reading(210 + row, 70 + Math.sin(row * 1.7))));
    expect(back.at(-1)?.decision?.outcome).toBe('normal');
    const told = await sentAbout('pump-1', 2);
    expect(told.map(({ key, type }) => [key === order?.key, type])).toEqual([
      [true, 'maintenance.work-order'],
      [false, 'maintenance.recovered'],
    ]);

    // the other pump said nothing more: an event of the flow's own, and somebody is sent to look
    const [look] = await sentAbout('pump-2', 1);
    expect(look).toMatchObject({ type: 'maintenance.work-order', data: { result: { kind: 'look', machineId: 'pump-2' } } });
    const silences = await service.list<{ source: string; status: string }>('/v1/events?flow=maintenance&type=machine.silent');
    expect(silences).toMatchObject([{ source: '/signalbox/maintenance', status: 'decided' }]);

    // had it failed all the same: the alert foretold it
    await post([event('machine.failed', 'f-1', { kind: 'fan' }, START_MS + 300_000)]);
    await eventually(async () => (await service.get<{ truth?: unknown }>(`/v1/decisions/${alert.decision?.id}`)).truth);
    const { all } = await eventually(async () => {
      const quality = await service.get<{ all: { labelled: number; right: number } }>('/v1/flows/maintenance/quality');
      return quality.all.labelled > 0 && quality;
    });
    expect(all).toMatchObject({ labelled: 1, right: 1 });

    const audit = await eventually(async () => {
      const { output } = await signalbox(['audit', '--json'], { SIGNALBOX_DATA: stack.data });
      const found = JSON.parse(output) as { ok: boolean; flows: Record<string, { waiting: number }>; findings: string[] };
      return found.flows.maintenance?.waiting === 0 && found;
    });
    // 240 readings, of which one is the alert; the heartbeat, the maintenance and the failure; the silence
    expect(audit).toMatchObject({ ok: true, findings: [], flows: { maintenance: { accepted: 244, reflex: 239, case: 2, recorded: 3 } } });
    expect(receiver.refusals).toEqual([]);
  }, 240_000);
});
