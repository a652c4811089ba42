/** Figures against a computation by hand, and past decisions like one that is asked about. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { AcceptedEvent } from '../../src/log/arrival.ts';
import { openDatabase, type Pool } from '../../src/log/db/database.ts';
import { type Notifier, openNotifier } from '../../src/log/db/notify.ts';
import { readQuality } from '../../src/outcomes/readQuality.ts';
import { readSimilar } from '../../src/outcomes/similar.ts';
import type { QualityBy } from '../../src/wire/quality.ts';
import { type ClaimsOffice, claims, filed, openClaims, settled } from '../support/claims.ts';
import { startPostgres } from '../support/postgres.ts';

let url: string;
let pool: Pool;
let notifier: Notifier;
let office: ClaimsOffice;

const OLD = '2026-01-01T12:00:00Z';
const NEW = '2026-02-01T12:00:00Z';

beforeAll(async () => {
  url = await (await startPostgres()).fresh();
  pool = openDatabase(url, { name: 'test' });
  notifier = openNotifier(url);
  office = await openClaims(pool, notifier);
  await office.accept(
    ...[filed('a', '1', 0.9, OLD), filed('a', '2', 0.9, OLD), filed('b', '3', 0.8, OLD), filed('b', '4', 0.1, OLD)],
    ...[filed('c', '5', 0.2, NEW), filed('c', '6', 0.1, OLD), filed('d', '7', 0.1, NEW)],
  );
  const [byAnn, byBob, byLlm] = (await office.accept(
    ...[filed('e', '8', 0.5, OLD), filed('f', '9', 0.4, OLD), filed('g', '10', 0.6, OLD)],
  )) as [AcceptedEvent, AcceptedEvent, AcceptedEvent];
  await verdict(byAnn, 'ann');
  await verdict(byBob, 'bob');
  const features = { score: 0.5, size: 10 };
  const reasons = [{ code: 'verdict', text: 'Rejected by ann: e is odd' }];
  await office.decide(byAnn, { outcome: 'refuse', rung: 'human', score: 0.5, reasons, result: { features } });
  await office.decide(byBob, { outcome: 'pay', rung: 'human', score: 0.4, result: { features: { score: 0.4, size: 30 } } });
  await office.decide(byLlm, {
    ...{ outcome: 'pay', rung: 'llm', confidence: 0.75, score: 0.6 },
    result: { llm: { model: 'm-1', prompt: 'review@abc' }, features: { score: 0.6, size: 'odd' } },
    rungs: [
      { rung: 'llm', outcome: null, confidence: null, ms: 5, costUsd: 0.002, abstained: 'unsure' },
      { rung: 'llm', outcome: 'pay', confidence: 0.75, ms: 5, costUsd: 0.001 },
    ],
  });
  await office.accept(
    ...[settled('a', '1', true), settled('a', '2', false), settled('b', '3', true), settled('b', '4', true), settled('c', '5', false)],
    ...[settled('e', '8', true), settled('f', '9', true), settled('g', '10', false)].map(old),
  );
  await office.follow();
});
afterAll(async () => {
  await office.close();
  await notifier.close();
  await pool.end();
});

/** Labels of the day before the newest claim, so that today's date decides nothing. */
function old(label: ReturnType<typeof settled>): ReturnType<typeof settled> {
  return { ...label, event: { ...label.event, time: '2026-01-31T12:00:00Z' } };
}

/** An approval as a verdict leaves it. */
async function verdict({ position, caseId, subject }: AcceptedEvent, actor: string): Promise<void> {
  await pool.query(
    `insert into approvals (tenant, flow, event_position, turn, case_id, subject, state, opened_at, position, deadline, default_outcome, policy, body, verdict, actor, reason, via, decided_at)
     values ($1, 'claims', $2, 0, $3, $4, 'decided', now(), $2, now(), 'pay', 'p', '{}', 'approve', $5, 'r', 'http', now())`,
    [office.tenant, position, caseId, subject, actor],
  );
}

const read = (by: QualityBy, days: { from?: string; to?: string } = {}) =>
  readQuality(pool, office.tenant, claims, { by, from: days.from ?? null, to: days.to ?? null });

describe('readQuality()', () => {
  it('readQuality() gives the figures that a computation by hand gives', async () => {
    const { all, groups, positive, behind } = await read('rung');
    expect({ positive, behind }).toEqual({ positive: 'bad', behind: 0 });
    // 1, 2, 3 were refused: 1 and 3 were bad; 4 was bad and paid; 5 is labelled good, 6 and 7 are old enough to count as good
    const [model] = groups;
    expect(model).toMatchObject({
      ...{ name: 'model', decisions: 7, outcomes: { pay: 4, refuse: 3 }, labelled: 5, assumed: 2, unknown: 0, right: 5, wrong: 2 },
      ...{ precision: 2 / 3, recall: 2 / 3, costUsd: 0, costUsdPer1000: 0 },
    });
    // of 0.9: 1 right, 2 wrong, 4 wrong, 6 and 7 right; of 0.8: 3 and 5, both right
    expect(model?.calibration.buckets).toEqual([
      { from: 0.8, to: 0.9, judged: 2, confidence: 0.8, right: 1 },
      { from: 0.9, to: 1, judged: 5, confidence: 0.9, right: 3 / 5 },
    ]);
    expect(model?.calibration.error).toBeCloseTo((2 * 0.2 + 5 * 0.3) / 7, 10);
    expect(groups.find(({ name }) => name === 'human')).toMatchObject({ decisions: 2, right: 1, wrong: 1, precision: 1, recall: 0.5 });
    expect(groups.find(({ name }) => name === 'llm')).toMatchObject({
      decisions: 1,
      right: 1,
      precision: null,
      costUsd: 0.003,
      costUsdPer1000: 3,
    });
    expect(all).toMatchObject({ decisions: 10, right: 7, wrong: 3, precision: 3 / 4, recall: 3 / 5, costUsd: 0.003 });
    expect(all.costUsdPer1000).toBeCloseTo(0.3, 10);
  });

  it('readQuality() does not count silence before its days are over', async () => {
    const { tenant } = office;
    await pool.query("update outcome_cursors set newest = '2026-02-05T12:00:00Z' where tenant = $1", [tenant]);
    // 7 was filed four days before the newest event now, 6 a month before
    expect(await read('rung')).toMatchObject({
      silence: { days: 7, truth: 'good', before: '2026-01-29', counted: 1 },
      all: { assumed: 1, unknown: 1, right: 6, wrong: 3 },
    });
  });

  it.each<[QualityBy, Record<string, number>]>([
    ['model', { c0dec0dec0de: 7, 'm-1': 1 }],
    ['prompt', { 'review@abc': 1 }],
    ['reviewer', { ann: 1, bob: 1 }],
  ])('readQuality() tells by %s', async (by, expected) => {
    const { groups, all } = await read(by);
    expect(Object.fromEntries(groups.map(({ name, decisions }) => [name, decisions]))).toEqual(expected);
    expect(all.decisions).toBe(10);
  });

  it("readQuality() counts the days of the events' time, both ends included", async () => {
    expect((await read('policy', { from: '2026-02-01', to: '2026-02-01' })).all).toMatchObject({ decisions: 2 });
    expect((await read('policy', { to: '2026-01-31' })).groups.map(({ name, decisions }) => [name.split('@')[0], decisions])).toEqual([
      ['claims', 8],
    ]);
  });
});

describe('readSimilar()', () => {
  const to = (more: object = {}) => ({
    ...{ tenant: office.tenant, flow: 'claims', subject: 'a', eventPosition: 999, found: { score: 0.5, size: 10 }, score: 0.5, limit: 10 },
    ...more,
  });

  it('readSimilar() ranks past decisions by score and features, with what turned out to be true', async () => {
    const similar = await readSimilar(pool, to());
    expect(similar[0]).toEqual({
      ...{ decision: expect.stringMatching(/^dec_.*\.1$/), event: expect.stringMatching(/^evt_/), at: expect.any(String) },
      ...{ outcome: 'refuse', rung: 'human', score: 0.5, reasons: ['verdict'], truth: 'bad', own: false, distance: 0 },
    });
    // the case of g: score 0.1 off, one feature in common; that of f: 0.1 off and (0.1 / 0.9 + 20 / 40) / 2
    const distances = similar.filter(({ own }) => !own).map(({ score, distance }) => [score, distance.toFixed(6)]);
    expect(distances).toEqual([
      [0.5, '0.000000'],
      [0.6, ((0.1 + 0.1 / 1.1) / 2).toFixed(6)],
      [0.4, ((0.1 + (0.1 / 0.9 + 0.5) / 2) / 2).toFixed(6)],
    ]);
    // the subject's own, though no case decided them; never those of other subjects that the reflex decided
    expect(similar.filter(({ own }) => own).map(({ rung, truth }) => `${rung} ${truth}`)).toEqual(['model good', 'model bad']);
  });

  it('readSimilar() says nothing of whom others are', async () => {
    expect(JSON.stringify(await readSimilar(pool, to()))).not.toMatch(/"[a-g]"|is odd|subject/);
  });

  it('readSimilar() leaves out the event that is asked about, and gives no more than asked for', async () => {
    const [first] = await readSimilar(pool, to());
    const eventPosition = Number(first?.event.split('.').at(-1));
    const others = await readSimilar(pool, to({ eventPosition, limit: 2 }));
    expect(others).toHaveLength(2);
    expect(others.map(({ event }) => event)).not.toContain(first?.event);
    expect((await readSimilar(pool, to({ found: {}, score: null }))).every(({ distance }) => distance === 1)).toBe(true);
  });

  it('readSimilar() reads no more however much was decided', async () => {
    // one session: what a session has read is counted when it says so
    const one = openDatabase(url, { name: 'test', size: 1 });
    const rows = async (): Promise<number> => {
      await one.query('select pg_stat_force_next_flush()');
      const { rows: found } = await one.query<{ n: number }>(
        "select sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0))::int as n from pg_stat_user_tables where relname in ('entries', 'decisions', 'labels')",
      );
      return found[0]?.n ?? 0;
    };
    await one.query(
      `insert into decisions select tenant, log, 1000 + n, flow, 100000 + n, 1, subject, outcome, provisional, policy, at, body
       from decisions, generate_series(1, 20000) n where tenant = $1 and log = 'claims/cases' and position = (select min(position) from decisions where tenant = $1 and log = 'claims/cases')`,
      [office.tenant],
    );
    const before = await rows();
    expect(await readSimilar(one, to())).toHaveLength(10);
    expect((await rows()) - before).toBeLessThan(1500);
    await one.end();
  });
});

describe('readQuality() of a flow whose newest event is of the first days there are', () => {
  it('counts no silence, as no day is old enough', async () => {
    const early = await openClaims(pool, notifier);
    await early.accept(filed('a', '1', 0.9, '0001-01-01T00:00:00Z'));
    await early.follow();
    const report = await readQuality(pool, early.tenant, claims, { by: 'rung', from: null, to: null });
    expect(report).toMatchObject({ silence: { before: null, counted: 0 }, all: { decisions: 1, assumed: 0 } });
    await early.accept(filed('a', '2', 0.9, '0001-01-08T00:00:00Z'));
    await early.follow();
    const later = await readQuality(pool, early.tenant, claims, { by: 'rung', from: null, to: null });
    expect(later).toMatchObject({ silence: { before: '0001-01-01', counted: 0 } });
    await early.close();
  });
});
