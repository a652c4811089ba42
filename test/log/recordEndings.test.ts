/** How a case ends its events, said again, late, and in words that should not get about. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { recordEndings, recordProvisional } from '../../src/cases/recordEndings.ts';
import type { DecisionDraft } from '../../src/domain/decision.ts';
import { activateFlow, ensureHeads } from '../../src/log/activate.ts';
import { Appender } from '../../src/log/append.ts';
import { openDatabase, type Pool } from '../../src/log/db/database.ts';
import { type Notifier, openNotifier } from '../../src/log/db/notify.ts';
import { Policies } from '../../src/log/policies.ts';
import { policyVersion } from '../../src/policy/policy.ts';
import { scan } from '../support/arrivals.ts';
import { parcel } from '../support/flows.ts';
import { startPostgres } from '../support/postgres.ts';

const policy = policyVersion(parcel.name, parcel.policyText);
const draft: DecisionDraft = {
  ...{ outcome: 'seen', confidence: 0.5, score: null, rung: 'default', reasons: [], result: {}, provisional: true, rungs: [] },
};

describe('recordEndings.ts', () => {
  let pool: Pool;
  let notifier: Notifier;
  let sent = 0;

  beforeAll(async () => {
    const url = await (await startPostgres()).fresh();
    pool = openDatabase(url, { name: 'test' });
    notifier = openNotifier(url);
    await ensureHeads(pool, 'default', [parcel]);
    await activateFlow(pool, 'default', parcel);
  });
  afterAll(async () => {
    await notifier.close();
    await pool.end();
  });

  async function accept() {
    sent += 1;
    const subject = `p-${sent}`;
    const context = { tenant: 'default', log: 'parcel', flow: parcel, policies: new Policies() };
    const appender = new Appender({ pool, context, mailed: () => undefined });
    const [answer] = await appender.append([scan(`e-${sent}`, subject)]);
    await appender.close();
    if (answer?.result !== 'accepted') throw new Error('Cannot go on without the event');
    return { position: answer.position, key: { tenant: 'default', flow: 'parcel', caseId: `parcel:${subject}`, subject } };
  }
  const deps = () => ({ pool, notifier, flows: [parcel], policies: new Policies(), announces: false });
  const decisions = async (position: number) =>
    (await pool.query('select revision, provisional from decisions where event_position = $1 order by revision', [position])).rows;

  it('recordProvisional() says it once, and nothing where more was said already', async () => {
    const { position, key } = await accept();
    for (const _again of [1, 2]) await recordProvisional({ pool, notifier }, key, { position, draft, policy });
    expect(await decisions(position)).toEqual([{ revision: 1, provisional: true }]);
    await recordEndings(deps(), key, [{ position, ending: 'case', decision: { draft: { ...draft, provisional: false }, policy } }]);
    await recordProvisional({ pool, notifier }, key, { position, draft, policy });
    expect(await decisions(position)).toEqual([
      { revision: 1, provisional: true },
      { revision: 2, provisional: false },
    ]);
  });

  it('recordEndings() keeps the reason of a quarantine without what should not get about, and cut', async () => {
    const { position, key } = await accept();
    const note = `cannot send to alice@example.org by 4242 4242 4242 4242 ${'x'.repeat(2000)}`;
    await recordEndings(deps(), key, [{ position, ending: 'quarantined', note }]);
    const { rows } = await pool.query<{ ending: string; note: string }>('select ending, note from entries where position = $1', [position]);
    expect(rows[0]?.note).toMatch(/^cannot send to \[mail\] by \[card\] x+/);
    expect(rows[0]?.note.length).toBeLessThanOrEqual(503);
  });
});
