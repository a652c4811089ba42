/**
 * `npm run bench`: what accepting and deciding costs, as ratios to baselines measured in turns with it on the same machine.
 *
 * Rounds alternate baseline and service, and each ratio is the median of the rounds' ratios: the machine is shared, and an absolute
 * figure says more about its neighbours than about us.
 */
import { parseArgs } from 'node:util';
import { runBareTemporal } from './bareTemporal.ts';
import { type CaseRates, runCases } from './cases.ts';
import { assertAllAccepted, type LoadResult, runLoad } from './load.ts';
import { BATCH, batchOf, median, payment, paymentsMade, run, STRUCTURED } from './payments.ts';
import { type BenchStack, startEcho, startStack } from './stack.ts';

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '5' }, seconds: { type: 'string', default: '4' } } });
const ROUNDS = Number(values.rounds);
const DURATION_MS = Number(values.seconds) * 1000;
const BATCHED = 100;
const CASES = 200;
const NOT_MEASURED = [
  'networks: generator, service, database and Temporal share one machine and its cores',
  'a disk that is slow to sync, a database of more than a bench’s rows, replication',
  'flows whose reflex costs more than fraud’s; cases are measured by themselves, after the rounds, and call no LLM',
  'TLS, keys (auth is off), and events larger than about 300 bytes',
];

const text = (value: number, digits = 2): string => value.toFixed(digits);

async function measure(
  what: string,
  port: number,
  options: { contentType: string; connections: number; body: () => string },
): Promise<LoadResult> {
  const result = await runLoad({ port, path: '/v1/events', durationMs: DURATION_MS, ...options });
  assertAllAccepted(what, result);
  return result;
}

interface Round {
  readonly echo64: LoadResult;
  readonly cold64: LoadResult;
  readonly hot64: LoadResult;
  readonly echo1: LoadResult;
  readonly single1: LoadResult;
  readonly batch64: LoadResult;
  readonly batch1: LoadResult;
}

async function oneRound(stack: BenchStack, echoPort: number): Promise<Round> {
  const cold = { contentType: STRUCTURED, body: () => payment('cold') };
  const hot = { contentType: STRUCTURED, body: () => payment('hot') };
  const batches = { contentType: BATCH, body: () => batchOf(BATCHED) };
  return {
    echo64: await measure('echo', echoPort, { ...cold, connections: 64 }),
    cold64: await measure('cold', stack.port, { ...cold, connections: 64 }),
    hot64: await measure('hot', stack.port, { ...hot, connections: 64 }),
    echo1: await measure('echo, one connection', echoPort, { ...cold, connections: 1 }),
    single1: await measure('one connection', stack.port, { ...cold, connections: 1 }),
    batch64: await measure('batches', stack.port, { ...batches, connections: 64 }),
    batch1: await measure('batches, one connection', stack.port, { ...batches, connections: 1 }),
  };
}

function report(rounds: readonly Round[]): void {
  const line = (name: string, of: (round: Round) => LoadResult, events = 1): void => {
    const figures = rounds.map(of);
    const pick = (get: (result: LoadResult) => number): string => text(median(figures.map(get)));
    console.log(
      `${name.padEnd(34)} ${pick((r) => r.perSecond * events).padStart(10)} events/s   p50 ${pick((r) => r.p50Ms)} ms   p99 ${pick((r) => r.p99Ms)} ms   max ${pick((r) => r.maxMs)} ms`,
    );
  };
  line('echo, 64 connections', (r) => r.echo64);
  line('decided, new cards, 64 connections', (r) => r.cold64);
  line('decided, 100 cards, 64 connections', (r) => r.hot64);
  line('echo, 1 connection', (r) => r.echo1);
  line('decided, 1 connection', (r) => r.single1);
  line('batches of 100, 64 connections', (r) => r.batch64, BATCHED);
  line('batches of 100, 1 connection', (r) => r.batch1, BATCHED);
}

function ratios(rounds: readonly Round[], bare: readonly number[], cases: CaseRates): void {
  const ratio = (name: string, of: (round: Round, at: number) => number, aim: string): void => {
    const all = rounds.map(of);
    console.log(
      `${name.padEnd(58)} ${text(median(all)).padStart(8)}   (${text(Math.min(...all))} to ${text(Math.max(...all))})   wanted: ${aim}`,
    );
  };
  ratio('throughput to echo, new cards, 64 connections', (r) => r.cold64.perSecond / r.echo64.perSecond, 'at least 0.6, aim 0.8');
  ratio('throughput to echo, 100 cards, 64 connections', (r) => r.hot64.perSecond / r.echo64.perSecond, '-');
  ratio('decisions to bare signalWithStart, new subjects', (r, at) => r.cold64.perSecond / (bare[at] ?? Number.NaN), 'at least 30');
  ratio('p50 to echo, one connection', (r) => r.single1.p50Ms / r.echo1.p50Ms, 'at most 6, aim 4');
  const batched = ({ perSecond }: LoadResult): number => perSecond * BATCHED;
  ratio('events in batches of 100 to echo, 64 connections', (r) => batched(r.batch64) / r.echo64.perSecond, 'at least 1.8');
  ratio('events in batches of 100 to single ones, 64 connections', (r) => batched(r.batch64) / r.cold64.perSecond, 'at least 3');
  ratio('events in batches of 100 to single ones, one connection', (r) => batched(r.batch1) / r.single1.perSecond, 'at least 3');
  const toBare = (perSecond: number) => (_: Round, at: number) => perSecond / (bare[at] ?? Number.NaN);
  ratio('cases that ask a person to bare signalWithStart', toBare(cases.askedPerSecond), '-');
  ratio('cases decided after the answer to bare signalWithStart', toBare(cases.decidedPerSecond), '-');
}

/** Events that went to a case, by the ingress's own count: their share says how much else was running meanwhile. */
async function handedToCases(port: number): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  const lines = text.split('\n').filter((line) => line.startsWith('signalbox_events_accepted_total{') && line.includes('ending="waiting"'));
  return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
}

const stack = await startStack();
const echo = await startEcho();
try {
  await measure('warm-up', stack.port, { contentType: STRUCTURED, connections: 64, body: () => payment('cold') });
  await measure('warm-up', echo.port, { contentType: STRUCTURED, connections: 64, body: () => payment('cold') });
  const before = stack.ingressMegabytes();
  const rounds: Round[] = [];
  const bare: number[] = [];
  for (let round = 1; round <= ROUNDS; round += 1) {
    rounds.push(await oneRound(stack, echo.port));
    bare.push((await runBareTemporal({ ...stack.run.temporal, concurrency: 64, durationMs: DURATION_MS })).perSecond);
    console.error(`round ${round} of ${ROUNDS}`);
  }
  const handed = await handedToCases(stack.port);
  const cases = await runCases(`http://127.0.0.1:${stack.port}`, `${run}-case`, CASES);
  report(rounds);
  console.log(`${'bare signalWithStart, new subjects'.padEnd(34)} ${text(median(bare)).padStart(10)} decisions/s`);
  console.log(`${`${CASES} cases at once, until asked`.padEnd(34)} ${text(cases.askedPerSecond).padStart(10)} cases/s`);
  console.log(`${`${CASES} cases at once, until decided`.padEnd(34)} ${text(cases.decidedPerSecond).padStart(10)} cases/s`);
  console.log(`\nRatios: median of ${ROUNDS} rounds (lowest to highest)`);
  ratios(rounds, bare, cases);
  console.log(
    `\nIngress memory: ${text(before, 0)} MB after warm-up, ${text(stack.ingressMegabytes(), 0)} MB at the end; ${paymentsMade()} events made`,
  );
  console.log(`Handed to cases in the rounds: ${handed} events`);
  console.log(`Not measured:\n${NOT_MEASURED.map((what) => `- ${what}`).join('\n')}`);
} finally {
  echo.child.disconnect();
  await stack.stop();
}
