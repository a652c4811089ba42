/**
 * A shop on the real stack: what is viewed next is recommended at once, by a memory that outlives its process; a cart that is left is found by a
 * watch and nudged once; the order that follows is told of, and scores the nudge.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse, stringify } from 'yaml';
import type { JsonObject } from '../../src/domain/event.ts';
import { personalization } from '../../src/flows/personalization/flow.ts';
import { LogFold } from '../../src/kit/foldAll.ts';
import { parsePolicy } from '../../src/policy/policy.ts';
import type { Receipt } from '../../src/wire/receipt.ts';
import { signalbox } from '../support/command.ts';
import { eventually } from '../support/eventually.ts';
import { openService, type Service } from '../support/service.ts';
import { openSignedReceiver, type SignedReceiver } from '../support/signedReceiver.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';

const BUILD_AND_START_MS = 180_000;
const LEFT_AFTER_SECONDS = 2;

interface Timeline {
  state: { cart: unknown[]; order: object };
  items: { kind: string; title: string }[];
}

describe('personalization on the real stack', () => {
  let receiver: SignedReceiver;
  let stack: TestStack;
  let service: Service;
  /** The same events, folded here by a process that is never killed. */
  const unbroken = new LogFold({ flow: personalization, policy: parsePolicy(personalization, personalization.policyText) });
  let sent = 0;

  beforeAll(async () => {
    receiver = await openSignedReceiver();
    stack = await startTestStack({ SIGNALBOX_WEBHOOK_URL: receiver.url, SIGNALBOX_WEBHOOK_SECRET: receiver.secret });
    service = openService(stack.url);
  }, BUILD_AND_START_MS);

  afterAll(async () => {
    await stack?.stop();
    await receiver?.close();
  });

  /** What the service said of it, and that it is what the unbroken memory says. */
  async function tell(type: string, sessionId: string, data: JsonObject = {}): Promise<Receipt> {
    sent += 1;
    const [timeMs, told] = [Date.now(), { sessionId, ...data }];
    const event = { specversion: '1.0', source: '/shop', id: `${sent}`, type, time: new Date(timeMs).toISOString(), data: told };
    const { receipt } = await eventually(async () => {
      const posted = await service.post(event);
      return posted.status < 300 && posted;
    });
    const { decision } = unbroken.add({ type, timeMs, data: told });
    expect([receipt.decision?.outcome, receipt.decision?.result]).toEqual([decision?.outcome, decision?.result]);
    return receipt;
  }
  const view = (sessionId: string, itemId: string): Promise<Receipt> => tell('item.viewed', sessionId, { itemId });

  async function activate(change: JsonObject): Promise<void> {
    const text = stringify({ ...(parse(personalization.policyText) as JsonObject), ...change });
    const response = await fetch(`${stack.url}/v1/flows/personalization/policies`, {
      method: 'POST',
      headers: { 'content-type': 'application/yaml' },
      body: text,
    });
    expect(response.status).toBeLessThan(300);
  }

  interface Delivered {
    readonly type: string;
    readonly data: { readonly subject: string; readonly outcome: string; readonly result: JsonObject };
  }
  const delivered = (): Delivered[] => receiver.deliveries.map(({ body }) => JSON.parse(body) as Delivered);

  it('recommends at once, through a kill -9; finds an abandoned cart, nudges once, and says what the order came of', async () => {
    const { nudge } = parse(personalization.policyText) as { nudge: JsonObject };
    const anyHour = { from: '00:00', to: '00:00', timeZone: 'Etc/UTC' };
    await activate({ abandoned: { afterSeconds: LEFT_AFTER_SECONDS }, nudge: { ...nudge, quietHours: anyHour } });

    // nothing is known yet, then what is popular, then what sessions like it viewed
    expect((await view('s-1', 'tent')).decision).toMatchObject({
      outcome: 'none',
      reasons: [{ code: 'unknown-item' }, { code: 'nothing' }],
    });
    for (const item of ['stove', 'lamp']) await view('s-1', item);
    for (const item of ['tent', 'stove']) await view('s-2', item);
    for (const item of ['sofa', 'chair']) await view('s-3', item);
    const kite = await view('s-4', 'kite');
    expect(kite.decision?.reasons.map(({ code }) => code)).toEqual(['unknown-item', 'popular']);
    const tent = await view('ann', 'tent');
    expect(tent).toMatchObject({ status: 'decided', decision: { outcome: 'recommend', rung: 'model' }, workflow: null });
    expect(tent.decision?.result).toMatchObject({ items: expect.arrayContaining(['stove', 'lamp']) });

    // whoever takes over knows all of it
    await stack.kill('ingress');
    await view('s-5', 'tent');

    // she fills her cart and goes: a watch finds it, and she is nudged
    const items = [
      { itemId: 'stove', quantity: 1, price: 40 },
      { itemId: 'tent', quantity: 1, price: 120 },
    ];
    const person = { userId: 'ann', consent: true, zone: 'Europe/Berlin' };
    const cart = await tell('cart.changed', 'ann', { ...person, items });
    expect(cart.decision?.result.items).not.toContain('tent');
    // he has not said that he may be nudged
    await tell('cart.changed', 'bob', { userId: 'bob', items });
    const [first] = await eventually(async () => delivered().length > 0 && delivered());
    expect(first).toMatchObject({
      ...{ type: 'personalization.nudge' },
      data: { subject: 'ann', outcome: 'nudge', result: { items: ['tent', 'stove'], value: 160 } },
    });
    interface Listed {
      subject: string;
      source: string;
      decision: Receipt['decision'];
      event: string;
    }
    const left = await eventually(async () => {
      const found = await service.list<Listed>('/v1/events?flow=personalization&type=cart.abandoned');
      return found.length === 2 && found;
    });
    const about = (subject: string): Listed => left.find((one) => one.subject === subject) as Listed;
    expect(about('bob')).toMatchObject({ source: '/signalbox/personalization', decision: { outcome: 'none' } });
    expect(about('bob').decision?.reasons[0]?.code).toBe('no-consent');

    // the order says what of it had been recommended; that a nudge brought it, the nudge's case tells
    const order = (await service.post(event('order.completed', { sessionId: 'ann', orderId: 'o-1', items }))).receipt;
    expect(order).toMatchObject({ status: 'decided', decision: { outcome: 'none', result: { recommended: ['stove', 'tent'] } } });
    await eventually(async () => delivered().length > 1);
    expect(delivered().map(({ type, data }) => [type, data.subject])).toEqual([
      ['personalization.nudge', 'ann'],
      ['personalization.converted', 'ann'],
    ]);
    expect(new Set(receiver.deliveries.map(({ key }) => key)).size).toBe(2);

    // and it labels the nudge
    const nudged = await eventually(async () => {
      const found = await service.get<{ truth?: { truth: string } }>(`/v1/decisions/${about('ann').decision?.id}`);
      return found.truth !== undefined && found.truth !== null && found;
    });
    expect(nudged).toMatchObject({ outcome: 'nudge', truth: { truth: 'ordered' } });

    const timeline = await eventually(async () => {
      const now = await service.get<Timeline>('/v1/flows/personalization/subjects/ann');
      return now.items.filter(({ kind }) => kind === 'action').length === 2 && now;
    });
    expect(new Set(timeline.items.map(({ kind }) => kind))).toEqual(
      new Set(['event', 'decision', 'timer', 'signal', 'rung', 'action', 'outcome']),
    );
    expect(timeline.state).toMatchObject({ cart: [], order: { orderId: 'o-1', recommended: ['stove', 'tent'] } });

    const audit = await eventually(async () => {
      const { output } = await signalbox(['audit', '--json'], { SIGNALBOX_DATA: stack.data });
      const found = JSON.parse(output) as { ok: boolean; flows: Record<string, { waiting: number }>; findings: string[] };
      return found.flows.personalization?.waiting === 0 && found;
    });
    expect(audit).toMatchObject({ ok: true, findings: [] });
    const rebuilt = await signalbox(['rebuild', '--flow', 'personalization', '--json'], { SIGNALBOX_DATA: stack.data });
    expect(rebuilt).toMatchObject({ code: 0, errors: '' });
    expect(receiver.refusals).toEqual([]);
  }, 240_000);

  const event = (type: string, data: JsonObject): object => ({ specversion: '1.0', source: '/shop', id: `${type}-1`, type, data });
});
