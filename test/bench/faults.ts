/**
 * `npm run trial:faults`: kills every part of the local stack, many times, under steady load, and proves that nothing was lost, doubled or
 * reordered. Then Temporal away under full load; with `--terminate`, every run terminated and Temporal's store deleted.
 *
 * Not shown here: a machine that loses power, a disk that lies about its syncs, networks between the parts.
 */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { freePort } from '../../src/local/freePort.ts';
import { terminateCases } from '../support/cases.ts';
import { openSignedReceiver } from '../support/signedReceiver.ts';
import { type StackProcess, startTestStack, type TestStack } from '../support/stack.ts';
import { measureAway } from './faultsAway.ts';
import { check, type Evidence } from './faultsCheck.ts';
import { drain, untilHealthy } from './faultsDrain.ts';
import { type Kill, killAtRandom } from './faultsKills.ts';
import { type SteadyLoad, startSteadyLoad } from './faultsLoad.ts';
import { type Reviewer, startReviewer } from './faultsVerdicts.ts';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '20' },
    only: { type: 'string' },
    'seconds-away': { type: 'string', default: '60' },
    terminate: { type: 'boolean', default: false },
    doubtful: { type: 'string', default: '0.03' },
  },
});
const KILLS = Number(values.kills);
const SECONDS_AWAY = Number(values['seconds-away']);
const ALL: readonly StackProcess[] = ['ingress', 'worker', 'temporal', 'postgres'];
const NAMES = values.only === undefined ? ALL : ALL.filter((name) => name === values.only);
if (NAMES.length === 0) throw new Error(`Cannot kill ${values.only} as it must be one of ${ALL.join(', ')}`);
const HEALTHY_MS = 60_000;
const WARM_UP_MS = 5000;
const TERMINATIONS = 3;
/** Of the actions, the first try: their second comes five seconds later. */
const FIRST_TRY_REFUSED_EVERY = 20;

let nth = 0;
const receiver = await openSignedReceiver((tried) => {
  nth += 1;
  return tried === 0 && nth % FIRST_TRY_REFUSED_EVERY === 0 ? 500 : 204;
});
const environment = {
  PORT: String(await freePort()),
  SIGNALBOX_WEBHOOK_URL: receiver.url,
  SIGNALBOX_WEBHOOK_SECRET: receiver.secret,
  SIGNALBOX_LOG_LEVEL: 'warn',
};
let stack: TestStack = await startTestStack(environment);

interface Scene {
  readonly load: SteadyLoad;
  readonly reviewer: Reviewer;
}

/** Runs `break_` under steady load, then lets everything come to its end; the findings. */
async function underLoad(prefix: string, breakThings: (scene: Scene) => Promise<Kill[]>): Promise<string[]> {
  const load = startSteadyLoad({ url: stack.url, prefix, doubtfulShare: Number(values.doubtful), repeatShare: 0.05 });
  const reviewer = startReviewer(stack.url);
  await pause(WARM_UP_MS);
  const startedMs = performance.now();
  const kills = await breakThings({ load, reviewer });
  const seconds = (performance.now() - startedMs) / 1000;
  reviewer.hurry();
  const healthy = await untilHealthy(stack, HEALTHY_MS).catch((error: Error) => error);
  await load.stop();
  const drained = await drain(stack);
  await reviewer.stop();
  console.log(`\n${prefix}: ${kills.length} kills in ${seconds.toFixed(0)} s; tries without an answer ${load.unanswered()}`);
  console.log(
    `healthy again after ${typeof healthy === 'number' ? `${healthy.toFixed(1)} s` : 'more than a minute'}, nothing waits after ${drained.toFixed(1)} s`,
  );
  console.log(`longest time without a 2xx ${(load.longestGapMs() / 1000).toFixed(1)} s`);
  const evidence: Evidence = { stack, accepted: load.accepted, reviewer, receiver, kills };
  const findings = [...load.findings, ...reviewer.findings, ...(await check(evidence))];
  return typeof healthy === 'number' ? findings : [...findings, `not healthy within ${HEALTHY_MS / 1000} s: ${healthy.message}`];
}

const terminateAll = async (): Promise<number> => terminateCases((await stack.run()).temporal as { address: string; namespace: string });

/** Every run terminated, a few times; then all stopped, Temporal's store deleted, all started again. Events keep coming. */
async function forget(): Promise<Kill[]> {
  for (let time = 0; time < TERMINATIONS; time += 1) {
    console.log(`terminated ${await terminateAll()} runs`);
    await pause(WARM_UP_MS);
  }
  stack.child.kill('SIGINT');
  await stack.ended;
  const store = (await readdir(stack.data)).filter((file) => file.startsWith('temporal.db'));
  await Promise.all(store.map((file) => rm(join(stack.data, file))));
  console.log(`deleted ${store.join(', ')}`);
  stack = await startTestStack(environment, stack.data);
  await pause(WARM_UP_MS);
  return [];
}

async function away(): Promise<string[]> {
  const { before, away: during } = await measureAway(stack, SECONDS_AWAY);
  const ratio = during / before;
  console.log(
    `\nTemporal away for ${SECONDS_AWAY} s: ${during.toFixed(0)} events/s accepted, ${before.toFixed(0)} before: ${ratio.toFixed(2)} of the rate`,
  );
  const reviewer = startReviewer(stack.url);
  reviewer.hurry();
  console.log(`what waited for it was done ${(await drain(stack)).toFixed(1)} s later`);
  await reviewer.stop();
  return ratio > 0.8 ? [] : [`accepting fell to ${ratio.toFixed(2)} of its rate`];
}

const findings: string[] = [];
try {
  if (values.terminate) findings.push(...(await underLoad('terminate', forget)));
  else {
    if (KILLS > 0) findings.push(...(await underLoad('kills', () => killAtRandom(stack, NAMES, KILLS))));
    if (SECONDS_AWAY > 0 && values.only === undefined) findings.push(...(await away()));
  }
} finally {
  await stack.stop();
  await receiver.close();
}
console.log(
  findings.length === 0
    ? '\nNothing was lost, doubled or reordered.'
    : `\n${findings.length} findings:\n${findings.slice(0, 50).join('\n')}`,
);
process.exitCode = findings.length === 0 ? 0 : 1;
