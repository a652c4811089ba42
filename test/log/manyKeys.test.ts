/** Events that read and write as many states as one may: the bug hunted here is a batch that reads too few, so that a state begins anew. */
import { beforeEach, expect, it } from '@jest/globals';
import { activateFlow, ensureHeads } from '../../src/log/activate.ts';
import { Appender } from '../../src/log/append.ts';
import { openDatabase, type Pool } from '../../src/log/db/database.ts';
import { Policies } from '../../src/log/policies.ts';
import { rebuild } from '../../src/log/rebuild.ts';
import { arrival } from '../support/arrivals.ts';
import { eachDatabase } from '../support/eachDatabase.ts';
import { machineState, machines, sensorState } from '../support/machines.ts';

const SENSORS = 31;
const EVENTS = 300;
const MACHINES = 7;

let pool: Pool;

eachDatabase((url) => {
  pool = openDatabase(url, { name: 'test', appending: true });
  return pool;
});
beforeEach(async () => {
  await ensureHeads(pool, 'default', [machines]);
  await activateFlow(pool, 'default', machines);
});

/** Each machine's sensors in another order, as their keys overlap within a batch. */
function reading(nth: number) {
  const machineId = `m${nth % MACHINES}`;
  const values = Object.fromEntries(Array.from({ length: SENSORS }, (_, sensor) => [`s${(sensor * 5 + nth) % SENSORS}`, sensor]));
  return arrival({ id: `r${nth}`, type: 'sensor.read', subject: machineId, data: { machineId, values } });
}

it('append() folds batches of events with 32 keys each, and a rebuild comes to the same states', async () => {
  const appender = new Appender({
    ...{ pool, context: { tenant: 'default', log: 'machines', flow: machines, policies: new Policies() }, mailed: () => undefined },
  });
  const readings = Array.from({ length: EVENTS }, (_, nth) => reading(nth));
  const halves = [readings.slice(0, EVENTS / 2), readings.slice(EVENTS / 2)];
  for (const half of halves) {
    const answers = await appender.append(half);
    expect(answers.map((answer) => answer.result === 'accepted' && answer.ending)).toEqual(half.map(() => 'reflex'));
  }
  const { rows } = await pool.query<{ key: string; value: Buffer }>("select key, value from states where log = 'machines'");
  expect(rows).toHaveLength(MACHINES * (SENSORS + 1));
  const counts = rows.map(({ key, value }) =>
    key.startsWith('machine:') ? machineState.read(value).readings : sensorState.read(value).times.length,
  );
  const perMachine = EVENTS / MACHINES;
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(2 * EVENTS * SENSORS);
  expect(Math.min(...counts)).toBe(Math.floor(perMachine));
  expect((await rebuild(pool, { tenant: 'default', flow: machines, write: false })).differences).toEqual([]);
});
