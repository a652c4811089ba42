/** Hunts what a kill loses or does twice between a decline of the reflex and its card's block. */
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ActionItem } from '../../src/wire/action.ts';
import type { Receipt } from '../../src/wire/receipt.ts';
import { signalbox } from '../support/command.ts';
import { eventually } from '../support/eventually.ts';
import { ordinaryPayment } from '../support/payments.ts';
import { openService, type Service } from '../support/service.ts';
import { openSignedReceiver, type SignedReceiver } from '../support/signedReceiver.ts';
import { type StackProcess, startTestStack, type TestStack } from '../support/stack.ts';

const BUILD_AND_START_MS = 180_000;
const RECOVERY_MS = 300_000;
const CARDS = 8;

describe('a decline of the reflex', () => {
  let receiver: SignedReceiver;
  let stack: TestStack;
  let service: Service;
  /** Tries are held in the air until then. */
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });

  beforeAll(async () => {
    receiver = await openSignedReceiver(async () => {
      await held;
      return 204;
    });
    stack = await startTestStack({ SIGNALBOX_WEBHOOK_URL: receiver.url, SIGNALBOX_WEBHOOK_SECRET: receiver.secret });
    service = openService(stack.url);
    const shipped = await readFile(new URL('../../src/flows/fraud/policy.yaml', import.meta.url), 'utf8');
    // every payment is declined by the model
    const strict = shipped
      .replace('reviewFrom: 0.15', 'reviewFrom: 0')
      .replace('declineFrom: 0.9', 'declineFrom: 0')
      .replace('knownPaymentsMin: 5', 'knownPaymentsMin: 0');
    const answer = await fetch(`${stack.url}/v1/flows/fraud/policies`, {
      method: 'POST',
      headers: { 'content-type': 'application/yaml' },
      body: strict,
    });
    expect(answer.status).toBe(201);
  }, BUILD_AND_START_MS);

  afterAll(async () => {
    release();
    await stack?.stop();
    await receiver?.close();
  });

  it(
    'blocks the card once, whatever is killed in the middle',
    async () => {
      const receipts: Receipt[] = [];
      const post = async (round: number): Promise<void> => {
        const posted = Array.from({ length: CARDS }, (_, n) => service.post(ordinaryPayment({ id: `${round}-${n}`, card: `card-${n}` })));
        receipts.push(...(await Promise.all(posted)).map(({ receipt }) => receipt));
      };
      await post(0);
      for (const [round, name] of (['worker', 'ingress', 'temporal', 'postgres'] as const satisfies StackProcess[]).entries()) {
        await stack.kill(name);
        await eventually(async () => (await fetch(`${stack.url}/readyz`)).status === 200);
        await post(round + 1);
      }
      release();
      for (const receipt of receipts) {
        expect(receipt).toMatchObject({ status: 'decided', decision: { outcome: 'decline', rung: 'model', provisional: false } });
        expect(receipt.links.actions).toBe(`/v1/actions?event=${receipt.event}`);
        const [action] = await eventually(async () => {
          const items = await service.list<ActionItem>(receipt.links.actions ?? '');
          return items.length > 0 && items.every(({ state }) => state === 'done') && items;
        });
        expect(action).toMatchObject({ action: 'block', decision: receipt.decision?.id, event: { event: receipt.event } });
        expect((await service.get<Receipt>(receipt.links.event)).status).toBe('decided');
      }
      const keys = new Map(receipts.map(({ event }) => [`${event.replace('evt', 'act')}.block`, new Set<string>()]));
      for (const { key, body } of receiver.deliveries) keys.get(key)?.add(body);
      expect([...new Set(receiver.deliveries.map(({ key }) => key))].sort()).toEqual([...keys.keys()].sort());
      expect([...keys.values()].map(({ size }) => size)).toEqual(receipts.map(() => 1));
      expect(receiver.refusals).toEqual([]);
      const { code, output } = await signalbox(['audit', '--json'], { SIGNALBOX_DATA: stack.data });
      expect({ code, findings: JSON.parse(output).findings }).toEqual({ code: 0, findings: [] });
    },
    RECOVERY_MS,
  );
});
