/** Silence as an event, over two ingresses that share the work, while nobody is at Temporal's address. Hunts an own event too many, too few or too late. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { audit } from '../../src/audit/audit.ts';
import { freePort } from '../../src/local/freePort.ts';
import { openDatabase, type Pool } from '../../src/log/db/database.ts';
import { rebuild } from '../../src/log/rebuild.ts';
import { type Ingress, openIngress } from '../../src/run/openIngress.ts';
import { readConfig } from '../../src/settings/config.ts';
import { eventually } from '../support/eventually.ts';
import { sendHeartbeats } from '../support/heartbeats.ts';
import { startPostgres } from '../support/postgres.ts';
import { quietMachines } from '../support/quietMachines.ts';
import { readSilences, readWatchWrites } from '../support/silences.ts';

const MACHINES = Array.from({ length: 20 }, (_, n) => `m-${n}`);
const SILENT = 4;
const QUIET_MS = 3000;
const LATE_MS_MAX = 3000;
const LOOKS_MAX = MACHINES.length * 10;

let pool: Pool;
const ingresses: Ingress[] = [];

beforeAll(async () => {
  const database = await (await startPostgres()).fresh();
  pool = openDatabase(database, { name: 'test', statementTimeoutMs: 0 });
  const config = readConfig({ DATABASE_URL: database, TEMPORAL_ADDRESS: `127.0.0.1:${await freePort()}`, PORT: '0' });
  const settings = { ...config, DATABASE_URL: database, TEMPORAL_ADDRESS: config.TEMPORAL_ADDRESS as string };
  for (let nth = 0; nth < 2; nth += 1)
    ingresses.push(await openIngress({ config: settings, flows: [quietMachines], logger: pino({ level: 'silent' }) }));
});
afterAll(async () => {
  for (const ingress of ingresses) await ingress.close();
  await pool.end();
});

describe('openIngress() with watches', () => {
  it('tells of each machine that fell silent once and in time, and of no other, and writes no row a heartbeat', async () => {
    const sent = await sendHeartbeats({
      ...{ urls: ingresses.map(({ url }) => url), machines: MACHINES, everyMs: 1000, durationMs: 20_000 },
      ...{ silent: SILENT, silentAfterMs: 5000, data: (machineId) => ({ machineId, quietMs: QUIET_MS }) },
    });
    expect(sent.findings).toEqual([]);
    expect(sent.sent).toBeGreaterThan(MACHINES.length * 12);
    const silences = await readSilences(pool, 'machines');
    expect(silences.map(({ subject }) => subject).sort()).toEqual(MACHINES.slice(-SILENT).sort());
    expect(new Set(silences.map(({ id }) => id)).size).toBe(SILENT);
    expect(silences.filter(({ quietMs }) => Math.abs(quietMs - QUIET_MS) > 1)).toEqual([]);
    expect(silences.filter(({ lateMs }) => lateMs < 0 || lateMs > LATE_MS_MAX)).toEqual([]);
    const writes = await eventually(async () => {
      const found = await readWatchWrites(pool);
      return found.deleted === SILENT && found;
    });
    expect(writes.inserted).toBe(MACHINES.length);
    // each row is moved once in three seconds, not at each heartbeat
    expect(writes.updated).toBeLessThan(LOOKS_MAX);
    expect((await audit(pool)).findings).toEqual([]);
    expect((await rebuild(pool, { tenant: 'default', flow: quietMachines, write: false })).differences).toEqual([]);
  }, 120_000);
});
