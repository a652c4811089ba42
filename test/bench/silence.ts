/**
 * `npm run trial:silence`: 2,000 machines of the maintenance flow, a heartbeat a second each, of which 20 fall silent; then the same with a kill -9
 * of each process while they are due. Each of them must be told of once, in time, and no other.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { parseDocument } from 'yaml';
import { audit } from '../../src/audit/audit.ts';
import { openDatabase, type Pool } from '../../src/log/db/database.ts';
import { ROOT } from '../support/built.ts';
import { type Heartbeats, sendHeartbeats } from '../support/heartbeats.ts';
import { openService } from '../support/service.ts';
import { readSilences, readWatchWrites } from '../support/silences.ts';
import { type StackProcess, startTestStack, type TestStack } from '../support/stack.ts';

const { values } = parseArgs({
  options: {
    machines: { type: 'string', default: '2000' },
    silent: { type: 'string', default: '20' },
    seconds: { type: 'string', default: '300' },
    'silent-after-seconds': { type: 'string', default: '30' },
    only: { type: 'string' },
  },
});
const MACHINES = Array.from({ length: Number(values.machines) }, (_, n) => `m-${n}`);
const SILENT = Number(values.silent);
const SECONDS = Number(values.seconds);
const QUIET_SECONDS = Number(values['silent-after-seconds']);
/** When the machines stop beating. */
const FALL_SECONDS = QUIET_SECONDS * 2;
const EVERY_MS = 1000;
const LATE_MS_MAX = 3000;
const LATE_AFTER_KILLS_MS = 15_000;
const KILLS: readonly StackProcess[] = ['ingress', 'postgres', 'worker', 'temporal'];
const BETWEEN_KILLS_MS = 3000;

/** With the build's policy, but for how long a machine may be silent. */
async function startMaintenance(): Promise<{ stack: TestStack; pool: Pool }> {
  const stack = await startTestStack({ SIGNALBOX_LOG_LEVEL: 'warn' });
  const policy = parseDocument(await readFile(join(ROOT, 'src/flows/maintenance/policy.yaml'), 'utf8'));
  policy.setIn(['silence', 'afterSeconds'], QUIET_SECONDS);
  const response = await fetch(`${openService(stack.url).url}/v1/flows/maintenance/policies`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ text: policy.toString() }),
  });
  if (!response.ok) throw new Error(`Cannot activate the policy: ${await response.text()}`);
  const pool = openDatabase((await stack.run()).database as string, { name: 'trial', statementTimeoutMs: 0 });
  return { stack, pool };
}

/** Shortly before the first of them is due until all are. */
async function killEach(stack: TestStack): Promise<number> {
  await pause((FALL_SECONDS + QUIET_SECONDS - 4) * 1000);
  let lastMs = 0;
  for (const name of KILLS) {
    lastMs = Date.now();
    await stack.kill(name);
    console.log(`killed ${name}, whose successor ran ${((Date.now() - lastMs) / 1000).toFixed(1)} s later`);
    await pause(BETWEEN_KILLS_MS);
  }
  return lastMs;
}

async function faultsOf(pool: Pool, sent: Heartbeats, lastKillMs: number | null): Promise<string[]> {
  const silences = await readSilences(pool, 'maintenance');
  const expected = new Set(MACHINES.slice(-SILENT));
  const told = new Map<string, number>();
  for (const { subject } of silences) told.set(subject, (told.get(subject) ?? 0) + 1);
  const lateMs = silences.map((silence) => silence.lateMs).sort((a, b) => a - b);
  console.log(
    `${sent.sent} heartbeats, ${sent.unanswered} tries without an answer; ${silences.length} silences, ${new Set(silences.map(({ id }) => id)).size} ids; late by ${lateMs[Math.floor(lateMs.length / 2)]} ms (median), ${lateMs.at(-1)} ms at most`,
  );
  const writes = await readWatchWrites(pool);
  console.log(`rows of watches: ${writes.inserted} inserted, ${writes.updated} moved, ${writes.deleted} removed`);
  const { rows } = await pool.query<{ cases: number }>("select count(*)::int as cases from deliveries where flow = 'maintenance'");
  const cases = rows[0]?.cases ?? 0;
  const intime = ({ atMs, lateMs: late }: { atMs: number; lateMs: number }): boolean =>
    lastKillMs === null ? late <= LATE_MS_MAX : late <= LATE_MS_MAX || atMs <= lastKillMs + LATE_AFTER_KILLS_MS;
  // each row is looked at once in the time that a machine may be silent, and some seconds pass
  const movedMax = MACHINES.length * (SECONDS / QUIET_SECONDS + 2);
  return [
    ...sent.findings,
    ...[...expected].filter((machine) => !told.has(machine)).map((machine) => `${machine} fell silent and was not told of`),
    ...[...told].filter(([machine]) => !expected.has(machine)).map(([machine]) => `${machine} was told of and beats`),
    ...[...told].filter(([, count]) => count > 1).map(([machine, count]) => `${machine} was told of ${count} times`),
    ...silences.filter((silence) => !intime(silence)).map(({ subject, lateMs: late }) => `${subject} was told of ${late} ms late`),
    ...silences.filter(({ quietMs }) => quietMs < QUIET_SECONDS * 1000 - 1).map(({ subject }) => `${subject} was told of too early`),
    // a crash of the database takes its counts along
    ...(lastKillMs !== null || writes.inserted === MACHINES.length ? [] : [`${writes.inserted} watches were opened`]),
    ...(writes.updated <= movedMax ? [] : [`${writes.updated} rows were moved, at most ${movedMax} had to be`]),
    ...(cases <= SILENT ? [] : [`${cases} cases had mail`]),
    ...(await audit(pool)).findings,
  ];
}

async function run(kills: boolean): Promise<string[]> {
  console.log(kills ? '\nwith kill -9 of each process' : '\ncalm');
  const { stack, pool } = await startMaintenance();
  try {
    const [sent, lastKillMs] = await Promise.all([
      sendHeartbeats({
        ...{ urls: [stack.url], machines: MACHINES, everyMs: EVERY_MS, durationMs: SECONDS * 1000 },
        ...{ silent: SILENT, silentAfterMs: FALL_SECONDS * 1000, data: (machineId) => ({ machineId }) },
      }),
      kills ? killEach(stack) : null,
    ]);
    return await faultsOf(pool, sent, lastKillMs);
  } finally {
    await pool.end();
    await stack.stop();
  }
}

const findings = [...(values.only === 'kills' ? [] : await run(false)), ...(values.only === 'calm' ? [] : await run(true))];
console.log(
  findings.length === 0
    ? '\nEach silence was told of once, in time, and no other.'
    : `\n${findings.length} findings:\n${findings.slice(0, 50).join('\n')}`,
);
process.exitCode = findings.length === 0 ? 0 : 1;
