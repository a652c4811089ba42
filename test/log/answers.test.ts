/** Hunts the model that is let decide on its own word: what it advised counts as its record, by what turned out to be true. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import type { Flow } from '../../src/domain/flow.ts';
import type { AcceptedEvent } from '../../src/log/arrival.ts';
import { openDatabase, type Pool } from '../../src/log/db/database.ts';
import { type Notifier, openNotifier } from '../../src/log/db/notify.ts';
import { readQuality } from '../../src/outcomes/readQuality.ts';
import { quality } from '../../src/wire/quality.ts';
import { askedReviews } from '../support/askedReviews.ts';
import { type ClaimsOffice, claims, filed, openClaims, settled } from '../support/claims.ts';
import { startPostgres } from '../support/postgres.ts';

const OLD = '2026-01-01T12:00:00Z';
const NEW = '2026-02-01T12:00:00Z';

/** Claims whose policy asks an LLM, and wants three judged answers of it. */
const asked: Flow = {
  ...claims,
  policySchema: z.looseObject({}),
  policyText: JSON.stringify({
    runningCases: 'keep',
    ...(JSON.parse(askedReviews({ decides: false, record: { judgedMin: 3, precisionMin: 0.9 } }).policyText) as object),
  }),
};

describe('readQuality() by model', () => {
  let pool: Pool;
  let notifier: Notifier;
  let office: ClaimsOffice;
  beforeAll(async () => {
    const url = await (await startPostgres()).fresh();
    pool = openDatabase(url, { name: 'test' });
    notifier = openNotifier(url);
    office = await openClaims(pool, notifier, asked);
  });
  afterAll(async () => {
    await office.close();
    await notifier.close();
    await pool.end();
  });

  async function answered({ position }: AcceptedEvent, model: string, outcome: string, number = 1): Promise<void> {
    await pool.query(
      `insert into llm_calls (tenant, flow, event_position, number, subject, step, model, prompt_version, question, state, started_at, settled_at,
        input_tokens, output_tokens, nano_usd, tight, answer)
      values ($1, 'claims', $2, $3::int, 's', 'turn ' || $3::int, $4, 'p@1', '\\x00', 'answered', now(), now(), 100, 20, 1000000, false, $5)`,
      [office.tenant, position, number, model, JSON.stringify({ value: { outcome, confidence: 0.95, reasons: [] } })],
    );
  }

  it('readQuality() tells how right each model was by its last answers, decided or not, and what it wants to decide', async () => {
    const events = await office.accept(
      ...['1', '2', '3', '4', '5'].map((claim) => filed(`h-${claim}`, claim, 0.5, claim === '5' ? NEW : OLD)),
    );
    const [one, two, three, four, five] = events as [AcceptedEvent, AcceptedEvent, AcceptedEvent, AcceptedEvent, AcceptedEvent];
    // a first answer that another one followed does not count
    await answered(one, 'good', 'pay');
    await answered(one, 'good', 'refuse', 2);
    for (const event of [two, three]) await answered(event, 'good', 'refuse');
    await answered(four, 'bad', 'refuse');
    await answered(five, 'bad', 'pay');
    await office.accept(...['1', '2', '3'].map((claim) => settled(`h-${claim}`, claim, true, NEW)));
    await office.follow();
    const report = await readQuality(pool, office.tenant, asked, { by: 'model', from: null, to: null });
    expect(quality.parse(report)).toEqual(report);
    expect(report.answers).toMatchObject([
      { name: 'good', decisions: 3, right: 3, wrong: 0, record: { judgedMin: 3, judged: 3, precision: 1, earned: true } },
      // nobody labelled the old one, which silence calls good; of the new one nothing is known yet
      { name: 'bad', decisions: 2, right: 0, wrong: 1, unknown: 1, assumed: 1, record: { judged: 1, precision: 0, earned: false } },
    ]);
    expect(report.answers[0]?.costUsd).toBeCloseTo(0.004, 10);
    expect((await readQuality(pool, office.tenant, asked, { by: 'model', from: '2026-02-01', to: null })).answers).toMatchObject([
      { name: 'bad', decisions: 1 },
    ]);
    expect((await readQuality(pool, office.tenant, asked, { by: 'rung', from: null, to: null })).answers).toEqual([]);
  });
});
