/** Two ingresses that share a log with a memory, killed in the middle. Hunts a memory that forgot, learnt twice, or learnt what did not commit. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freePort } from '../../src/local/freePort.ts';
import { openDatabase, type Pool } from '../../src/log/db/database.ts';
import { baskets } from '../support/baskets.ts';
import { type BuiltFlow, buildFlow } from '../support/flowIngress.ts';
import { startPostgres } from '../support/postgres.ts';
import { memoryFaults, rememberUnderKills } from '../support/rememberUnderKills.ts';

const BUILD_MS = 180_000;
/** More than there are between two checkpoints; `npm run trial:memory` has ten times as many and more, over several. */
const EVENTS = 12_000;

describe('signalbox ingress with a memory', () => {
  let flow: BuiltFlow;
  let pool: Pool;
  let database: string;

  beforeAll(async () => {
    database = await (await startPostgres()).fresh();
    flow = await buildFlow('baskets.ts', { baskets });
    pool = openDatabase(database, { name: 'test', statementTimeoutMs: 0 });
  }, BUILD_MS);
  afterAll(async () => {
    await pool.end();
    await flow.remove();
  });

  it(
    'remembers exactly what the log folds to, though its processes are killed at random',
    async () => {
      const env = { DATABASE_URL: database, TEMPORAL_ADDRESS: `127.0.0.1:${await freePort()}` };
      const killed = await rememberUnderKills({ flow, env, processes: 2, events: EVENTS, clients: 6, batch: 50, killEveryMs: 2000 });
      expect(killed.findings).toEqual([]);
      expect(killed.kills).toBeGreaterThan(0);
      expect(await memoryFaults(pool, EVENTS)).toEqual([]);
    },
    BUILD_MS,
  );
});
