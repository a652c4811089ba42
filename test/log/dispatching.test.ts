/**
 * Second chances of the dispatcher, which nothing else needs while all goes well. The bugs this hunts: mail or a verdict that nobody was told of and
 * that stays, a case that is sent what it works on, an event that its case has passed and that it never sees again.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { giveVerdict } from '../../src/approvals/approvals.ts';
import type { CaseClient } from '../../src/cases/caseClient.ts';
import { Dispatcher } from '../../src/cases/dispatcher.ts';
import { lookAfter } from '../../src/cases/lookAfter.ts';
import { findUnsent, rewind } from '../../src/cases/mail.ts';
import { recordEndings } from '../../src/cases/recordEndings.ts';
import { activateFlow, ensureHeads } from '../../src/log/activate.ts';
import { openDatabase, type Pool } from '../../src/log/db/database.ts';
import { Logs } from '../../src/log/logs.ts';
import { Policies } from '../../src/log/policies.ts';
import { redrive } from '../../src/log/redrive.ts';
import { booking } from '../support/arrivals.ts';
import { eventually } from '../support/eventually.ts';
import { ledger } from '../support/flows.ts';
import { startPostgres } from '../support/postgres.ts';
import { openQuestion } from '../support/questions.ts';

const SILENT = { send: () => undefined } as unknown as Parameters<typeof giveVerdict>[0]['notifier'];
const logger = pino({ level: 'silent' });

let url: string;
let pool: Pool;
let logs: Logs;
const opened: Dispatcher[] = [];

beforeAll(async () => {
  url = await (await startPostgres()).fresh();
  pool = openDatabase(url, { name: 'test' });
  await ensureHeads(pool, 'default', [ledger]);
  await activateFlow(pool, 'default', ledger);
  // nobody is told of mail
  logs = new Logs({ pool, tenant: 'default', flows: [ledger], mailed: () => undefined });
});
afterEach(async () => {
  for (const dispatcher of opened.splice(0)) await dispatcher.close();
});
afterAll(async () => {
  await logs.close();
  await pool.end();
});

/** Waits in the mailbox of its account's case. */
async function asked(account: string): Promise<number> {
  const [answer] = await logs.append([{ flow: ledger, arrival: booking({ id: `e-${Math.random()}`, account, amount: 5000 }) }]);
  return (answer as { position: number }).position;
}
const caseOf = (account: string) => ({ tenant: 'default', flow: 'ledger', caseId: `ledger:${account}` });
const deliveryOf = async (account: string) =>
  (
    await pool.query<{ sent: number; taken: number; settled: number }>('select sent, taken, settled from deliveries where case_id = $1', [
      `ledger:${account}`,
    ])
  ).rows[0];
const deliver = (account: string, sent: number, taken: number, settled: number) =>
  pool.query(
    `insert into deliveries (tenant, flow, case_id, subject, sent, taken, settled) values ('default', 'ledger', $1, $2, $3, $4, $5)
     on conflict (tenant, flow, case_id) do update set sent = excluded.sent, taken = excluded.taken, settled = excluded.settled`,
    [`ledger:${account}`, account, sent, taken, settled],
  );

/** A server on which every case runs, in this state. */
function server(state: 'gone' | 'busy' | 'idle' = 'busy') {
  const delivered: number[] = [];
  const told: string[] = [];
  const cases = {
    deliver: async (_workflow: string, { events }: { events: { position: number }[] }) => {
      delivered.push(...events.map(({ position }) => position));
      return { run: 'a-run' };
    },
    tellVerdict: async (_case: string, { approval }: { approval: string }) => {
      told.push(approval);
      return true;
    },
    look: async () => state,
    running: async (all: readonly string[]) => new Set(all),
    isAway: () => false,
    close: async () => undefined,
  };
  return { delivered, told, cases: cases as unknown as CaseClient };
}

function dispatch(cases: CaseClient): void {
  opened.push(new Dispatcher({ pool, url, flows: [ledger], cases, logger, sweepMs: 50 }));
}

describe('the sweep of a dispatcher', () => {
  it('finds the first mail of a case of which nobody told it', async () => {
    const position = await asked('missed');
    expect(await findUnsent(pool, 100)).toContainEqual(caseOf('missed'));
    const { delivered, cases } = server();
    dispatch(cases);
    await eventually(async () => delivered.includes(position));
    expect(await eventually(async () => ((await deliveryOf('missed'))?.sent === position ? deliveryOf('missed') : null))).toMatchObject({
      taken: 0,
    });
    expect(await findUnsent(pool, 100)).not.toContainEqual(caseOf('missed'));
  });

  it('tells a verdict whose notice was missed', async () => {
    const position = await asked('verdict');
    const { key } = await openQuestion(pool, position);
    const { told, cases } = server();
    dispatch(cases);
    await giveVerdict({ pool, notifier: SILENT }, { ...key, actor: 'ann', verdict: 'approve', reason: 'known', via: 'http' });
    await eventually(async () => told.includes(`apr_ledger.${position}.0`));
  });
});

describe('lookAfter()', () => {
  it.each([
    ['idle', 16, true],
    ['idle', 20, false],
    ['busy', 16, false],
    ['idle', 4, false],
  ] as const)('a case that is %s and quiet for %d s gets its mail again: %s', async (state, quietSeconds, again) => {
    await deliver('quiet', 9, 5, 5);
    const unsettled = { ...caseOf('quiet'), sent: 9, taken: 5, settled: 5, quietSeconds };
    const must = await lookAfter({ pool, cases: server(state).cases, logger }, [unsettled]);
    expect(await must(unsettled)).toBe(again);
    expect(await deliveryOf('quiet')).toEqual(again ? { sent: 5, taken: 5, settled: 5 } : { sent: 9, taken: 5, settled: 5 });
  });

  it('rewind() worked out before an acknowledgement changes nothing', async () => {
    await deliver('moved', 9, 9, 5);
    for (const old of [
      { sent: 9, taken: 5 },
      { sent: 7, taken: 9 },
    ])
      expect(await rewind(pool, { ...caseOf('moved'), settled: 5, ...old }, 'settled')).toBe(false);
    expect(await deliveryOf('moved')).toEqual({ sent: 9, taken: 9, settled: 5 });
    expect(await rewind(pool, { ...caseOf('moved'), settled: 5, sent: 9, taken: 9 }, 'settled')).toBe(true);
    expect(await deliveryOf('moved')).toEqual({ sent: 5, taken: 5, settled: 5 });
  });
});

describe('what ends and what is taken out', () => {
  it('settleMail() sees what left the mailbox while it waited for the delivery', async () => {
    const [one, two] = [await asked('race'), await asked('race')];
    await deliver('race', two, two, one - 1);
    const other = await pool.connect();
    await other.query('begin');
    await other.query("select from deliveries where case_id = 'ledger:race' for update");
    const deps = { pool, notifier: SILENT, flows: [ledger], policies: new Policies(), announces: false };
    const ended = recordEndings(deps, { ...caseOf('race'), subject: 'race' }, [{ position: one, ending: 'recorded' }]);
    await eventually(async () => {
      const { rows } = await pool.query("select 1 from pg_locks where not granted and locktype in ('transactionid', 'tuple')");
      return rows.length > 0;
    });
    await other.query("delete from mailboxes where case_id = 'ledger:race' and position = $1", [two]);
    await other.query('commit');
    other.release();
    await ended;
    expect(await deliveryOf('race')).toEqual({ sent: two, taken: two, settled: two });
  });

  it('redrive() has the case sent what it has passed, unless a signal is on its way, and never by other code', async () => {
    const [aside, later] = [await asked('aside'), await asked('aside')];
    await pool.query("update entries set ending = 'quarantined', note = 'the case gave it up' where position = $1 and log = 'ledger'", [
      aside,
    ]);
    await pool.query("delete from mailboxes where case_id = 'ledger:aside'");
    const place = { tenant: 'default', log: 'ledger', position: aside };
    const again = (flow = ledger) => redrive({ pool, flows: [flow], mailed: () => undefined }, place);
    await deliver('aside', later + 1, later, later);
    await expect(again()).rejects.toMatchObject({ code: 'case-busy' });
    await deliver('aside', later, later, later);
    await expect(again({ ...ledger, code: 'ledger-code-2' })).rejects.toMatchObject({ code: 'other-code' });
    expect(await deliveryOf('aside')).toEqual({ sent: later, taken: later, settled: later });
    expect(await again()).toBe('waiting');
    expect(await deliveryOf('aside')).toEqual({ sent: aside - 1, taken: aside - 1, settled: aside - 1 });
    expect(await findUnsent(pool, 100)).toContainEqual(caseOf('aside'));
  });
});
