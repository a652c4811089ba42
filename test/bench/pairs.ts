/**
 * `npm run bench:pairs -- BEFORE AFTER`: what accepting costs two builds, each a clone's folder in which `npm run build` ran. Both are up, and get the
 * same load in turns. Printed are the rate after by the rate before, in the same round, and processor time an event, which says more where
 * the machine is shared: the rate hangs on the neighbours of each turn, the time hardly.
 *
 * The events lead to no action and open no case.
 */
import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { assertAllAccepted, runLoad } from './load.ts';
import { BATCH, batchOf, median, payment, STRUCTURED } from './payments.ts';
import { type BenchStack, startStack } from './stack.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: 'string', default: '7' }, seconds: { type: 'string', default: '4' } },
});
const [before, after] = positionals;
if (before === undefined || after === undefined) {
  console.error('Give two folders with builds: the one before and the one after');
  process.exit(2);
}
const DURATION_MS = 1000 * Number(values.seconds);
const BATCHED = 100;
const REST_MS = 10_000;

const LOADS = {
  'single events, 64 connections': { contentType: STRUCTURED, connections: 64, events: 1, body: () => payment('cold') },
  'single events of 100 cards, 64 connections': { contentType: STRUCTURED, connections: 64, events: 1, body: () => payment('hot') },
  'batches of 100, 16 connections': { contentType: BATCH, connections: 16, events: BATCHED, body: () => batchOf(BATCHED) },
};
type Name = keyof typeof LOADS;
const NAMES = Object.keys(LOADS) as Name[];

interface Turn {
  readonly perSecond: number;
  /** Processor time an event, in microseconds. */
  readonly ingress: number;
  readonly postgres: number;
}

async function turn(stack: BenchStack, name: Name): Promise<Turn> {
  const { events, ...load } = LOADS[name];
  const from = stack.processorSeconds();
  const result = await runLoad({ port: stack.port, path: '/v1/events', durationMs: DURATION_MS, ...load });
  const until = stack.processorSeconds();
  assertAllAccepted(name, result);
  const micros = (part: 'ingress' | 'postgres'): number => (1e6 * (until[part] - from[part])) / (events * result.requests);
  return { perSecond: events * result.perSecond, ingress: micros('ingress'), postgres: micros('postgres') };
}

interface Pair {
  readonly before: Turn;
  readonly after: Turn;
}

/** Who comes first changes: a machine that slows down would else tell against the second. */
async function pairOf(stacks: Readonly<Record<keyof Pair, BenchStack>>, name: Name, afterFirst: boolean): Promise<Pair> {
  if (afterFirst) {
    const after = await turn(stacks.after, name);
    return { before: await turn(stacks.before, name), after };
  }
  const before = await turn(stacks.before, name);
  return { before, after: await turn(stacks.after, name) };
}

function report(name: string, pairs: readonly Pair[]): void {
  const of = (which: keyof Pair, figure: keyof Turn, digits: number): string =>
    median(pairs.map((pair) => pair[which][figure])).toFixed(digits);
  const both = (figure: keyof Turn, digits = 0): string => `${of('before', figure, digits)} to ${of('after', figure, digits)}`;
  const rates = pairs.map((pair) => pair.after.perSecond / pair.before.perSecond).sort((a, b) => a - b);
  const [lowest = Number.NaN, highest = Number.NaN] = [rates[0], rates.at(-1)];
  console.log(`${name}: ${both('perSecond')} events/s, ${median(rates).toFixed(2)} (${lowest.toFixed(2)} to ${highest.toFixed(2)})`);
  console.log(`  microseconds an event: ingress ${both('ingress', 1)}, Postgres ${both('postgres', 1)}`);
}

/** What they take while nothing comes, in milliseconds a second: at a low rate it shows in each event's time. */
async function reportRest(stacks: Readonly<Record<keyof Pair, BenchStack>>): Promise<void> {
  const from = { before: stacks.before.processorSeconds(), after: stacks.after.processorSeconds() };
  await setTimeout(REST_MS);
  const until = { before: stacks.before.processorSeconds(), after: stacks.after.processorSeconds() };
  const of = (which: keyof Pair, part: 'ingress' | 'postgres'): string =>
    ((1e6 * (until[which][part] - from[which][part])) / REST_MS).toFixed(0);
  const both = (part: 'ingress' | 'postgres'): string => `${of('before', part)} to ${of('after', part)}`;
  console.log(`at rest, milliseconds of processor time a second: ingress ${both('ingress')}, Postgres ${both('postgres')}`);
}

async function compare(stacks: Readonly<Record<keyof Pair, BenchStack>>): Promise<void> {
  const pairs = new Map(NAMES.map((name) => [name, [] as Pair[]]));
  for (const name of NAMES) await pairOf(stacks, name, false);
  await reportRest(stacks);
  for (let round = 0; round < Number(values.rounds); round += 1)
    for (const [name, all] of pairs) all.push(await pairOf(stacks, name, round % 2 === 1));
  console.log(`Before to after, medians of ${values.rounds} rounds of ${values.seconds} s, after one to warm up`);
  for (const [name, all] of pairs) report(name, all);
}

const first = await startStack(before);
try {
  const second = await startStack(after);
  try {
    await compare({ before: first, after: second });
  } finally {
    await second.stop();
  }
} finally {
  await first.stop();
}
