/** The bug this hunts: an action above its limit that somebody other than a person let through; and one that the policy does not have. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { beginTry } from '../../src/actions/actions.ts';
import { closeApproval, openApproval } from '../../src/approvals/approvals.ts';
import { audit } from '../../src/audit/audit.ts';
import { recordEndings } from '../../src/cases/recordEndings.ts';
import type { DecisionDraft } from '../../src/domain/decision.ts';
import type { JsonObject } from '../../src/domain/event.ts';
import { activateFlow, ensureHeads } from '../../src/log/activate.ts';
import { Appender } from '../../src/log/append.ts';
import { openDatabase, type Pool } from '../../src/log/db/database.ts';
import { type Notifier, openNotifier } from '../../src/log/db/notify.ts';
import { Policies } from '../../src/log/policies.ts';
import { policyVersion } from '../../src/policy/policy.ts';
import { startPostgres } from '../support/postgres.ts';
import { payment, reviews } from '../support/reviews.ts';
import { verdictOn } from '../support/verdictOn.ts';

const flow = reviews({}, 'fraudCase', [
  { name: 'reserve', on: 'approve', undo: 'unreserve' },
  { name: 'release', on: 'approve', limit: { field: 'amount', max: 100 } },
]);
const policy = policyVersion(flow.name, flow.policyText);

describe('planActions()', () => {
  let pool: Pool;
  let notifier: Notifier;
  let appender: Appender;
  let cards = 0;

  beforeAll(async () => {
    const postgres = await startPostgres();
    const url = await postgres.fresh();
    pool = openDatabase(url, { name: 'test' });
    notifier = openNotifier(url);
    await ensureHeads(pool, 'default', [flow]);
    await activateFlow(pool, 'default', flow);
    appender = new Appender({
      pool,
      context: { tenant: 'default', log: 'fraud', flow, policies: new Policies() },
      mailed: () => undefined,
    });
  });
  afterAll(async () => {
    const { findings } = await audit(pool);
    await appender.close();
    await notifier.close();
    await pool.end();
    expect(findings).toEqual([]);
  });

  async function accept(data: JsonObject): Promise<{ position: number; subject: string }> {
    cards += 1;
    const subject = `card-${cards}`;
    const [answer] = await appender.append([payment(`p-${cards}`, subject, { data })]);
    if (answer === undefined || !('position' in answer)) throw new Error(`Cannot go on without the event: ${JSON.stringify(answer)}`);
    return { position: answer.position, subject };
  }

  async function decide(at: { position: number; subject: string }, draft: Partial<DecisionDraft> = {}, announces = false) {
    const full: DecisionDraft = {
      ...{ outcome: 'approve', confidence: 1, score: null, rung: 'llm', reasons: [], result: {}, provisional: false, rungs: [] },
      ...draft,
    };
    const key = { tenant: 'default', flow: 'fraud', caseId: `fraud:${at.subject}`, subject: at.subject };
    const deps = { pool, notifier, flows: [flow], policies: new Policies(), announces };
    const [ended] = await recordEndings(deps, key, [{ position: at.position, ending: 'case', decision: { draft: full, policy } }]);
    return ended;
  }

  const rows = async (position: number) =>
    (await pool.query('select action, state, error_code, last_error from actions where event_position = $1 order by step', [position]))
      .rows;

  const REFUSED: readonly (readonly [what: string, data: JsonObject])[] = [
    ['just above', { amount: 100.01 }],
    ['a text', { amount: '50' }],
    ['null', { amount: null }],
    ['a list', { amount: [50] }],
    ['an object', { amount: { value: 50 } }],
    ['true', { amount: true }],
    ['another spelling', { amount: 1e9, Amount: 1 }],
    ['beyond what a double holds exactly', { amount: 2 ** 60 }],
  ];

  it.each(REFUSED)('planActions() refuses an action whose field is %s, and takes none of its outcome', async (_what, data) => {
    const at = await accept({ ...data, note: '\u0000 \\u0000 \\' });
    expect(await decide(at)).toMatchObject({ planned: [], failed: ['release'] });
    const why = expect.stringMatching(/^amount is .*above the limit of 100, and no person has approved approve$/);
    expect(await rows(at.position)).toEqual([
      { action: 'reserve', state: 'skipped', error_code: 'above-limit', last_error: 'release of the same outcome was refused' },
      { action: 'release', state: 'refused', error_code: 'above-limit', last_error: why },
    ]);
    const lines = await pool.query("select title from records where event_position = $1 and kind = 'action' order by position", [
      at.position,
    ]);
    expect(lines.rows[1]?.title).toMatch(/^release: refused, as amount is /);
    expect((await pool.query('select from mailboxes where position = $1', [at.position])).rowCount).toBe(0);
  });

  it('planActions() refuses an action whose field is missing', async () => {
    const arrival = payment('p-none', 'card-none');
    const { amount: _amount, ...data } = arrival.data;
    const body = JSON.stringify({ ...JSON.parse(arrival.event.body), data });
    await appender.append([{ ...arrival, data, event: { ...arrival.event, data, body } }]);
    const { rows: found } = await pool.query<{ position: number }>("select position from entries where subject = 'card-none'");
    expect(await decide({ position: found[0]?.position ?? 0, subject: 'card-none' })).toMatchObject({ planned: [], failed: ['release'] });
  });

  it.each([[{ amount: 100 }], [{ amount: 0 }], [{ amount: -5 }], [{ amount: 99.5 }]])(
    'planActions() plans what is within its limit, one after the other: %j',
    async (data) => {
      const at = await accept({ ...data, note: '\u0000' });
      expect(await decide(at)).toMatchObject({ planned: ['reserve', 'release'] });
      const again = await decide(at);
      expect(again).toMatchObject({ planned: ['reserve', 'release'] });
      expect(again?.failed).toBeUndefined();
      const turn = (action: string) =>
        beginTry(pool, { tenant: 'default', flow: 'fraud', eventPosition: at.position, action }, { leaseMs: 60_000, receiver: null });
      expect(await turn('release')).toMatchObject({ turn: 'behind', action: { tries: 0 } });
      expect(await turn('reserve')).toMatchObject({ turn: 'now', action: { tries: 1 } });
      expect(await turn('reserve')).toMatchObject({ turn: 'later', action: { tries: 1 } });
      expect(await rows(at.position)).toHaveLength(2);
      await pool.query("update actions set state = 'done', ended_at = now() where event_position = $1", [at.position]);
      await pool.query('delete from mailboxes where position = $1', [at.position]);
    },
  );

  it.each(['rules', 'model', 'llm', 'default'] as const)('planActions() lets the rung %s pass no limit', async (rung) => {
    expect(await decide(await accept({ amount: 5000 }), { rung })).toMatchObject({ planned: [], failed: ['release'] });
  });

  it('planActions() takes what a person has approved', async () => {
    const at = await accept({ amount: 5000 });
    await verdictOn({ pool, notifier }, at, 'approve');
    expect(await decide(at, { rung: 'human' })).toMatchObject({ planned: ['reserve', 'release'] });
    await pool.query("update actions set state = 'done', ended_at = now() where event_position = $1", [at.position]);
    await pool.query('delete from mailboxes where position = $1', [at.position]);
  });

  it('planActions() does not take a rejection, another outcome or the default for an approval', async () => {
    const rejected = await accept({ amount: 5000 });
    await verdictOn({ pool, notifier }, rejected, 'reject');
    expect(await decide(rejected)).toMatchObject({ planned: [], failed: ['release'] });
    const other = await accept({ amount: 5000 });
    await verdictOn({ pool, notifier }, { ...other, proposed: 'decline' }, 'approve');
    expect(await decide(other)).toMatchObject({ planned: [], failed: ['release'] });
    const late = await accept({ amount: 5000 });
    const key = { tenant: 'default', flow: 'fraud', eventPosition: late.position, turn: 0 };
    await openApproval(
      { pool },
      {
        ...{ ...key, caseId: `fraud:${late.subject}`, subject: late.subject, question: '?', evidence: {}, policy },
        ...{ proposed: { outcome: 'approve', result: {} }, openedAt: new Date().toISOString(), deadline: new Date().toISOString() },
        ...{ defaultOutcome: 'approve', rules: { bySignal: true } },
      },
    );
    expect(await closeApproval({ pool }, key)).toMatchObject({ approval: { verdict: { verdict: 'approve', via: 'default' } } });
    expect(await decide(late, { rung: 'default' })).toMatchObject({ planned: [], failed: ['release'] });
  });

  it('planActions() announces an outcome without an action of its own that was not said before, where anybody listens', async () => {
    const said = await accept({ amount: 1 });
    expect(await decide(said, { outcome: 'decline' }, true)).toMatchObject({ planned: ['decision-revised'] });
    const { rows: sent } = await pool.query<{ body: string }>('select body from actions where event_position = $1', [said.position]);
    expect(JSON.parse(sent[0]?.body ?? '')).toMatchObject({
      type: 'fraud.decision-revised',
      data: { outcome: 'decline', subject: said.subject },
    });
    await pool.query("update actions set state = 'done', ended_at = now() where event_position = $1", [said.position]);
    await pool.query('delete from mailboxes where position = $1', [said.position]);
    expect(await decide(await accept({ amount: 1 }), { outcome: 'decline' })).toMatchObject({ planned: [] });
    expect(await decide(await accept({ amount: 1 }), { outcome: 'review' }, true)).toMatchObject({ planned: [] });
    // what was said is the same, what comes of it is not
    const changed = await accept({ amount: 1 });
    expect(await decide(changed, { outcome: 'review', result: { amount: 2 } }, true)).toMatchObject({ planned: ['decision-revised'] });
    await pool.query("update actions set state = 'done', ended_at = now() where event_position = $1", [changed.position]);
    await pool.query('delete from mailboxes where position = $1', [changed.position]);
  });
});
