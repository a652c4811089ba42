/**
 * The audit must be right about a log that is right, and must see each kind of damage. Damage is made by hand, as no code of ours
 * can make it; a check that never fires would pass every other test.
 */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { audit } from '../../src/audit/audit.ts';
import { AUDIT_CHECKS } from '../../src/audit/auditChecks.ts';
import { activateFlow, ensureHeads } from '../../src/log/activate.ts';
import { Appender } from '../../src/log/append.ts';
import type { Arrival } from '../../src/log/arrival.ts';
import { openDatabase, type Pool } from '../../src/log/db/database.ts';
import { Policies } from '../../src/log/policies.ts';
import { joinOutcomes } from '../../src/outcomes/joinOutcomes.ts';
import { booking, scan } from '../support/arrivals.ts';
import { signalbox } from '../support/command.ts';
import { ACTION_DAMAGE, APPROVED_ACTION } from '../support/damagedActions.ts';
import { APPROVAL_DAMAGE, APPROVALS_IN_ORDER } from '../support/damagedApprovals.ts';
import { EMISSION_DAMAGE, emissionOfEach } from '../support/damagedEmissions.ts';
import { MEMORY_DAMAGE, rememberSome } from '../support/damagedMemory.ts';
import { followSome, SEARCH_DAMAGE } from '../support/damagedSearch.ts';
import { TALLY_DAMAGE, tallySome } from '../support/damagedTallies.ts';
import { WATCH_DAMAGE, watchOfEach } from '../support/damagedWatches.ts';
import { ledger, parcel } from '../support/flows.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';

const BUILD_MS = 180_000;

let postgres: TestPostgres;
let url: string;
let pool: Pool;
/** What the damages below were seen as. */
const seen = new Set<string>();

beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres.stop());
beforeEach(async () => {
  url = await postgres.fresh();
  pool = openDatabase(url, { name: 'test', statementTimeoutMs: 0 });
  await ensureHeads(pool, 'default', [ledger, parcel]);
  for (const flow of [ledger, parcel]) await activateFlow(pool, 'default', flow);
});
afterEach(() => pool.end());

async function accept(flow: typeof ledger | typeof parcel | null, arrivals: readonly Arrival[]): Promise<void> {
  const log = flow?.name ?? 'unrouted';
  const appender = new Appender({ pool, context: { tenant: 'default', log, flow, policies: new Policies() }, mailed: () => undefined });
  await appender.append(arrivals);
  await appender.close();
}

/** One event of each ending that accepting gives: positions 3 to 6 of `ledger`, 3 of `parcel`, 1 of `unrouted`. */
async function acceptOfEach(): Promise<void> {
  await accept(ledger, [
    booking({ id: 'decided', amount: 5 }),
    booking({ id: 'asked', amount: 5000 }),
    booking({ id: 'thrown', amount: 13 }),
    booking({ id: 'past', expiresAt: '2001-01-01T00:00:00Z' }),
  ]);
  await accept(parcel, [scan('scanned', 'p-1')]);
  await accept(null, [booking({ id: 'stray', source: '/elsewhere' })]);
}

const DAMAGE: readonly (readonly [what: string, sql: string, finding: RegExp])[] = [
  ['an entry that is gone', "delete from entries where log = 'ledger' and position = 3", /ledger has 5 entries.*its head says 6/],
  ['a head that is ahead', "update heads set position = 9 where log = 'unrouted'", /unrouted has 1 entries.*its head says 9/],
  ['a head that is gone', "delete from heads where log = 'parcel'", /parcel has 3 entries.*its head says nothing/],
  ['a case log with a hole', "update heads set position = 2 where log = 'ledger/cases'", /ledger\/cases has 0 rows.*its head says 2/],
  ['a body that is gone', "delete from bodies where log = 'ledger' and position = 3", /evt_ledger\.3 has no body and its identity/],
  ['another hash', "update identities set hash = '\\x00' where id = 'asked'", /evt_ledger\.4 has a body and no identity/],
  [
    'a stray identity',
    "insert into identities select tenant, source, 'x', log, position, hash from identities limit 1",
    /identities point into it/,
  ],
  [
    'an ending that is gone',
    "update entries set ending = null where log = 'ledger' and position = 3",
    /entry 3 of ledger .* ended as nothing/,
  ],
  [
    'an unrouted event of a flow',
    "update entries set ending = 'unrouted' where log = 'ledger' and position = 6",
    /entry 6 of ledger .* unrouted/,
  ],
  ['a decision that is gone', 'delete from decisions where event_position = 3', /evt_ledger\.3 ended as reflex and has 0 final decisions/],
  [
    'a decision too many',
    'update decisions set provisional = false where event_position = 4',
    /evt_ledger\.4 ended as waiting and has 1 final decisions/,
  ],
  [
    'a decision on nothing',
    'update decisions set event_position = 99, revision = 0 where event_position = 3',
    /dec_ledger\.99\.0 is about an event that is not there/,
  ],
  ['a gap in revisions', 'update decisions set revision = 2 where event_position = 4', /evt_ledger\.4 has 1 decisions, numbered 2 to 2/],
  [
    'mail that only asks to act',
    "update mailboxes set why = 'act' where flow = 'parcel'",
    /evt_parcel\.3 ended as waiting, and its mail says act/,
  ],
  [
    'a decision that should act',
    "update policies set reflex_acts_on = '{fine}' where flow = 'ledger'",
    /evt_ledger\.3 was decided fine by its reflex, and has neither/,
  ],
  [
    'a story that nobody tells',
    "insert into stories (tenant, flow, position, subject, open) values ('default', 'ledger', 3, 'a', true)",
    /the story of evt_ledger\.3 goes on, and its case has no mail of it/,
  ],
  [
    'a story that was not told',
    "update entries set note = 'look' where log = 'ledger' and position = 3",
    /the story of evt_ledger\.3 was to be told, and its case/,
  ],
  ['a letter that is gone', "delete from mailboxes where flow = 'parcel'", /evt_parcel\.3 waits for its case and is in no mailbox/],
  [
    'a letter that was left',
    "update entries set ending = 'recorded' where log = 'parcel' and position = 3",
    /evt_parcel\.3 is in a mailbox, though it ended/,
  ],
  [
    'a letter that was passed over',
    "insert into deliveries (tenant, flow, case_id, subject, settled) select tenant, flow, case_id, subject, position from mailboxes where flow = 'parcel'",
    /evt_parcel\.3 is in the mailbox of parcel:p-1, which counts as settled up to 3/,
  ],
  [
    'an approval of an ended event',
    `insert into approvals (tenant, flow, event_position, turn, case_id, subject, state, opened_at, position, deadline, default_outcome, policy, body)
     values ('default', 'ledger', 3, 0, 'ledger:a', 'a', 'open', now(), 1, now(), 'decline', 'p', '{}')`,
    /apr_ledger\.3\.0 is open, and its event is reflex/,
  ],
  [
    "a person's decision without a verdict",
    `insert into decisions (tenant, log, position, flow, event_position, revision, subject, outcome, provisional, policy, at, body)
     values ('default', 'ledger/cases', 1, 'ledger', 4, 1, 'a', 'fine', false, 'p', now(), '{"rung":"human"}')`,
    /dec_ledger\.4\.1 is by a person, and no approval/,
  ],
  [
    'a policy that is gone',
    "delete from policies where flow = 'ledger'",
    /dec_ledger\.3\.0 names ledger@[0-9a-f]{12}, which the database does not hold/,
  ],
  [
    'a decision by another policy',
    "update entries set note = 'ledger@000000000000' where log = 'ledger' and kind = 'policy'",
    /evt_ledger\.3 was decided by its reflex with ledger@[0-9a-f]{12}, and ledger@000000000000 held there/,
  ],
  [
    'an adoption without its entry',
    "insert into adoptions values ('default', 'ledger', 3, 'unrouted', 1, true, now())",
    /evt_ledger\.3 points to evt_unrouted\.1, which is no such entry/,
  ],
  [
    'an event that was passed by',
    "insert into followings values ('default', 'ledger', 'unrouted', 'amount.booked', 1, 0)",
    /evt_unrouted\.1 was passed by ledger/,
  ],
  ['a decision that was not counted', 'delete from quality', /up to entry 6 of 6, ledger has 1 final decisions, and 0 are counted/],
  ...(['confidence_millionths', 'cost_usd_billionths'] as const).map((sum): (typeof DAMAGE)[number] => [
    `a counter whose ${sum} are those of another`,
    `update quality set ${sum} = ${sum} + 1`,
    /ledger on \d{4}-\d\d-\d\d, by rules .* outcome \w+, without a label, confidence from [\d.]+: 1 decisions with .* the counter says 1,/,
  ]),
  ['a counter of another truth', "update quality set truth = 'bad'", /without a label.*: 1 decisions .* the counter says 0, 0 and 0/],
];

describe('audit()', () => {
  it('audit() adds up a log with every ending that accepting gives', async () => {
    await acceptOfEach();
    const { ok, flows, findings } = await audit(pool);
    expect(findings).toEqual([]);
    expect(ok).toBe(true);
    const none = { reflex: 0, case: 0, recorded: 0, unrouted: 0, expired: 0, quarantined: 0, waiting: 0 };
    expect(flows).toEqual({
      ledger: { ...none, accepted: 4, reflex: 1, waiting: 1, quarantined: 1, expired: 1 },
      parcel: { ...none, accepted: 1, waiting: 1 },
      unrouted: { ...none, accepted: 1, unrouted: 1 },
    });
  });

  it('audit() finds an empty service in order', async () => {
    expect(await audit(pool)).toMatchObject({ ok: true, findings: [] });
  });

  it.each([...DAMAGE, ...ACTION_DAMAGE, ...APPROVAL_DAMAGE])('audit() sees %s', async (_what, sql, finding) => {
    await acceptOfEach();
    expect((await joinOutcomes(pool, { tenant: 'default', flow: ledger })).state).toBe('all');
    expect((await audit(pool)).findings).toEqual([]);
    await pool.query(sql);
    const { ok, findings } = await audit(pool);
    expect(ok).toBe(false);
    expect(findings).toContainEqual(expect.stringMatching(finding));
    for (const text of findings) seen.add(text);
  });

  it.each([
    ...WATCH_DAMAGE.map((damage) => [...damage, watchOfEach] as const),
    ...EMISSION_DAMAGE.map((damage) => [...damage, emissionOfEach] as const),
    ...MEMORY_DAMAGE.map((damage) => [...damage, rememberSome] as const),
    ...SEARCH_DAMAGE.map((damage) => [...damage, followSome] as const),
    ...TALLY_DAMAGE.map((damage) => [...damage, tallySome] as const),
  ])('audit() sees %s', async (_what, sql, finding, make) => {
    await make(pool);
    expect((await audit(pool)).findings).toEqual([]);
    await pool.query(sql);
    const { findings } = await audit(pool);
    expect(findings).toContainEqual(expect.stringMatching(finding));
    for (const text of findings) seen.add(text);
  });

  it('audit() finds nothing wrong with an action above its limit that a person approved', async () => {
    await acceptOfEach();
    await pool.query(APPROVED_ACTION);
    const { findings } = await audit(pool);
    expect(findings.filter((text) => text.startsWith('an action is above its limit'))).toEqual([]);
  });

  it.each(APPROVALS_IN_ORDER)('audit() finds nothing wrong with the votes of %s', async (_what, sql) => {
    await acceptOfEach();
    await pool.query(sql);
    const { findings } = await audit(pool);
    expect(findings.filter((text) => text.startsWith('an approval does not fit its'))).toEqual([]);
  });

  it(
    'signalbox audit exits 1 where an approval lacks a vote that it needed, and says which',
    async () => {
      await acceptOfEach();
      expect(await signalbox(['audit'], { DATABASE_URL: url })).toMatchObject({ code: 0, errors: '' });
      const nobody = await signalbox(['audit', '--tenant', 'defualt'], { DATABASE_URL: url });
      expect(nobody).toMatchObject({ code: 2, output: '', errors: expect.stringContaining('holds no log of it') });
      await pool.query(APPROVAL_DAMAGE[0]?.[1] ?? '');
      const { code, output } = await signalbox(['audit'], { DATABASE_URL: url });
      expect(code).toBe(1);
      expect(output).toContain('an approval does not fit its votes: apr_ledger.4.0 is decided, approve, and has 1 of 2 approving votes');
    },
    BUILD_MS,
  );

  it('audit() shows twenty rows of a kind and counts the rest', async () => {
    await accept(
      ledger,
      Array.from({ length: 50 }, (_, n) => booking({ id: `many-${n}` })),
    );
    await pool.query('delete from bodies');
    const { findings } = await audit(pool);
    expect(findings.filter((text) => text.includes('has no body'))).toHaveLength(20);
    expect(findings).toContainEqual(expect.stringMatching(/30 more like these/));
  });

  it('AUDIT_CHECKS have each a damage above that they see', () => {
    const silent = AUDIT_CHECKS.filter(({ wrong }) => ![...seen].some((text) => text.startsWith(wrong)));
    expect(silent).toEqual([]);
  });
});
