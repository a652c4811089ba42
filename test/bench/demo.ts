/**
 * `npm run trial:demo`: the demo at 500 events a second for 10 minutes, with a kill -9 of each process. Nothing is lost or doubled, memory stays flat, and
 * what `quality` makes of the labels holds the truth of the made-up businesses.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { audit } from '../../src/audit/audit.ts';
import type { RunFile } from '../../src/local/runFile.ts';
import { openDatabase } from '../../src/log/db/database.ts';
import { MAIN } from '../support/built.ts';
import { startTestStack } from '../support/stack.ts';
import { residentMegabytes } from './stack.ts';

const { values } = parseArgs({
  options: {
    rate: { type: 'string', default: '500' },
    seconds: { type: 'string', default: '600' },
    kills: { type: 'string', default: '1' },
  },
});
const SECONDS = Number(values.seconds);
const VICTIMS = ['worker', 'ingress', 'temporal', 'postgres'] as const;
const LOOK_MS = 5000;

interface Report {
  readonly flows: readonly {
    readonly flow: string;
    readonly events: number;
    readonly refused: number;
    readonly truth: number | null;
    readonly labelled: number;
    readonly interval: readonly [number, number] | null;
    readonly holds: boolean | null;
    readonly outcomes: Record<string, number>;
  }[];
  readonly actions: { readonly done: number; readonly again: number };
  readonly approvals: { readonly open: number; readonly answered: number };
}

const data = await mkdtemp(join(tmpdir(), 'signalbox-demo-'));
const readRun = async (): Promise<RunFile | null> =>
  readFile(join(data, 'run.json'), 'utf8').then(
    (content) => JSON.parse(content) as RunFile,
    () => null,
  );

const megabytes: Record<string, { atSeconds: number; of: number }[]> = { ingress: [], worker: [] };
const demo = spawn(process.execPath, [MAIN, 'demo', '--rate', String(values.rate), '--seconds', String(SECONDS), '--json'], {
  env: { ...process.env, SIGNALBOX_DATA: data, PORT: '0', TEMPORAL_PORT: '0', TEMPORAL_UI_PORT: '0', SIGNALBOX_LOG_LEVEL: 'warn' },
  stdio: ['ignore', 'pipe', 'inherit'],
});
const ended = new Promise<number | null>((resolve) => demo.once('exit', resolve));
const printed = text(demo.stdout);
const running = { now: true };
void ended.then(() => {
  running.now = false;
});
const beganMs = performance.now();

async function watchMemory(): Promise<void> {
  while (running.now) {
    const run = await readRun();
    for (const [name, seen] of Object.entries(megabytes)) {
      const pid = run?.processes[name]?.pid;
      // it may be gone this moment
      const of = pid === undefined ? null : tryMegabytes(pid);
      if (of !== null) seen.push({ atSeconds: (performance.now() - beganMs) / 1000, of });
    }
    await pause(LOOK_MS);
  }
}

function tryMegabytes(pid: number): number | null {
  try {
    return residentMegabytes(pid);
  } catch {
    return null;
  }
}

/** Spread over the run, but for its beginning and its end. */
async function kill(): Promise<void> {
  const rounds = Number(values.kills);
  const each = (SECONDS * 1000) / (rounds * VICTIMS.length + 2);
  await pause(each + 40_000);
  for (let round = 0; round < rounds; round += 1)
    for (const name of VICTIMS) {
      if (!running.now) return;
      const pid = (await readRun())?.processes[name]?.pid;
      if (pid !== undefined) process.kill(pid, 'SIGKILL');
      console.log(`killed ${name} after ${Math.round((performance.now() - beganMs) / 1000)} s`);
      await pause(each);
    }
}

await Promise.all([watchMemory(), kill()]);
const code = await ended;
const report = JSON.parse(await printed) as Report;
const stack = await startTestStack({ SIGNALBOX_LOG_LEVEL: 'warn' }, data, MAIN);
const faults: string[] = code === 0 ? [] : [`the demo ended with ${code}`];
try {
  const pool = openDatabase((await stack.run()).database as string, { name: 'trial', statementTimeoutMs: 0 });
  try {
    const { rows } = await pool.query<{ log: string; events: number }>(
      "select e.log, count(*)::int as events from entries e join identities i on i.tenant = e.tenant and i.log = e.log and i.position = e.position where i.source = '/demo' and e.kind = 'event' and not e.history and e.type <> 'decision.outcome' group by e.log",
    );
    const stored = new Map(rows.map(({ log, events }) => [log, events]));
    for (const { flow, events, refused, outcomes, truth, labelled, interval, holds } of report.flows) {
      console.log(
        `${flow}: ${events} accepted, ${stored.get(flow) ?? 0} stored; ${Object.entries(outcomes)
          .map(([outcome, count]) => `${outcome} ${count}`)
          .join(
            ', ',
          )}; right ${truth?.toFixed(3) ?? 'unknown'}, by ${labelled} labels ${interval?.map((end) => end.toFixed(3)).join(' to ') ?? 'unknown'}${holds === false ? ': MISSES' : ''}`,
      );
      if ((stored.get(flow) ?? 0) !== events) faults.push(`${flow}: ${events} were accepted, ${stored.get(flow) ?? 0} are stored`);
      if (refused > 0) faults.push(`${flow}: ${refused} were refused`);
    }
    console.log(
      `actions: ${report.actions.done} done, ${report.actions.again} sent again under a key that was done; ${report.approvals.answered} questions answered`,
    );
    const added = await audit(pool);
    if (!added.ok) faults.push(...added.findings.slice(0, 10));
  } finally {
    await pool.end();
  }
} finally {
  await stack.stop();
  await rm(data, { recursive: true, force: true });
}
for (const [name, seen] of Object.entries(megabytes)) {
  const after = seen.filter(({ atSeconds }) => atSeconds > 100).map(({ of }) => of);
  const half = Math.floor(after.length / 2);
  const mean = (list: readonly number[]): string => (list.reduce((sum, of) => sum + of, 0) / Math.max(1, list.length)).toFixed(0);
  console.log(
    `${name}: ${mean(after.slice(0, half))} MB resident in the first half, ${mean(after.slice(half))} in the second, ${Math.max(0, ...after).toFixed(0)} at most`,
  );
}
console.log(faults.length === 0 ? 'nothing lost, nothing doubled' : faults.join('\n'));
process.exitCode = faults.length === 0 ? 0 : 1;
