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
    return { mail, event: mail?.events[0]?.event, key };
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

  it('sends so many events in one signal as it takes when they have grown, and the rest with the next', async () => {
    const items = new Array<number>(180).fill(1e20);
    const count = 300;
    const arrivals = Array.from({ length: count }, (_, nth) =>
      arrival({
        id: `grown-${nth}`,
        source: '/shop',
        type: 'order.placed',
        subject: 'dora',
        data: { customer: 'dora', amount: 1, items },
      }),
    );
    const plain = orders.types['order.placed'] as Flow['types'][string];
    const flow = { ...orders, types: { 'order.placed': { ...plain, fields: { ...plain.fields, items: 'plain' } } } } as Flow;
    await logs.append(arrivals.map((sent) => ({ flow: orders, arrival: sent })));
    // as if each had been stored in a quarter of what it takes on its way
    await pool.query("update mailboxes set bytes = 1000 where subject = 'dora'");
    const key = { tenant: 'default', flow: 'orders', caseId: caseIds.of({ tenant: 'default', flow: 'orders', subject: 'dora' }) };
    const positions: number[] = [];
    for (let signals = 0; positions.length < count; signals += 1) {
      expect(signals).toBeLessThan(5);
      const [mail] = await claimMail(pool, new Map([['orders', flow]]), [key]);
      expect(Buffer.byteLength(JSON.stringify(mail?.events))).toBeLessThanOrEqual(1024 * 1024 + count);
      positions.push(...(mail?.events ?? []).map(({ position }) => position));
      await pool.query("update deliveries set leased_until = '-infinity', sent = $1, taken = $1 where case_id = $2", [
        positions.at(-1),
        key.caseId,
      ]);
    }
    expect(positions).toEqual(positions.map((_, nth) => (positions[0] ?? 0) + nth));
  });
});
