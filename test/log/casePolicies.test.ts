/**
 * Which policy a case works with, by what stands in the rows. The bug this hunts: a case that changes its policy because it was started
 * again, sent back or put aside, or that goes on with an old one though the active one says otherwise.
 */

import { describe, expect, it } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import { createAskLlm } from '../../src/activities/askLlm.ts';
import { recordEndings } from '../../src/cases/recordEndings.ts';
import type { Flow, FlowBriefing } from '../../src/domain/flow.ts';
import { activateFlow, ensureHeads } from '../../src/log/activate.ts';
import { Appender } from '../../src/log/append.ts';
import { openDatabase, type Pool } from '../../src/log/db/database.ts';
import { openNotifier } from '../../src/log/db/notify.ts';
import { loadEvents } from '../../src/log/loadEvents.ts';
import { Policies } from '../../src/log/policies.ts';
import { redrive } from '../../src/log/redrive.ts';
import type { LadderPolicy } from '../../src/policy/ladderPolicy.ts';
import { policyVersion } from '../../src/policy/policy.ts';
import { askedReviews } from '../support/askedReviews.ts';
import { eachDatabase } from '../support/eachDatabase.ts';
import { operate } from '../support/policies.ts';
import { payment, reviews } from '../support/reviews.ts';

const decided = reviews();
const { reflex: _reflex, ...undecided } = decided;
const textOf = (nth: number, runningCases = 'keep'): string =>
  JSON.stringify({ ...JSON.parse(reviews({ deadlineSeconds: nth * 40_000 }).policyText), runningCases });
const version = (nth: number, runningCases?: string): string => policyVersion('fraud', textOf(nth, runningCases));
const built = policyVersion('fraud', decided.policyText);

let url: string;
let pool: Pool;

eachDatabase((given) => {
  url = given;
  pool = openDatabase(url, { name: 'test', size: 2 });
  return pool;
});

async function start(flow: Flow): Promise<(id: string) => Promise<number>> {
  await ensureHeads(pool, 'default', [flow]);
  await activateFlow(pool, 'default', flow);
  const appender = new Appender({
    pool,
    context: { tenant: 'default', log: 'fraud', flow, policies: new Policies() },
    mailed: () => undefined,
  });
  return async (id) => {
    const [answer] = await appender.append([payment(id)]);
    return answer?.position ?? 0;
  };
}

const load = async (...positions: number[]): Promise<string[]> => {
  const loaded = await loadEvents(
    { pool, policies: new Policies() },
    { tenant: 'default', flow: 'fraud', caseId: 'fraud:card-1' },
    positions,
  );
  return loaded.map(({ policy }) => policy);
};
const asked = (position: number, turn: number, policy: string) =>
  pool.query(
    `insert into approvals (tenant, flow, event_position, turn, case_id, subject, state, opened_at, position, deadline, default_outcome, policy, body)
     values ('default', 'fraud', $1, $2, 'fraud:card-1', 'card-1', 'open', now(), 1, now(), 'decline', $3, '{}')`,
    [position, turn, policy],
  );

describe('createAskLlm()', () => {
  it('createAskLlm() asks by the policy that the case has loaded, though another holds by the time', async () => {
    const flow = askedReviews({ callSeconds: 5 });
    const text = (callSeconds: number): string =>
      JSON.stringify({ ...JSON.parse(askedReviews({ callSeconds }).policyText), runningCases: 'follow' });
    const accept = await start(flow);
    const eventPosition = await accept('p-1');
    const { version: loaded } = await operate(pool, flow, text(6));
    await operate(pool, flow, text(7));
    const asked: number[] = [];
    const ask = createAskLlm({
      ...{ pool, flows: [flow] },
      callLlm: async ({ terms }) => {
        asked.push(terms.callSeconds);
        return { kind: 'abstained', code: 'not-configured', why: 'a test', call: null };
      },
    });
    const asking = { tenant: 'default', flow: 'fraud', caseId: 'fraud:card-1', eventPosition };
    const environment = new MockActivityEnvironment();
    await environment.run(ask, { ...asking, turn: 0, policy: loaded });
    await environment.run(ask, { ...asking, turn: 1 });
    expect(asked).toEqual([6, 7]);
  });

  const strange = (about: Partial<ReturnType<FlowBriefing<LadderPolicy>['brief']>>): Flow<LadderPolicy> => {
    const flow = askedReviews();
    const briefing = flow.briefing as FlowBriefing<LadderPolicy>;
    return { ...flow, briefing: { ...briefing, brief: (given) => ({ ...briefing.brief(given), ...about }) } };
  };
  it.each<[string, Flow<LadderPolicy>, string]>([
    [
      'a placeholder that nothing fills',
      { ...askedReviews(), policyText: askedReviews().policyText.replace('{{score}}', '{{ghost}}') },
      'Cannot write the prompt as nothing fills {{ghost}}',
    ],
    ['a variable of another type', strange({ variables: { score: 'high' } }), 'score: must be a number, not a text'],
    ['no fact', strange({ facts: [] }), 'Cannot ask an LLM as fraud has no fact to tell it'],
  ])('createAskLlm() is silent at once with %s: to try again would mend nothing', async (_what, flow, why) => {
    const accept = await start(flow);
    const asking = { tenant: 'default', flow: 'fraud', caseId: 'fraud:card-1', eventPosition: await accept('p-1'), turn: 0 };
    const callLlm = async () => {
      throw new Error('nobody is to be asked');
    };
    const said = await new MockActivityEnvironment().run(createAskLlm({ pool, flows: [flow], callLlm }), asking);
    expect(said).toEqual({ said: 'nothing', why: expect.stringContaining(why), costUsd: 0 });
  });
});

describe.each<[string, Flow]>([
  ['with a provisional decision', decided],
  ['without one', undecided],
])('loadEvents() of an event %s', (_name, flow) => {
  it('loadEvents() gives the policy that held at its position, whatever is active now', async () => {
    const accept = await start(flow);
    const positions = [await accept('p-1')];
    for (const nth of [1, 2, 3]) {
      await operate(pool, flow, textOf(nth));
      positions.push(await accept(`p-${nth + 1}`));
    }
    expect(await load(...positions)).toEqual([built, version(1), version(2), version(3)]);
  });

  it('loadEvents() gives the active policy where that one says that cases follow it', async () => {
    const accept = await start(flow);
    const positions = [await accept('p-1')];
    await operate(pool, flow, textOf(1, 'follow'));
    positions.push(await accept('p-2'));
    expect(await load(...positions)).toEqual([version(1, 'follow'), version(1, 'follow')]);
    // what the active one says counts, not what the one said that it began with
    await operate(pool, flow, textOf(2));
    positions.push(await accept('p-3'));
    expect(await load(...positions)).toEqual([built, version(1, 'follow'), version(2)]);
  });

  it('loadEvents() gives the policy that a person was asked with, whatever is active', async () => {
    const accept = await start(flow);
    const position = await accept('p-1');
    await operate(pool, flow, textOf(1, 'follow'));
    await asked(position, 0, built);
    expect(await load(position)).toEqual([built]);
    await asked(position, 1, version(1, 'follow'));
    expect(await load(position)).toEqual([version(1, 'follow')]);
  });

  it('loadEvents() keeps to that for an event that was put aside and sent back', async () => {
    const accept = await start(flow);
    const position = await accept('p-1');
    await operate(pool, flow, textOf(1));
    const notifier = openNotifier(url);
    const key = { tenant: 'default', flow: 'fraud', caseId: 'fraud:card-1', subject: 'card-1' };
    const deps = { pool, notifier, flows: [flow], policies: new Policies(), announces: false };
    await recordEndings(deps, key, [{ position, ending: 'quarantined', note: 'a fault' }]);
    await notifier.close();
    expect(await redrive({ pool, flows: [flow], mailed: () => undefined }, { tenant: 'default', log: 'fraud', position })).toBe('waiting');
    expect(await load(position)).toEqual([built]);
  });

  it('loadEvents() looks the policy up by key, however long the log is and whatever the planner knows', async () => {
    await pool.query('alter table entries set (autovacuum_enabled = off)');
    const accept = await start(flow);
    const first = await accept('p-1');
    await pool.query(
      `insert into entries (tenant, log, position, kind, accepted_at, source, id, type, subject, time, hash, ending)
       select 'default', 'fraud', n, 'event', now(), '/test', n::text, 'payment.attempted', 'card-1', now(), '', 'case' from generate_series(100, 20000) n`,
    );
    await pool.query("insert into bodies select 'default', 'fraud', n, '{}' from generate_series(100, 20000) n");
    const read = async (): Promise<number> => {
      await pool.query('select pg_stat_force_next_flush()');
      const { rows } = await pool.query<{ n: number }>(
        "select sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0)) as n from pg_stat_user_tables where relname = 'entries'",
      );
      return Number(rows[0]?.n);
    };
    const positions = [first, ...Array.from({ length: 50 }, (_, n) => 19_000 + n)];
    const single = openDatabase(url, { name: 'single', size: 1 });
    const through = pool;
    pool = single;
    const before = await read();
    expect(new Set(await load(...positions))).toEqual(new Set([built]));
    // the event and the entry that switched its policy on
    expect((await read()) - before).toBeLessThanOrEqual(2 * positions.length + 5);
    pool = through;
    await single.end();
  });
});
