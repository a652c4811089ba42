/** The bug this hunts: a decision of a reflex that acts and is never planned, or planned twice; and one that acts though it is the past's. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { audit } from '../../src/audit/audit.ts';
import { recordEndings } from '../../src/cases/recordEndings.ts';
import { activateFlow, ensureHeads } from '../../src/log/activate.ts';
import { Appender } from '../../src/log/append.ts';
import type { AcceptedEvent, Arrival } from '../../src/log/arrival.ts';
import { readActingBacklog } from '../../src/log/backlog.ts';
import { openDatabase, type Pool } from '../../src/log/db/database.ts';
import { type Notifier, openNotifier } from '../../src/log/db/notify.ts';
import { Policies } from '../../src/log/policies.ts';
import { rebuild } from '../../src/log/rebuild.ts';
import { asking, gates } from '../support/gates.ts';
import { startPostgres } from '../support/postgres.ts';

const flow = gates();

describe('a decision of a reflex that acts', () => {
  let pool: Pool;
  let notifier: Notifier;
  let appender: Appender;

  beforeAll(async () => {
    const url = await (await startPostgres()).fresh();
    pool = openDatabase(url, { name: 'test' });
    notifier = openNotifier(url);
    await ensureHeads(pool, 'default', [flow]);
    await activateFlow(pool, 'default', flow);
    appender = new Appender({
      pool,
      context: { tenant: 'default', log: 'gates', flow, policies: new Policies() },
      mailed: () => undefined,
    });
  });
  afterAll(async () => {
    await appender.close();
    await notifier.close();
    await pool.end();
  });

  async function accept(sent: Arrival): Promise<AcceptedEvent> {
    const [answer] = await appender.append([sent]);
    if (answer?.result !== 'accepted') throw new Error(`Cannot go on without the event: ${JSON.stringify(answer)}`);
    return answer;
  }

  const deps = () => ({ pool, notifier, flows: [flow], policies: new Policies(), announces: true });
  const end = ({ position, subject, caseId }: AcceptedEvent, ending: 'case' | 'quarantined') =>
    recordEndings(deps(), { tenant: 'default', flow: 'gates', caseId: caseId ?? '', subject: subject ?? '' }, [
      { position, ending, ...(ending === 'case' ? {} : { note: 'cannot be read here' }) },
    ]);
  const rows = async (sql: string, position: number) => (await pool.query(sql, [position])).rows;
  const mail = (position: number) => rows('select why from mailboxes where position = $1', position);
  const findings = async (): Promise<string[]> => (await audit(pool)).findings;

  it('leaves one row of mail, and nothing in the log of cases', async () => {
    const before = await pool.query("select position from heads where log = 'gates/cases'");
    const accepted = await accept(asking('e-1', 'block'));
    expect(await mail(accepted.position)).toEqual([{ why: 'act' }]);
    expect((await pool.query("select position from heads where log = 'gates/cases'")).rows).toEqual(before.rows);
    expect(await findings()).toEqual([]);
  });

  it('is planned once, however often its case says so, and by the policy that held there', async () => {
    const accepted = await accept(asking('e-2', 'block', { gate: 'g-2' }));
    expect(await end(accepted, 'case')).toMatchObject([{ decision: { outcome: 'block' }, planned: ['alarm', 'bar'] }]);
    expect(await end(accepted, 'case')).toMatchObject([{ planned: ['alarm', 'bar'] }]);
    expect(await rows('select count(*)::int as n from actions where event_position = $1', accepted.position)).toEqual([{ n: 2 }]);
    // it waits for its actions to be taken
    expect(await mail(accepted.position)).toEqual([{ why: 'act' }]);
    expect(await findings()).toEqual([]);
  });

  it('keeps its mail where its case cannot work on it, until one can', async () => {
    const accepted = await accept(asking('e-3', 'block', { gate: 'g-3' }));
    await end(accepted, 'quarantined');
    expect(await rows('select ending from entries where position = $1', accepted.position)).toEqual([{ ending: 'reflex' }]);
    expect(await mail(accepted.position)).toEqual([{ why: 'act' }]);
    expect(await findings()).toEqual([]);
    expect(await end(accepted, 'case')).toMatchObject([{ planned: ['alarm', 'bar'] }]);
  });

  it('acts by the policy that decided it, whatever holds when its case comes to it', async () => {
    const accepted = await accept(asking('e-4', 'block', { gate: 'g-4' }));
    const other = gates({ actions: [{ name: 'other', on: 'block', from: 'any' }] });
    await activateFlow(pool, 'default', other);
    expect(await end(accepted, 'case')).toMatchObject([{ planned: ['alarm', 'bar'] }]);
    const later = await accept(asking('e-5', 'block', { gate: 'g-5' }));
    expect(await end(later, 'case')).toMatchObject([{ planned: ['other'] }]);
    await activateFlow(pool, 'default', flow);
    expect(await findings()).toEqual([]);
    expect((await rebuild(pool, { tenant: 'default', flow, write: false })).differences).toEqual([]);
  });

  it('readActingBacklog() counts it while nobody has planned it', async () => {
    await accept(asking('e-6', 'block', { gate: 'g-6' }));
    expect(await readActingBacklog(pool)).toMatchObject({ decisions: 2, newest: 2, oldestSeconds: expect.any(Number) });
  });

  it.each([
    [
      'mail that is gone',
      'delete from mailboxes where position = $1',
      /was decided block by its reflex, and has neither an action nor mail/,
    ],
    [
      'mail that asks for another decision',
      "update mailboxes set why = 'decide' where position = $1",
      /ended as reflex, and its mail says decide/,
    ],
  ])('audit() finds %s', async (_what, damage, finding) => {
    const accepted = await accept(asking(`damaged ${damage}`, 'block', { gate: `g ${damage}` }));
    await pool.query(damage, [accepted.position]);
    expect(await findings()).toContainEqual(expect.stringMatching(finding));
    await pool.query('delete from mailboxes where position = $1', [accepted.position]);
    await pool.query(
      "insert into mailboxes (tenant, flow, case_id, position, subject, bytes, found, why) values ('default', 'gates', $2, $1, $3, 1, '{}', 'act')",
      [accepted.position, accepted.caseId, accepted.subject],
    );
    expect(await findings()).toEqual([]);
  });

  it.each([
    [
      'an action of an outcome that may cause none',
      "update decisions set outcome = 'allow' where event_position = $1",
      /follows from allow of the reflex, which its policy does not let act/,
    ],
    [
      'an action of history',
      'update entries set history = true where position = $1',
      /follows from block of the reflex, and it is history/,
    ],
  ])('audit() finds %s', async (what, damage, finding) => {
    const accepted = await accept(asking(`acted ${what}`, 'block', { gate: `g ${what}` }));
    await end(accepted, 'case');
    await pool.query(damage, [accepted.position]);
    expect(await findings()).toContainEqual(expect.stringMatching(finding));
    await pool.query("update decisions set outcome = 'block' where event_position = $1", [accepted.position]);
    await pool.query('update entries set history = false where position = $1', [accepted.position]);
    expect(await findings()).toEqual([]);
  });
});
