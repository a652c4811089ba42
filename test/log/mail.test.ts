/** The bug this hunts: an event's data in a history, in a form or a place where nobody masked it. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { claimMail } from '../../src/cases/mail.ts';
import type { Flow } from '../../src/domain/flow.ts';
import { activateFlow, ensureHeads } from '../../src/log/activate.ts';
import { type CaseIds, openCaseIds } from '../../src/log/caseIds.ts';
import { openDatabase, type Pool } from '../../src/log/db/database.ts';
import { Logs } from '../../src/log/logs.ts';
import { arrival } from '../support/arrivals.ts';
import { orders } from '../support/flows.ts';
import { startPostgres } from '../support/postgres.ts';

const MAIL = 'alice@example.org';

describe('claimMail()', () => {
  let pool: Pool;
  let caseIds: CaseIds;
  let logs: Logs;

  beforeAll(async () => {
    pool = openDatabase(await (await startPostgres()).fresh(), { name: 'test' });
    await ensureHeads(pool, 'default', [orders]);
    await activateFlow(pool, 'default', orders);
    caseIds = await openCaseIds(pool, 'default', [orders]);
    logs = new Logs({ pool, tenant: 'default', flows: [orders], caseIds, mailed: () => undefined });
  });
  afterAll(async () => {
    await logs.close();
    await pool.end();
  });

  /** Accepts one event of a customer and claims what its case gets. */
  async function claimed(customer: string, more: object) {
    const data = { customer, amount: 1 };
    const sent = arrival({ id: customer, source: '/shop', type: 'order.placed', subject: customer, data, more });
    await logs.append([{ flow: orders, arrival: sent }]);
    const key = { tenant: 'default', flow: 'orders', caseId: caseIds.of({ tenant: 'default', flow: 'orders', subject: customer }) };
    const [mail] = await claimMail(pool, new Map<string, Flow>([['orders', orders as Flow]]), [key]);
    return { mail, event: mail?.letters[0]?.event, key };
  }

  it('masks data by its marks, redacts attributes, and names a personal subject by its hash', async () => {
    const data = { customer: 'carol', amount: 1, note: `to ${MAIL}`, apiKey: 'tulip', more: MAIL };
    const { mail, event, key } = await claimed('carol', { subject: MAIL, apikey: 'hunter22', data });
    expect(mail?.subject).toBe(key.caseId.slice('orders:'.length));
    expect(event).toEqual({
      ...{ specversion: '1.0', id: 'carol', source: '/shop', type: 'order.placed', subject: '[mail]', apikey: '[key]' },
      data: { customer: '[personal]', amount: 1, note: 'to [mail]', apiKey: '[secret]', more: '[personal]' },
    });
  });

  it.each([
    ['data over 4 kB', { data: { amount: 1, note: 'x'.repeat(5000) } }, undefined],
    ['bytes', { data: undefined, data_base64: Buffer.from(`{"note":"${MAIL}"}`).toString('base64') }, undefined],
    ['data that is no object', { data: MAIL }, '[personal]'],
    ['data beside a long attribute', { data: { amount: 2 }, tracking: 'x'.repeat(5000) }, { amount: 2 }],
  ])('sends %s as a history may hold it', async (name, more, expected) => {
    const { event } = await claimed(name, more);
    expect(event).toMatchObject({ type: 'order.placed' });
    expect(event?.data).toEqual(expected);
    expect(JSON.stringify(event).length).toBeLessThan(2000);
    expect(event).not.toHaveProperty('data_base64');
  });
});
