/** The bug this hunts: a verdict that waits for the round trips of all the others, or that is told again to a case that works on it. */
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { pino } from 'pino';
import { giveVerdict } from '../../src/approvals/approvals.ts';
import type { CaseClient } from '../../src/cases/caseClient.ts';
import { VerdictTeller } from '../../src/cases/verdictTeller.ts';
import type { Pool } from '../../src/log/db/database.ts';
import type { Notifier } from '../../src/log/db/notify.ts';
import { booking } from '../support/arrivals.ts';
import { type BookedLedger, bookedLedger } from '../support/bookedLedger.ts';
import { openQuestion } from '../support/questions.ts';

const VERDICTS = 20;

let booked: BookedLedger;
let pool: Pool;
let notifier: Notifier;

beforeAll(async () => {
  booked = await bookedLedger(Array.from({ length: VERDICTS }, (_, nth) => booking({ id: `booking-${nth}`, amount: 5000 })));
  ({ pool, notifier } = booked);
  for (const position of booked.positions) {
    const { key } = await openQuestion(pool, position);
    await giveVerdict({ pool, notifier }, { ...key, actor: 'ann', verdict: 'approve', reason: 'known', via: 'http' });
  }
});
afterAll(() => booked.close());
afterEach(() => {
  jest.restoreAllMocks();
});

/** A server that takes signals, the first of them only when it is let go. */
function slowServer(state: 'busy' | 'idle' = 'busy', runs = () => true) {
  const told: string[] = [];
  let letGo = (): void => undefined;
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const cases: Pick<CaseClient, 'look' | 'tellVerdict'> = {
    look: async () => state,
    tellVerdict: async (_case, { approval }) => {
      told.push(approval);
      if (told.length === 1) await held;
      return runs();
    },
  };
  const gone: string[] = [];
  const deps = {
    pool,
    cases: cases as CaseClient,
    logger: pino({ level: 'silent' }),
    gone: async ({ caseId }: { caseId: string }) => void gone.push(caseId),
  };
  return { told, gone, letGo, teller: new VerdictTeller(deps) };
}

describe('VerdictTeller', () => {
  it('tells the other verdicts while one of them waits for the server', async () => {
    const { told, letGo, teller } = slowServer();
    const round = teller.tell();
    while (told.length < VERDICTS) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(new Set(told).size).toBe(VERDICTS);
    letGo();
    await round;
  });

  it('does not tell again what a case was told just now', async () => {
    const { told, letGo, teller } = slowServer();
    letGo();
    await teller.tell();
    await teller.tell();
    expect(told).toHaveLength(VERDICTS);
    await teller.close();
  });

  it.each([
    ['idle', 2 * VERDICTS],
    ['busy', VERDICTS],
  ] as const)('tells again, after half a minute, a case that is %s', async (state, times) => {
    const { told, letGo, teller } = slowServer(state);
    letGo();
    await teller.tell();
    const now = performance.now.bind(performance);
    jest.spyOn(performance, 'now').mockImplementation(() => now() + 31_000);
    await teller.tell();
    expect(told).toHaveLength(times);
    expect(new Set(told).size).toBe(VERDICTS);
    // told, or looked after, just now
    await teller.tell();
    expect(told).toHaveLength(times);
    await teller.close();
  });

  it('looks after a case that is gone by the time that it is told again', async () => {
    let runs = true;
    const { gone, letGo, teller } = slowServer('idle', () => runs);
    letGo();
    await teller.tell();
    expect(gone).toEqual([]);
    runs = false;
    const now = performance.now.bind(performance);
    jest.spyOn(performance, 'now').mockImplementation(() => now() + 31_000);
    await teller.tell();
    expect(gone).toHaveLength(VERDICTS);
    await teller.close();
  });
});
