/** A database that answers and takes nothing. The bug this hunts: /readyz says ready, so a load balancer goes on sending what is refused. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Storing } from '../../src/ingress/accept/storing.ts';
import { openProbes } from '../../src/ingress/routes/probes.ts';
import { DatabaseClock } from '../../src/log/db/clock.ts';
import { ledger } from '../support/flows.ts';
import { eventOf, post } from '../support/http.ts';
import { startIngress, type TestIngress } from '../support/ingress.ts';
import { startPostgres } from '../support/postgres.ts';

const storing = new Storing();
let ingress: TestIngress;
let release: () => Promise<void>;

beforeAll(async () => {
  const postgres = await startPostgres();
  release = () => postgres.stop();
  ingress = await startIngress({ flows: [ledger], database: await postgres.fresh(), storing });
});
afterAll(async () => {
  await ingress.close();
  await release();
});

const ready = async () =>
  openProbes({
    ...{ pool: ingress.pool, clock: new DatabaseClock(), flows: [ledger], tenant: 'default', storing },
    cases: { probe: async () => ({ ok: true, workers: true, missing: [] }) },
    temporal: { address: 'none', namespace: 'default', web: null },
  }).ready();

it('ready() is false while what is sent cannot be stored, alone or in a batch, and true once it can', async () => {
  expect(await ready()).toMatchObject({ ready: true, database: { ok: true } });
  await ingress.pool.query(`create function full_disk() returns trigger language plpgsql as
    $$ begin raise exception using errcode = '53100', message = 'could not extend file'; end $$`);
  await ingress.pool.query('create trigger full_disk before insert on entries execute function full_disk()');
  const refused = await post(ingress.url, eventOf({ id: 'full' }));
  expect([refused.status, refused.json.code]).toEqual([503, 'database-away']);
  expect(await ready()).toMatchObject({ ready: false, database: { ok: false } });
  await ingress.pool.query('drop trigger full_disk on entries');
  expect((await post(ingress.url, eventOf({ id: 'full' }))).status).toBe(202);
  expect(await ready()).toMatchObject({ ready: true, database: { ok: true } });
  await expect(storing.watch(Promise.reject(new Error('another')))).rejects.toThrow('another');
  expect(storing.ok).toBe(true);
});
