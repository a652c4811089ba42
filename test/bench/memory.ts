/**
 * `npm run trial:memory`: 200,000 events to two ingresses that share a log with a memory, killed at random; then the memory is held against a
 * fold of the log from its beginning. And what a memory costs one ingress, as a ratio to the same flow without one.
 *
 * Not shown here: a memory of many megabytes. That of this flow has 1,600 pairs, some 30 kB.
 */
import { parseArgs } from 'node:util';
import { freePort } from '../../src/local/freePort.ts';
import { openDatabase } from '../../src/log/db/database.ts';
import { baskets, forgetful } from '../support/baskets.ts';
import { buildFlow } from '../support/flowIngress.ts';
import { startOwnPostgres } from '../support/postgres.ts';
import { memoryFaults, rememberUnderKills } from '../support/rememberUnderKills.ts';

const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '200000' },
    'kill-every-ms': { type: 'string', default: '6000' },
    rounds: { type: 'string', default: '5' },
    'events-a-round': { type: 'string', default: '20000' },
  },
});
const EVENTS = Number(values.events);
const ROUND_EVENTS = Number(values['events-a-round']);
const NEVER_MS = 1e9;
/** Of accepting without a memory. */
const RATIO_MIN = 0.7;

// the server is a process that nothing here waits for: while it starts, this one would end
const alive = setInterval(() => undefined, 1000);
const postgres = await startOwnPostgres();
const flows = { with: await buildFlow('baskets.ts', { baskets }), without: await buildFlow('baskets.ts', { forgetful }) };
const load = { clients: 8, batch: 100 };
const findings: string[] = [];

async function envOf(database: string): Promise<Record<string, string>> {
  return { DATABASE_URL: database, TEMPORAL_ADDRESS: `127.0.0.1:${await freePort()}` };
}

async function ratesOf(which: keyof typeof flows): Promise<number> {
  const env = await envOf(await postgres.empty());
  const plan = { ...load, flow: flows[which], env, processes: 1, events: ROUND_EVENTS, killEveryMs: NEVER_MS };
  const { sendingSeconds } = await rememberUnderKills(plan);
  return ROUND_EVENTS / sendingSeconds;
}

const median = (figures: readonly number[]): number => [...figures].sort((a, b) => a - b)[Math.floor(figures.length / 2)] ?? 0;

try {
  const database = await postgres.empty();
  const plan = {
    ...load,
    flow: flows.with,
    env: await envOf(database),
    processes: 2,
    events: EVENTS,
    killEveryMs: Number(values['kill-every-ms']),
  };
  const killed = await rememberUnderKills(plan);
  console.log(`${EVENTS} events, ${killed.kills} kills in ${killed.seconds.toFixed(0)} s`);
  const pool = openDatabase(database, { name: 'trial', statementTimeoutMs: 0 });
  findings.push(...killed.findings, ...(await memoryFaults(pool, EVENTS)));
  await pool.end();
  const rates = { with: [] as number[], without: [] as number[] };
  for (let round = 0; round < Number(values.rounds); round += 1)
    for (const which of ['with', 'without'] as const) rates[which].push(await ratesOf(which));
  const ratio = median(rates.with) / median(rates.without);
  console.log(
    `one ingress, batches of ${load.batch} on ${load.clients} connections, median of ${values.rounds}: ${median(rates.with).toFixed(0)} events/s with a memory, ${median(rates.without).toFixed(0)} without: ${ratio.toFixed(2)}`,
  );
  if (ratio < RATIO_MIN) findings.push(`a memory costs more than it may: ${ratio.toFixed(2)} of ${RATIO_MIN}`);
} finally {
  await Promise.all(Object.values(flows).map((flow) => flow.remove()));
  await postgres.stop();
  clearInterval(alive);
}
console.log(
  findings.length === 0 ? 'The memory is what the log folds to.' : `${findings.length} findings:\n${findings.slice(0, 50).join('\n')}`,
);
process.exitCode = findings.length === 0 ? 0 : 1;
