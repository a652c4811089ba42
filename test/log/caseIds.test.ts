/** The bugs this hunts: a personal subject in a name that Temporal keeps; two names for the case of one subject. */
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { activateFlow, ensureHeads } from '../../src/log/activate.ts';
import type { Arrival } from '../../src/log/arrival.ts';
import { CaseIds, openCaseIds } from '../../src/log/caseIds.ts';
import { openDatabase, type Pool } from '../../src/log/db/database.ts';
import { Logs } from '../../src/log/logs.ts';
import { readEvent } from '../../src/log/read/events.ts';
import { redrive } from '../../src/log/redrive.ts';
import { shownSubject } from '../../src/log/workflowId.ts';
import { arrival } from '../support/arrivals.ts';
import { ledger, orders } from '../support/flows.ts';
import { startPostgres } from '../support/postgres.ts';

const FLOWS = [ledger, orders];
const of = (subject: string, flow = 'orders', tenant = 'default') => ({ tenant, flow, subject });

const order = (id: string, customer: string, note = ''): Arrival =>
  arrival({ id, type: 'order.placed', subject: customer, data: { customer, amount: 1, note } });

describe('CaseIds', () => {
  let pool: Pool;
  let caseIds: CaseIds;

  beforeAll(async () => {
    pool = openDatabase(await (await startPostgres()).fresh(), { name: 'test' });
    await ensureHeads(pool, 'default', FLOWS);
    for (const flow of FLOWS) await activateFlow(pool, 'default', flow);
    caseIds = await openCaseIds(pool, 'default', FLOWS);
  });
  afterAll(() => pool.end());

  it('openCaseIds() names a personal subject by a hash that is the same from every process', async () => {
    const id = caseIds.of(of('alice@example.org'));
    expect(id).toMatch(/^orders:[0-9a-f]{32}$/);
    const others = await Promise.all(Array.from({ length: 8 }, () => openCaseIds(pool, 'default', FLOWS)));
    expect(new Set(others.map((other) => other.of(of('alice@example.org'))))).toEqual(new Set([id]));
    expect(caseIds.of(of('bob@example.org'))).not.toBe(id);
    expect(caseIds.of(of('alice', 'ledger'))).toBe('ledger:alice');
  });

  it('openCaseIds() makes a key a tenant, of which the names say nothing', async () => {
    const acme = await openCaseIds(pool, 'acme', FLOWS);
    expect(acme.of(of('alice@example.org', 'orders', 'acme'))).toMatch(/^acme\/orders:[0-9a-f]{32}$/);
    expect(acme.of(of('alice@example.org', 'orders', 'acme')).slice(-32)).not.toBe(caseIds.of(of('alice@example.org')).slice(-32));
    expect(caseIds.of(of('alice@example.org')).slice(-32)).not.toBe(
      createHash('sha256').update('alice@example.org').digest('hex').slice(0, 32),
    );
    expect(shownSubject(orders, caseIds.of(of('a')), 'a')).toMatch(/^[0-9a-f]{32}$/);
    expect(shownSubject(ledger, 'ledger:a', 'a')).toBe('a');
  });

  it('CaseIds names no personal subject without a key', async () => {
    expect(() => new CaseIds(FLOWS).of(of('alice'))).toThrow('has no key');
    const logs = new Logs({ pool, tenant: 'default', flows: FLOWS, mailed: () => undefined });
    await expect(logs.append([{ flow: orders, arrival: order('refused', 'alice') }])).rejects.toThrow('has no key');
    await logs.close();
    expect((await pool.query("select 1 from entries where kind = 'event'")).rowCount).toBe(0);
  });

  it('appending, redriving and reading give one case the same name', async () => {
    const mailed: string[] = [];
    const logs = new Logs({ pool, tenant: 'default', flows: FLOWS, caseIds, mailed: (cases) => void mailed.push(...cases) });
    const answers = [];
    for (const arrival of [order('one', 'carol'), order('two', 'carol', 'throw it')])
      answers.push(...(await logs.append([{ flow: orders, arrival }])));
    await logs.close();
    const caseId = caseIds.of(of('carol'));
    expect(answers).toMatchObject([
      { ending: 'waiting', caseId },
      { ending: 'quarantined', caseId: null },
    ]);
    const position = (answers[1] as { position: number }).position;
    const place = { tenant: 'default', log: 'orders', position };
    expect(await readEvent({ pool, caseIds }, place)).toMatchObject({ subject: 'carol', note: expect.not.stringContaining('carol') });
    const mended = {
      ...orders,
      reflex: { ...orders.reflex, fold: () => ({ states: [], signal: { found: {}, rungs: [] } }) },
    } as typeof orders;
    await redrive({ pool, flows: [mended], caseIds, mailed: (cases) => void mailed.push(...cases) }, place);
    expect(new Set(mailed)).toEqual(new Set([`default orders ${caseId}`]));
    const { rows } = await pool.query('select distinct case_id, subject from mailboxes');
    expect(rows).toEqual([{ case_id: caseId, subject: 'carol' }]);
  });
});
