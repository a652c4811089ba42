/**
 * `npm run trial:console`: the live page open in a real browser while events come at a fixed rate; then what five clients of the stream cost the ingress.
 * Generator, service and browser share this machine. At the first rate it ends with exit code 1 where a task of the page's own script took 200 ms or more,
 * its memory grew after the first third, or a decision was missed; so it does where five clients cost a tenth of the rate. Further rates are printed beside.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import { chromiumPath, openBrowser } from '../support/chromium.ts';
import { startTestStack } from '../support/stack.ts';
import { type Task, tracing } from './consoleTrace.ts';
import { streamCost } from './streamCost.ts';

const { values } = parseArgs({
  options: {
    rates: { type: 'string', default: '1000,3000' },
    seconds: { type: 'string', default: '180' },
    'stream-seconds': { type: 'string', default: '20' },
  },
});
const SECONDS = Number(values.seconds);
const BATCHES_A_SECOND = 10;
const IN_FLIGHT_MAX = 8;
/** A trace is held in memory until it is read. */
const SEGMENT_SECONDS = 20;
const LONGEST_TASK_MS = 200;
const MEMORY_GROWTH_MAX = 0.1;
const STREAMS_SHARE_MAX = 0.1;
const CATCH_UP_SECONDS = 30;
const MB = 1_048_576;
const SETTLE_MS = 3000;

let made = 0;
const faults: string[] = [];

/** Of a new card each time, so each is one decision. */
function payment(): object {
  made += 1;
  const data = { paymentId: `p-${made}`, cardId: `card-${made}`, terminalId: `t-${made % 900}`, amount: 20, currency: 'EUR' };
  return { specversion: '1.0', id: `load-${made}`, source: '/load', type: 'payment.attempted', data };
}

async function post(url: string, events: readonly object[]): Promise<void> {
  const headers = { 'content-type': 'application/cloudevents-batch+json' };
  const answer = await fetch(`${url}/v1/events`, { method: 'POST', headers, body: JSON.stringify(events) });
  await answer.arrayBuffer();
  if (!answer.ok) throw new Error(`A batch was answered ${answer.status}`);
}

interface Loaded {
  readonly perSecond: number;
  readonly sent: number;
}

/** At the rate, or as fast as it is taken. */
async function load(url: string, rate: number, seconds: number): Promise<Loaded> {
  const size = rate / BATCHES_A_SECOND;
  const startMs = performance.now();
  const flying = new Set<Promise<void>>();
  let sent = 0;
  for (let turn = 0; turn < seconds * BATCHES_A_SECOND && performance.now() - startMs < seconds * 1000; turn += 1) {
    const waitMs = startMs + (turn * 1000) / BATCHES_A_SECOND - performance.now();
    if (waitMs > 0) await pause(waitMs);
    if (flying.size >= IN_FLIGHT_MAX) await Promise.race(flying);
    const going = post(url, Array.from({ length: size }, payment)).finally(() => flying.delete(going));
    flying.add(going);
    sent += size;
  }
  await Promise.all(flying);
  return { perSecond: sent / ((performance.now() - startMs) / 1000), sent };
}

async function heapMb(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  await session.detach();
  return usedSize / MB;
}

const mean = (numbers: readonly number[]): number => numbers.reduce((sum, one) => sum + one, 0) / numbers.length;

/** Of what comes behind the first third: how much larger the second half of it is than the first. */
function growth(memory: readonly number[]): number {
  const rest = memory.slice(Math.floor(memory.length / 3));
  const half = Math.ceil(rest.length / 2);
  return rest.length < 2 ? 0 : mean(rest.slice(half)) / mean(rest.slice(0, half)) - 1;
}

/** Decisions that the page says it has counted; waits until they are as many, half a minute at most. */
async function countedOn(page: Page, wanted: number): Promise<number> {
  const read = async (): Promise<number> => {
    const text = (await page.getByRole('heading', { name: /Outcomes/ }).textContent()) ?? '';
    return Number((/([\d,]+) decisions/.exec(text)?.[1] ?? '0').replaceAll(',', ''));
  };
  for (let second = 0; second < CATCH_UP_SECONDS && (await read()) < wanted; second += 1) await pause(1000);
  return read();
}

async function watch(browser: Browser, url: string, rate: number, judged: boolean): Promise<void> {
  const page = await browser.newPage();
  await page.goto(`${url}/`);
  await post(url, [payment()]);
  await page.getByText('as they come').waitFor();
  // counted from the stream; the one before it may have come in either way
  await post(url, [payment()]);
  await page.getByRole('heading', { name: /Outcomes/ }).waitFor();
  await pause(SETTLE_MS);
  const before = await countedOn(page, 0);
  const tasks: Task[] = [];
  const memory: number[] = [];
  const loading = load(url, rate, SECONDS);
  for (let second = 0; second < SECONDS; second += SEGMENT_SECONDS) {
    const seconds = Math.min(SEGMENT_SECONDS, SECONDS - second);
    tasks.push(...(await tracing(browser, () => pause(seconds * 1000))));
    memory.push(await heapMb(page));
  }
  const { perSecond, sent } = await loading;
  const counted = (await countedOn(page, before + sent)) - before;
  const longest = tasks.reduce((most, one) => (one.wallMs > most.wallMs ? one : most));
  const grown = growth(memory);
  console.log(`asked ${rate}/s, taken ${perSecond.toFixed(0)}/s for ${SECONDS} s`);
  console.log(
    `  longest task with script ${longest.wallMs.toFixed(0)} ms (${longest.cpuMs.toFixed(0)} ms of the processor), ${tasks.filter(({ wallMs }) => wallMs > 50).length} of ${tasks.length} above 50 ms`,
  );
  console.log(
    `  heap after collecting, MB every ${SEGMENT_SECONDS} s: ${memory.map((one) => one.toFixed(1)).join(' ')}; ${(100 * grown).toFixed(1)} % more at the end`,
  );
  console.log(`  ${counted} decisions counted of ${sent}`);
  if (judged) {
    if (longest.wallMs >= LONGEST_TASK_MS) faults.push(`a task of the page took ${longest.wallMs.toFixed(0)} ms`);
    if (grown > MEMORY_GROWTH_MAX) faults.push(`memory grew by ${(100 * grown).toFixed(0)} %`);
    if (counted !== sent) faults.push(`${counted} of ${sent} decisions were counted`);
    if (perSecond < 0.95 * rate) faults.push(`only ${perSecond.toFixed(0)} events a second were taken`);
  }
  await page.close();
}

const executable = chromiumPath();
if (executable === null) throw new Error('Cannot measure the console without Chromium on PATH');
const stack = await startTestStack();
const browser = await openBrowser(executable);
try {
  for (const [at, rate] of values.rates.split(',').map(Number).entries()) await watch(browser, stack.url, rate, at === 0);
  await browser.close();
  const cost = await streamCost(Number(new URL(stack.url).port), Number(values['stream-seconds']), () => JSON.stringify(payment()));
  const shown = (rates: readonly number[]): string => rates.map((one) => one.toFixed(0)).join(', ');
  console.log(
    `five stream clients: ${shown(cost.withClients)} events/s, none: ${shown(cost.without)} events/s; they cost ${(100 * cost.share).toFixed(1)} %`,
  );
  if (cost.share >= STREAMS_SHARE_MAX) faults.push(`five clients cost ${(100 * cost.share).toFixed(1)} % of the rate`);
} finally {
  await browser.close();
  await stack.stop();
}
for (const fault of faults) console.error(`NOT MET: ${fault}`);
process.exitCode = faults.length === 0 ? 0 : 1;
