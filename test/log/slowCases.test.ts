/** The slowest cases. The bugs this hunts: one that is lost because its hour had many, or because it was followed later than others; rows that grow with the cases that were closed. */
import { describe, expect, it } from '@jest/globals';
import { CaseIds } from '../../src/log/caseIds.ts';
import { followTallies, SLOW_KEPT } from '../../src/log/tally/followTallies.ts';
import { readSlowCases } from '../../src/log/tally/readSlowCases.ts';
import { claims, filed } from '../support/claims.ts';
import { claimsOfTest } from '../support/claimsOfTest.ts';

const kept = claimsOfTest();

const MINUTE_MS = 60_000;
const NINE_MS = Date.parse('2026-03-02T09:00:00Z');

/** Claims whose cases took so many minutes each, decided in the order of the list, all just after `atMs`. */
async function closed(minutes: readonly number[], atMs: number): Promise<void> {
  const events = await kept.office.accept(...minutes.map((one) => filed(`after ${one}`, `${atMs} ${one}`, 0.5)));
  for (const event of events) await kept.office.decide(event, { outcome: 'pay', rung: 'human' });
  for (const [nth, { position }] of events.entries()) {
    const decidedMs = atMs + nth * 1000;
    const acceptedMs = decidedMs - (minutes[nth] ?? 0) * MINUTE_MS;
    const values = [kept.office.tenant, position];
    await kept.pool.query('update entries set accepted_at = $3 where tenant = $1 and position = $2', [...values, new Date(acceptedMs)]);
    await kept.pool.query('update decisions set at = $3 where tenant = $1 and event_position = $2 and not provisional', [
      ...values,
      new Date(decidedMs),
    ]);
  }
}

async function followAll(): Promise<void> {
  while (await followTallies(kept.pool, kept.office.tenant, 7));
}

const slowest = async (fromMs: number, toMs: number, limit = 5) => {
  const source = { pool: kept.pool, caseIds: new CaseIds([claims]) };
  const cases = await readSlowCases(source, { tenant: kept.office.tenant, flow: 'claims' }, { fromMs, toMs, limit });
  return cases.map(({ subject, ms }) => [subject, ms / MINUTE_MS]);
};

describe('readSlowCases()', () => {
  it('gives those that took longest, out of hours that had many, in whatever order they were decided', async () => {
    const many = Array.from({ length: 70 }, (_, nth) => ((nth * 37) % 70) + 1);
    await closed(many, NINE_MS);
    await closed([300, 5], NINE_MS + 60 * MINUTE_MS);
    await followAll();
    const hourMs = 60 * MINUTE_MS;
    expect(await slowest(NINE_MS, NINE_MS + 2 * hourMs)).toEqual([300, 70, 69, 68, 67].map((one) => [`after ${one}`, one]));
    expect(await slowest(NINE_MS, NINE_MS + hourMs, 3)).toEqual([70, 69, 68].map((one) => [`after ${one}`, one]));
    expect(await slowest(NINE_MS + 2 * hourMs, NINE_MS + 9 * hourMs)).toEqual([]);
    const { rows } = await kept.pool.query<{ count: number }>('select count(*)::int as count from slow_cases where tenant = $1', [
      kept.office.tenant,
    ]);
    expect(rows[0]?.count).toBe(SLOW_KEPT + 2);
  });

  it('leaves out what a reflex decided, and what is not decided yet', async () => {
    await kept.office.accept(filed('sure', '1', 0.1), filed('unsure', '2', 0.5));
    await followAll();
    expect(await slowest(0, Date.now() + 3_600_000)).toEqual([]);
  });
});
