/** Maintenance on the real stack: readings, an alert, a person, a work order that is sent once. */
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

  it('alerts once where a machine runs hot, asks a person about the dear work order, sends it once, and hears that it was done', async () => {
    const service = openService(stack.url);
    const shipped = parse(maintenance.policyText) as JsonObject;
    const policy = {
      ...shipped,
      machines: { 'pump-1': { learnRows: LEARN_ROWS } },
      workOrders: { usual: { kind: 'inspection', cost: 200 }, bySensor: { temperature: { kind: 'cooling', cost: 900 } }, costMax: 500 },
    };
    await client.ask('/v1/flows/maintenance/policies', { method: 'POST', contentType: 'application/yaml', body: stringify(policy) });

    const usual = await post(Array.from({ length: 150 }, (_, row) => reading(row, 70 + Math.sin(row * 1.7))));
    expect(new Set(usual.map(({ decision }) => decision?.outcome))).toEqual(new Set(['normal']));

    const hot = await post(Array.from({ length: 30 }, (_, row) => reading(150 + row, 120 + Math.sin(row * 1.7))));
    const alerts = hot.filter(({ decision }) => decision?.outcome === 'alert');
    expect(alerts).toHaveLength(1);
    const [alert] = alerts as [Receipt];
    expect(alert).toMatchObject({ status: 'signalled', workflow: { id: 'maintenance:pump-1' } });
    expect(alert.decision?.reasons.map(({ text }) => text).join()).toMatch(/temperature: .* where 7\d/);

    const approval = await eventually(async () =>
      (await service.get<Receipt>(`/v1/events/${alert.event}`)).links.approval?.split('/').at(-1),
    );
    expect(await service.approval(approval)).toMatchObject({ question: 'Order cooling for machine pump-1, at a cost of 900?' });
    expect((await service.giveVerdict(approval, 'approve', 'the fan is loud too')).status).toBe(200);

    const [sent] = await eventually(async () => receiver.deliveries.length > 0 && receiver.deliveries);
    const order = JSON.parse(sent?.body ?? '') as { type: string; data: JsonObject };
    expect(order).toMatchObject({ type: 'maintenance.work-order', data: { outcome: 'alert', result: { kind: 'cooling', cost: 900 } } });

    const [done] = await post([event('maintenance.performed', 'm-1', { kind: 'cooling' }, START_MS + 200_000)]);
    expect(done?.status).toBe('recorded');
    const back = await post(Array.from({ length: 60 }, (_, row) => reading(210 + row, 70 + Math.sin(row * 1.7))));
    expect(back.at(-1)?.decision?.outcome).toBe('normal');

    expect(receiver).toMatchObject({ deliveries: [{ key: sent?.key }], refusals: [] });
    await eventually(async () => (await service.get<Receipt>(`/v1/events/${alert.event}`)).status === 'decided');
    const audit = await signalbox(['audit', '--json'], { SIGNALBOX_DATA: stack.data });
    expect(JSON.parse(audit.output)).toMatchObject({
      ok: true,
      flows: { maintenance: { accepted: 241, reflex: 239, case: 1, recorded: 1, waiting: 0, quarantined: 0 } },
      findings: [],
    });
  }, 240_000);
});
