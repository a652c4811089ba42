/** Hunts what is lost or done again when Temporal forgets: every run terminated, then its whole store gone. The rows alone must bring all back. */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Approval } from '../../src/wire/approval.ts';
import type { Receipt } from '../../src/wire/receipt.ts';
import { terminateCases } from '../support/cases.ts';
import { signalbox } from '../support/command.ts';
import { eventually } from '../support/eventually.ts';
import { doubtfulPayment } from '../support/payments.ts';
import { openService, type Service } from '../support/service.ts';
import { openSignedReceiver, type SignedReceiver } from '../support/signedReceiver.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';

const BUILD_AND_START_MS = 180_000;
const RECOVERY_MS = 300_000;
const CARDS = 6;

describe('signalbox start', () => {
  let receiver: SignedReceiver;
  let stack: TestStack;
  let service: Service;
  /** By payment id. */
  const posted = new Map<string, Receipt>();

  async function open(data?: string): Promise<void> {
    stack = await startTestStack({ SIGNALBOX_WEBHOOK_URL: receiver.url, SIGNALBOX_WEBHOOK_SECRET: receiver.secret }, data);
    service = openService(stack.url);
  }

  beforeAll(async () => {
    receiver = await openSignedReceiver();
    await open();
  }, BUILD_AND_START_MS);

  afterAll(async () => {
    await stack?.stop();
    await receiver?.close();
  });

  /** One doubtful payment of each card. */
  async function post(round: string): Promise<void> {
    await Promise.all(
      Array.from({ length: CARDS }, async (_, n) => {
        const { receipt } = await service.post(doubtfulPayment({ id: `${round}-${n}`, card: `card-${n}` }));
        expect(receipt.status).toBe('signalled');
        posted.set(receipt.id, receipt);
      }),
    );
  }

  const openApprovals = () => service.list<Approval>('/v1/approvals?state=open');
  const idOf = ({ id }: Approval): string => id;

  async function untilAsked(count: number): Promise<Approval[]> {
    return await eventually(async () => {
      const asked = await openApprovals();
      return asked.length === count ? asked : null;
    });
  }

  async function approve(approvals: readonly Approval[]): Promise<void> {
    for (const { id } of approvals) expect((await service.giveVerdict(id, 'approve', 'fine')).status).toBe(200);
  }

  /** Until the receiver has the actions of that many events. */
  async function untilActed(count: number): Promise<void> {
    await eventually(async () => new Set(receiver.deliveries.map(({ key }) => key)).size === count);
  }

  async function untilDecided(count: number): Promise<void> {
    await eventually(async () => (await service.list<Receipt>('/v1/events')).filter(({ status }) => status === 'decided').length === count);
  }

  const terminateAll = async (): Promise<number> => terminateCases((await stack.run()).temporal as { address: string; namespace: string });

  it(
    'decides every event once and repeats no action after all runs were terminated',
    async () => {
      await post('before');
      const asked = await untilAsked(CARDS);
      const answered = asked.slice(0, 2);
      await approve(answered);
      await untilActed(2);
      const [terminated] = await Promise.all([terminateAll(), post('meanwhile')]);
      expect(terminated).toBeGreaterThan(0);
      // some of them have asked before, some are asked now: the questions of before are the same
      const now = await untilAsked(2 * CARDS - 2);
      expect(now.map(idOf)).toEqual(expect.arrayContaining(asked.slice(2).map(idOf)));
      const next = asked.slice(2, 4);
      await approve(next);
      await untilDecided(4);
      await untilActed(4);
    },
    RECOVERY_MS,
  );

  it(
    'decides every event once and repeats no action after Temporal lost its store',
    async () => {
      const asked = await untilAsked(2 * CARDS - 4);
      await post('late');
      stack.child.kill('SIGINT');
      expect(await stack.ended).toBe(0);
      const store = (await readdir(stack.data)).filter((file) => file.startsWith('temporal.db'));
      expect(store.length).toBeGreaterThan(0);
      await Promise.all(store.map((file) => rm(join(stack.data, file))));
      await open(stack.data);

      const now = await untilAsked(3 * CARDS - 4);
      expect(now.map(idOf)).toEqual(expect.arrayContaining(asked.map(idOf)));
      await approve(now);
      await untilDecided(3 * CARDS);
      await untilActed(3 * CARDS);
      for (const { id, decisions } of await service.list<Receipt & { decisions: { provisional: boolean }[] }>('/v1/events')) {
        expect({ id, finals: decisions.filter(({ provisional }) => !provisional).length }).toEqual({ id, finals: 1 });
      }
      const audit = await eventually(async () => {
        const ended = await signalbox(['audit', '--json'], { SIGNALBOX_DATA: stack.data });
        return ended.code === 0 ? ended : null;
      });
      expect(JSON.parse(audit.output)).toMatchObject({
        flows: { fraud: { accepted: 3 * CARDS, case: 3 * CARDS, waiting: 0 } },
        findings: [],
      });
      // one try an action: none was repeated, by whichever run
      expect(receiver.deliveries.map(({ key }) => key).sort()).toEqual(
        [...posted.values()].map(({ event }) => `act_${event.slice('evt_'.length)}.release`).sort(),
      );
      expect(receiver.refusals).toEqual([]);
    },
    RECOVERY_MS,
  );
});
