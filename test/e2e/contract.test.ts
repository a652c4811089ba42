/** Hunts second winners: the same event, or the same question, answered twice on the real stack. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { APPROVAL_DECIDED, EVENTS_ARRIVED } from '../../src/domain/temporalNames.ts';
import type { Verdict } from '../../src/domain/verdict.ts';
import type { Receipt } from '../../src/wire/receipt.ts';
import { type Cases, openCases } from '../support/cases.ts';
import { signalbox } from '../support/command.ts';
import { eventually } from '../support/eventually.ts';
import { doubtfulPayment, SOURCE } from '../support/payments.ts';
import { openService, type Posted, type Service } from '../support/service.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';

const BUILD_AND_START_MS = 180_000;
const TIMES = 100;

interface Asked {
  readonly payment: object;
  readonly receipt: Receipt;
  readonly approval: string;
  readonly caseId: string;
}

describe('the service', () => {
  let stack: TestStack;
  let service: Service;
  let cases: Cases;

  async function open(data?: string): Promise<void> {
    stack = await startTestStack({}, data);
    service = openService(stack.url);
    cases = await openCases((await stack.run()).temporal as { address: string; namespace: string });
  }

  beforeAll(() => open(), BUILD_AND_START_MS);
  afterAll(async () => {
    await cases?.close();
    await stack?.stop();
  });

  async function approvalOf(event: string): Promise<string> {
    return await eventually(async () => (await service.get<Receipt>(`/v1/events/${event}`)).links.approval?.split('/').at(-1));
  }

  /** A doubtful payment of a card of its own, up to the question about it. */
  async function ask(id: string): Promise<Asked> {
    const payment = doubtfulPayment({ id, card: `card-${id}` });
    const { receipt } = await service.post(payment);
    return { payment, receipt, approval: await approvalOf(receipt.event), caseId: String(receipt.workflow?.id) };
  }

  const finalOf = async ({ payment }: Asked) => (await service.post(payment, 30)).receipt.decision;
  const closed = ({ caseId }: Asked) => eventually(async () => (await cases.show(caseId)).status === 'COMPLETED');

  it('POST verdict decides the case', async () => {
    const asked = await ask('by-api');
    expect((await service.giveVerdict(asked.approval, 'approve', 'known customer')).status).toBe(200);
    expect(await finalOf(asked)).toMatchObject({ outcome: 'approve', rung: 'human' });
    expect((await service.approval(asked.approval)).verdict).toMatchObject({ verdict: 'approve', via: 'http' });
  });

  it('signalbox approvals reject decides the case', async () => {
    const asked = await ask('by-cli');
    const done = await signalbox(['approvals', 'reject', asked.approval, '--reason', 'stolen card'], { SIGNALBOX_DATA: stack.data });
    expect(done).toMatchObject({ code: 0, errors: '' });
    expect(await finalOf(asked)).toMatchObject({ outcome: 'decline', rung: 'human' });
    expect((await service.approval(asked.approval)).verdict).toMatchObject({ verdict: 'reject', via: 'cli', reason: 'stolen card' });
  });

  it('temporal workflow signal with plain JSON decides the case', async () => {
    const asked = await ask('by-signal');
    const said = { approval: asked.approval, verdict: 'approve', actor: 'ann', reason: 'seen the receipt' };
    await cases.signal(asked.caseId, APPROVAL_DECIDED, JSON.stringify(said));
    expect(await finalOf(asked)).toMatchObject({ outcome: 'approve', rung: 'human' });
    expect((await service.approval(asked.approval)).verdict).toMatchObject({ verdict: 'approve', actor: 'ann', via: 'signal' });
  });

  it('temporal workflow signal with what is no signal of ours is dropped, and the case goes on', async () => {
    const asked = await ask('nonsense');
    const unknown = JSON.stringify({ approval: 'apr_fraud.999999.0', verdict: 'approve', actor: 'ann', reason: 'none' });
    const wrongShape = JSON.stringify({ approval: asked.approval, verdict: 'maybe', actor: 7 });
    for (const input of ['{}', 'null', undefined, unknown, wrongShape]) await cases.signal(asked.caseId, APPROVAL_DECIDED, input);
    for (const input of ['{}', 'null', undefined]) await cases.signal(asked.caseId, EVENTS_ARRIVED, input);
    await eventually(async () => (await cases.status(asked.caseId)).dropped === 8);
    expect((await service.giveVerdict(asked.approval, 'approve', 'still here')).status).toBe(200);
    expect(await finalOf(asked)).toMatchObject({ outcome: 'approve', rung: 'human' });
  });

  it('POST verdict gives two racing verdicts one winner and a 409 that names it', async () => {
    const asked = await ask('race');
    const answers = await Promise.all([
      service.giveVerdict(asked.approval, 'approve', 'one'),
      service.giveVerdict(asked.approval, 'reject', 'the other'),
    ]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    const { verdict } = await service.approval(asked.approval);
    const lost = answers.find(({ status }) => status === 409)?.body as { code: string; winner: Verdict };
    expect(lost).toMatchObject({ code: 'already-decided', winner: verdict });
    expect(await finalOf(asked)).toMatchObject({ outcome: verdict?.verdict === 'approve' ? 'approve' : 'decline' });
  });

  it('POST /v1/events takes the same event 100 times at once, after its case closed and after a restart: one event, one decision', async () => {
    const payment = doubtfulPayment({ id: 'same', card: 'card-same' });
    const posts = await Promise.all(Array.from({ length: TIMES }, () => service.post(payment)));
    expect(new Set(posts.map(({ status }) => status))).toEqual(new Set([202]));
    expect(posts.filter(({ receipt }) => receipt.duplicate !== true)).toHaveLength(1);
    const first = posts.find(({ receipt }) => receipt.duplicate !== true) as Posted;
    const ids = ({ receipt }: Posted) => ({ event: receipt.event, decision: receipt.decision?.id });
    expect(posts.map(ids)).toEqual(posts.map(() => ids(first)));

    const { event } = first.receipt;
    const asked = { payment, receipt: first.receipt, approval: await approvalOf(event), caseId: 'fraud:card-same' };
    await service.giveVerdict(asked.approval, 'approve', 'fine');
    const final = await finalOf(asked);
    await closed(asked);
    const after = await Promise.all(Array.from({ length: TIMES }, () => service.post(payment)));
    for (const { receipt } of after) expect(receipt).toMatchObject({ event, duplicate: true, status: 'decided', decision: final });

    stack.child.kill('SIGINT');
    expect(await stack.ended).toBe(0);
    await cases.close();
    await open(stack.data);
    expect((await service.post(payment)).receipt).toMatchObject({ event, duplicate: true, status: 'decided', decision: final });
    const stored = await service.list<Receipt & { decisions: object[] }>(`/v1/events?source=${encodeURIComponent(SOURCE)}&id=same`);
    expect(stored).toHaveLength(1);
    expect(stored[0]?.decisions).toEqual([first.receipt.decision, final]);
    expect(await signalbox(['audit', '--json'], { SIGNALBOX_DATA: stack.data })).toMatchObject({ code: 0 });
  }, 120_000);
});
