/** Hunts the model that is let decide on its own word: what it advised counts as its record, by what turned out to be true. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import type { Flow } from '../../src/domain/flow.ts';
import type { AcceptedEvent } from '../../src/log/arrival.ts';
import { openDatabase, type Pool } from '../../src/log/db/database.ts';
import { type Notifier, openNotifier } from '../../src/log/db/notify.ts';
import { readLlmRecord } from '../../src/outcomes/llmRecord.ts';
import { readQuality } from '../../src/outcomes/readQuality.ts';
import { parsePolicy } from '../../src/policy/policy.ts';
import { quality } from '../../src/wire/quality.ts';
import { askedReviews } from '../support/askedReviews.ts';
import { type ClaimsOffice, claims, filed, openClaims, settled } from '../support/claims.ts';
import { startPostgres } from '../support/postgres.ts';

const OLD = '2026-01-01T12:00:00Z';
const NEW = '2026-02-01T12:00:00Z';

/** Claims whose policy asks an LLM, and wants three judged answers of it. */
const policyOf = (terms: Parameters<typeof askedReviews>[0]): string =>
  JSON.stringify({ runningCases: 'keep', ...(JSON.parse(askedReviews(terms).policyText) as object) });
const asked: Flow = {
  ...claims,
  policySchema: z.looseObject({}),
  policyText: policyOf({ decides: false, record: { judgedMin: 3, precisionMin: 0.9 } }),
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
    const record = (terms: Parameters<typeof askedReviews>[0]) =>
      readLlmRecord(pool, office.tenant, asked, parsePolicy(asked, policyOf(terms)));
    expect(await record({ record: { judgedMin: 3, precisionMin: 1 } })).toEqual({
      ...{ at: 1, decides: true, earned: true },
      text: 'good has 3 judged answers here, 100.0 % right; the policy wants 3 judged answers, 100.0 % of them right',
    });
    // the numbers of the policy that is asked about, and of the model that it names
    expect(await record({ record: { judgedMin: 4, precisionMin: 0.5 } })).toMatchObject({ earned: false });
    expect(await record({ model: 'bad', record: { judgedMin: 1, precisionMin: 0.5 } })).toMatchObject({
      earned: false,
      text: expect.stringMatching(/^bad has 1 judged answers here, 0.0 % right/),
    });
    expect(await record({ model: 'none', record: { judgedMin: 0, precisionMin: 0 } })).toMatchObject({
      earned: false,
      text: expect.stringMatching(/^none has answered nothing here/),
    });
    expect(await readLlmRecord(pool, office.tenant, claims, {})).toBeNull();
  });
});
