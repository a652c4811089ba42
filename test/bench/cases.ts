/** Whole cases, many at once: payments that a person must be asked about, then the answers, until each has its final decision. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Approval } from '../../src/wire/approval.ts';
import { doubtfulPayment } from '../support/payments.ts';
import { openService } from '../support/service.ts';

const LOOK_MS = 250;
/** Verdicts on their way at a time: as many people at their screens. */
const PEOPLE = 16;
const WAIT_SECONDS = 60;
const ASKED_MS = 180_000;

export interface CaseRates {
  readonly askedPerSecond: number;
  readonly decidedPerSecond: number;
}

/** `prefix` is unique to the call. */
export async function runCases(url: string, prefix: string, count: number): Promise<CaseRates> {
  const service = openService(url);
  const payments = Array.from({ length: count }, (_, nth) => {
    const card = `${prefix}-${nth}`;
    return { card, event: doubtfulPayment({ id: card, card }) };
  });
  const ours = new Set(payments.map(({ card }) => card));
  const startedMs = performance.now();
  await Promise.all(payments.map(({ event }) => service.post(event)));
  let asked: Approval[] = [];
  while (asked.length < count) {
    if (performance.now() - startedMs > ASKED_MS) throw new Error(`only ${asked.length} of ${count} payments were asked about`);
    await pause(LOOK_MS);
    asked = (await service.list<Approval>('/v1/approvals')).filter(({ subject }) => ours.has(subject));
  }
  const answeredMs = performance.now();
  const open = asked.values();
  const answer = async (): Promise<void> => {
    for (const { id } of open) await service.giveVerdict(id, 'approve', 'the bench');
  };
  await Promise.all(Array.from({ length: PEOPLE }, answer));
  const finals = await Promise.all(payments.map(({ event }) => service.post(event, WAIT_SECONDS)));
  const waiting = finals.filter(({ receipt }) => receipt.status !== 'decided').length;
  if (waiting > 0) throw new Error(`${waiting} of ${count} payments had no final decision ${WAIT_SECONDS} s after their verdicts`);
  const perSecond = (fromMs: number, toMs: number): number => (count * 1000) / (toMs - fromMs);
  return { askedPerSecond: perSecond(startedMs, answeredMs), decidedPerSecond: perSecond(answeredMs, performance.now()) };
}
