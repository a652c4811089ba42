/** The product's story on the real stack: a payment is decided at once, a doubtful one by a person, whatever is killed in between. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ATTRIBUTES } from '../../src/domain/temporalNames.ts';
import { freePort } from '../../src/local/freePort.ts';
import type { Receipt } from '../../src/wire/receipt.ts';
import { openCases } from '../support/cases.ts';
import { signalbox } from '../support/command.ts';
import { eventually } from '../support/eventually.ts';
import { doubtfulPayment, ordinaryPayment } from '../support/payments.ts';
import { openService } from '../support/service.ts';
import { WORKER_METRICS } from '../support/shownMetrics.ts';
import { openSignedReceiver, type SignedReceiver } from '../support/signedReceiver.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';

const BUILD_AND_START_MS = 180_000;

interface Timeline {
  state: object;
  items: { kind: string }[];
}

describe('signalbox start', () => {
  let receiver: SignedReceiver;
  let stack: TestStack;
  let metricsAt: string;

  beforeAll(async () => {
    receiver = await openSignedReceiver();
    metricsAt = `127.0.0.1:${await freePort()}`;
    stack = await startTestStack({
      SIGNALBOX_WEBHOOK_URL: receiver.url,
      SIGNALBOX_WEBHOOK_SECRET: receiver.secret,
      SIGNALBOX_WORKER_METRICS: metricsAt,
    });
  }, BUILD_AND_START_MS);

  afterAll(async () => {
    await stack?.stop();
    await receiver?.close();
  });

  /** Asks for the doubtful payment's approval until there is one. */
  async function approvalOf(event: string): Promise<string> {
    const service = openService(stack.url);
    return await eventually(async () => (await service.get<Receipt>(`/v1/events/${event}`)).links.approval?.split('/').at(-1));
  }

  it('decides a payment at once, asks a person about a doubtful one, and acts once, through kill -9 of ingress and worker', async () => {
    const service = openService(stack.url);
    const cases = await openCases((await stack.run()).temporal as { address: string; namespace: string });

    const ordinary = await service.post(ordinaryPayment({ id: 'coffee', card: 'card-1' }));
    expect(ordinary.status).toBe(202);
    expect(ordinary.receipt).toMatchObject({ status: 'decided', decision: { outcome: 'approve', provisional: false }, workflow: null });

    const doubtful = doubtfulPayment({ id: 'watch', card: 'card-2' });
    const { receipt } = await service.post(doubtful);
    expect(receipt).toMatchObject({ status: 'signalled', decision: { outcome: 'review', provisional: true } });
    expect(receipt.workflow?.id).toBe('fraud:card-2');

    const approval = await approvalOf(receipt.event);
    expect(await service.approval(approval)).toMatchObject({ state: 'open', subject: 'card-2', event: { id: 'watch' } });
    const shown = await eventually(async () => {
      const now = await cases.show('fraud:card-2');
      return now.attributes[ATTRIBUTES.state] === 'awaiting-approval' ? now : null;
    });
    expect(shown.status).toBe('RUNNING');
    expect(shown.attributes).toMatchObject({ [ATTRIBUTES.flow]: 'fraud', [ATTRIBUTES.subject]: 'card-2' });
    expect(await cases.status('fraud:card-2')).toMatchObject({ waitingFor: `a verdict on ${approval}`, approvals: [approval] });

    await Promise.all([stack.kill('ingress'), stack.kill('worker')]);
    const again = await eventually(() => service.post(doubtful));
    expect(again.receipt).toMatchObject({ event: receipt.event, duplicate: true, status: 'signalled', decision: receipt.decision });

    expect((await service.giveVerdict(approval, 'approve', 'the customer was called')).status).toBe(200);
    const decided = await service.post(doubtful, 45);
    expect(decided.status).toBe(200);
    expect(decided.receipt).toMatchObject({
      event: receipt.event,
      status: 'decided',
      decision: { outcome: 'approve', rung: 'human', provisional: false, revises: receipt.decision?.id },
    });

    const [sent] = await eventually(async () => receiver.deliveries.length > 0 && receiver.deliveries);
    const { type, data } = JSON.parse(sent?.body ?? '') as { type: string; data: Record<string, unknown> };
    expect(sent?.key).toBe(`act_${receipt.event.slice('evt_'.length)}.${data.action}`);
    expect(type).toBe(`fraud.${data.action}`);
    expect(data).toMatchObject({ flow: 'fraud', subject: 'card-2', event: receipt.event, outcome: 'approve' });

    // an action that is recorded as taken is never tried again
    const timeline = await eventually(async () => {
      const now = await service.get<Timeline>('/v1/flows/fraud/subjects/card-2');
      return now.items.some(({ kind }) => kind === 'action') ? now : null;
    });
    expect(new Set(timeline.items.map(({ kind }) => kind))).toEqual(
      new Set(['event', 'decision', 'approval', 'verdict', 'rung', 'action']),
    );
    expect(receiver).toMatchObject({ deliveries: [{ key: sent?.key }], refusals: [] });
    await eventually(async () => (await cases.show('fraud:card-2')).status === 'COMPLETED');

    const metrics = await (await fetch(`http://${metricsAt}/metrics`)).text();
    for (const name of WORKER_METRICS) expect(metrics).toContain(`# TYPE ${name} `);
    expect(metrics).toMatch(/signalbox_action_try_seconds_count\{[^}]*state="done"[^}]*\} 1/);
    const ingressMetrics = await (await fetch(`${stack.url}/metrics`)).text();
    expect(ingressMetrics).toMatch(/^signalbox_http_requests_total\{route="\/v1\/events",method="POST",status="200"\} 1$/m);

    const audit = await signalbox(['audit', '--json'], { SIGNALBOX_DATA: stack.data });
    expect(audit).toMatchObject({ code: 0, errors: '' });
    expect(JSON.parse(audit.output)).toMatchObject({
      ok: true,
      flows: { fraud: { accepted: 2, reflex: 1, case: 1, waiting: 0, quarantined: 0 } },
      findings: [],
    });
    await cases.close();
  }, 240_000);
});
