/**
 * Drift, from the log to the event that tells of it. The bugs this hunts: a decision that counts twice as a follower died, a drift that is told
 * twice or never, one that stops outcomes.
 */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { audit } from '../../src/audit/audit.ts';
import type { Flow } from '../../src/domain/flow.ts';
import { UNROUTED } from '../../src/domain/ids.ts';
import { byRules } from '../../src/kit/climbNow.ts';
import { defineEvents } from '../../src/kit/defineEvents.ts';
import { defineFlow } from '../../src/kit/defineFlow.ts';
import { defineLabels } from '../../src/kit/defineLabels.ts';
import { defineReflex } from '../../src/kit/defineReflex.ts';
import { activateFlow, ensureHeads } from '../../src/log/activate.ts';
import { Appender } from '../../src/log/append.ts';
import { openDatabase, type Pool } from '../../src/log/db/database.ts';
import { emitNext } from '../../src/log/emit/emitNext.ts';
import { Policies } from '../../src/log/policies.ts';
import { readDriftFigures } from '../../src/outcomes/drift/readDrift.ts';
import { joinOutcomes } from '../../src/outcomes/joinOutcomes.ts';
import { readQuality } from '../../src/outcomes/readQuality.ts';
import { driftPolicy } from '../../src/policy/driftPolicy.ts';
import { arrival } from '../support/arrivals.ts';
import { eachDatabase } from '../support/eachDatabase.ts';
import { losingCommits } from '../support/lostAnswers.ts';

const events = defineEvents({
  'loan.asked': {
    schema: z.looseObject({ loan: z.string(), amount: z.number(), income: z.number(), risk: z.number() }),
    subject: ({ loan }) => loan,
    // what a person earns is told nobody
    fields: { loan: 'plain', amount: 'plain', income: 'personal', risk: 'plain' },
  },
  'loan.ended': {
    schema: z.looseObject({ loan: z.string(), lost: z.boolean() }),
    subject: ({ loan }) => loan,
    fields: { loan: 'plain', lost: 'plain' },
  },
});

const loans = defineFlow({
  name: 'loans',
  title: 'Loans for tests',
  events,
  outcomes: ['lend', 'refuse'],
  policySchema: z.strictObject({ drift: driftPolicy }),
  policyText: 'drift: {windowSeconds: 1000, referenceWindows: 2, decisionsMin: 100, labelsMin: 50}\n',
  code: 'loans-1',
  reflex: defineReflex({
    events,
    states: {},
    keys: { 'loan.asked': () => ({}), 'loan.ended': () => ({}) },
    latenessMs: Number.MAX_SAFE_INTEGER,
    on: {
      'loan.asked': (_states, { data: { risk } }) => ({
        decision: { ...byRules(risk > 0.5 ? 'refuse' : 'lend', []), rung: 'model', score: risk },
      }),
      'loan.ended': () => ({}),
    },
  }),
  labels: defineLabels(events, {
    truths: ['lost', 'paid'],
    claims: { refuse: 'lost', lend: 'paid' },
    positive: 'lost',
    keyOf: { 'loan.asked': ({ loan }) => loan },
    labelOf: { 'loan.ended': ({ loan, lost }) => ({ key: loan, truth: lost ? 'lost' : 'paid' }) },
  }),
}) as Flow;

let url: string;
let pool: Pool;
let appender: Appender;

eachDatabase((given) => {
  url = given;
  pool = openDatabase(url, { name: 'test', appending: true });
  return pool;
});
beforeEach(async () => {
  await ensureHeads(pool, 'default', [loans]);
  await activateFlow(pool, 'default', loans);
  appender = new Appender({
    pool,
    context: { tenant: 'default', log: 'loans', flow: loans, policies: new Policies() },
    mailed: () => undefined,
  });
});
afterEach(() => appender.close());

const STARTED_MS = Date.parse('2026-01-01T00:00:00Z');
let nth = 0;

/** A window of 150 loans, of 1,000 s; what each ended as, where `lost` says so. */
async function month(
  window: number,
  { amount, lost, history = false }: { amount: number; lost?: (risk: number, nth: number) => boolean; history?: boolean },
): Promise<void> {
  const arrivals = Array.from({ length: 150 }, (_, n) => {
    nth += 1;
    const time = new Date(STARTED_MS + (window * 1000 + n * 6) * 1000).toISOString();
    const [loan, risk] = [`l-${nth}`, ((n * 37) % 100) / 100];
    const asked = {
      id: `${nth} asked`,
      type: 'loan.asked',
      subject: loan,
      data: { loan, amount: amount * (1 + (n % 10)), income: amount, risk },
      time,
      history,
    };
    const ended = {
      id: `${nth} ended`,
      type: 'loan.ended',
      subject: loan,
      data: { loan, lost: lost?.(risk, nth) ?? false },
      time,
      history,
    };
    return lost === undefined ? [arrival(asked)] : [arrival(asked), arrival(ended)];
  });
  await appender.append(arrivals.flat());
}
const followed = async (on = pool) => {
  while ((await joinOutcomes(on, { tenant: 'default', flow: loans })).state === 'more');
};
const emit = () =>
  emitNext(pool, { tenant: 'default', policies: new Policies(), emitter: loans, log: UNROUTED, flow: null, types: ['loans.drifted'] });
const told = async () =>
  (await pool.query<{ body: string }>("select body from bodies where log = 'unrouted' order by position")).rows.map(({ body }) =>
    JSON.parse(body),
  );
const findings = async () => (await audit(pool)).findings;

describe('followDrift()', () => {
  it('tells once of an input that has moved, though the answer to a commit was lost, and nothing of what stays', async () => {
    for (const window of [0, 1, 2, 3]) {
      await month(window, { amount: 10 });
      await followed();
    }
    expect(await readDriftFigures(pool, 'default')).toMatchObject([{ flow: 'loans', drifted: 0 }]);
    await month(4, { amount: 200 });
    await followed();
    expect((await pool.query('select 1 from emissions')).rows).toEqual([]);
    await month(5, { amount: 200 });
    const losing = losingCommits(openDatabase(url, { name: 'losing' }), () => true);
    await expect(followed(losing)).rejects.toThrow();
    await losing.end();
    await followed();
    expect((await emit()).events).toHaveLength(1);
    const { position } = (
      await pool.query<{ position: number }>("select position from entries where type = 'loan.asked' order by position offset 750 limit 1")
    ).rows[0] as { position: number };
    expect(await told()).toMatchObject([
      {
        ...{
          id: `loans.drifted:loans.${position}`,
          source: '/signalbox/loans',
          type: 'loans.drifted',
          subject: 'loans',
          causationid: `evt_loans.${position}`,
        },
        signalboxhops: 1,
        data: {
          flow: 'loans',
          // not of the income, which is personal
          drifts: [{ kind: 'input', name: 'amount', threshold: expect.closeTo(0.46, 2), reference: 300, count: 150 }],
          reference: { from: '2026-01-01T00:00:00.000Z', to: '2026-01-01T00:33:20.000Z' },
          window: { from: '2026-01-01T01:06:40.000Z', to: '2026-01-01T01:23:20.000Z' },
        },
      },
    ]);
    await month(6, { amount: 200 });
    await followed();
    expect((await emit()).events).toEqual([]);
    expect(await readDriftFigures(pool, 'default')).toMatchObject([{ flow: 'loans', drifted: 1 }]);
    const { drift } = await readQuality(pool, 'default', loans, { by: 'rung', from: null, to: null });
    expect(drift).toMatchObject({
      learnt: true,
      series: [{ kind: 'input', name: 'amount', drifted: true }, ...(drift?.series.slice(1) ?? [])],
    });
    expect(await findings()).toEqual([]);
  });

  it('tells of scores that no longer mean what they meant, by the labels that came', async () => {
    const asScored = (risk: number, n: number): boolean => ((n * 7919) % 1000) / 1000 < risk;
    for (const window of [0, 1, 2, 3, 4, 5, 6]) {
      await month(window, { amount: 10, lost: window < 4 ? asScored : () => false });
      await followed();
    }
    await emit();
    expect((await told()).map(({ data }) => data.drifts)).toMatchObject([[{ kind: 'calibration', threshold: 0.1 }]]);
    expect(await findings()).toEqual([]);
  });

  it('tells nothing of what is imported as history, and begins anew with other code', async () => {
    for (const window of [0, 1, 2, 3]) await month(window, { amount: window < 2 ? 10 : 200, history: true });
    await month(4, { amount: 200, history: true });
    await followed();
    expect(await readDriftFigures(pool, 'default')).toMatchObject([{ drifted: 1 }]);
    expect((await pool.query('select 1 from emissions')).rows).toEqual([]);
    await activateFlow(pool, 'default', { ...loans, code: 'loans-2' });
    await appender.close();
    const next = { ...loans, code: 'loans-2' };
    appender = new Appender({
      pool,
      context: { tenant: 'default', log: 'loans', flow: next, policies: new Policies() },
      mailed: () => undefined,
    });
    await month(5, { amount: 200 });
    await followed();
    expect(await readDriftFigures(pool, 'default')).toMatchObject([{ drifted: 0, measure: 0 }]);
    expect(await findings()).toEqual([]);
  });
});
