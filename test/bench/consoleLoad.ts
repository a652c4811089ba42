/**
 * `npm run trial:console`: the live page open in a real browser while events come at a fixed rate. Tells the longest task of the page, its memory after
 * garbage was collected, and how many decisions it counted of those that were made. Generator, service and browser share this machine.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { Page } from 'playwright-core';
import { chromiumPath, openBrowser } from '../support/chromium.ts';
import { startTestStack } from '../support/stack.ts';

const { values } = parseArgs({ options: { rates: { type: 'string', default: '1000,3000' }, seconds: { type: 'string', default: '180' } } });
const SECONDS = Number(values.seconds);
const BATCHES_A_SECOND = 10;
const MEMORY_EVERY_SECONDS = 20;
const MB = 1_048_576;

/** Runs in the page, before its own script. */
const WATCH = `window.__tasks = []; new PerformanceObserver((list) => { for (const one of list.getEntries()) window.__tasks.push(one.duration); }).observe({ type: 'longtask', buffered: true });`;

let made = 0;

function batch(count: number): string {
  const events = Array.from({ length: count }, () => {
    made += 1;
    const data = { machineId: `m-${made % 500}` };
    return { specversion: '1.0', id: `load-${made}`, source: '/load', type: 'machine.heartbeat', data };
  });
  return JSON.stringify(events);
}

function payments(count: number): string {
  const events = Array.from({ length: count }, () => {
    made += 1;
    const data = { paymentId: `p-${made}`, cardId: `card-${made}`, terminalId: `t-${made % 900}`, amount: 20, currency: 'EUR' };
    return { specversion: '1.0', id: `load-${made}`, source: '/load', type: 'payment.attempted', data };
  });
  return JSON.stringify(events);
}

async function post(url: string, body: string): Promise<boolean> {
  const answer = await fetch(`${url}/v1/events`, {
    method: 'POST',
    headers: { 'content-type': 'application/cloudevents-batch+json' },
    body,
  });
  await answer.arrayBuffer();
  return answer.ok;
}

/** At the rate, or as fast as it is taken; how many a second there were. */
async function load(url: string, rate: number, seconds: number): Promise<number> {
  const size = rate / BATCHES_A_SECOND;
  const startMs = performance.now();
  const flying = new Set<Promise<unknown>>();
  let sent = 0;
  for (let turn = 0; turn < seconds * BATCHES_A_SECOND; turn += 1) {
    const dueMs = startMs + (turn * 1000) / BATCHES_A_SECOND;
    const waitMs = dueMs - performance.now();
    if (waitMs > 0) await pause(waitMs);
    if (flying.size >= 8) await Promise.race(flying);
    const going = post(url, turn % 20 === 0 ? batch(size) : payments(size)).then((ok) => (sent += ok ? size : 0));
    flying.add(going);
    void going.finally(() => flying.delete(going));
    if (performance.now() - startMs > seconds * 1000) break;
  }
  await Promise.all(flying);
  return sent / ((performance.now() - startMs) / 1000);
}

async function heapMb(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  await session.detach();
  return usedSize / MB;
}

const executable = chromiumPath();
if (executable === null) throw new Error('Cannot measure the console without Chromium on PATH');
const stack = await startTestStack();
const browser = await openBrowser(executable);
try {
  for (const rate of values.rates.split(',').map(Number)) {
    const page = await browser.newPage();
    await page.addInitScript(WATCH);
    await page.goto(`${stack.url}/`);
    await page.locator('h1').first().waitFor();
    await post(stack.url, payments(1));
    await pause(3000);
    const memory: string[] = [];
    let over = false;
    const watching = (async () => {
      while (!over) {
        memory.push((await heapMb(page)).toFixed(1));
        for (let second = 0; second < MEMORY_EVERY_SECONDS && !over; second += 1) await pause(1000);
      }
    })();
    const reached = await load(stack.url, rate, SECONDS);
    over = true;
    await watching;
    await pause(4000);
    const tasks = (await page.evaluate('window.__tasks')) as number[];
    const counted = (await page.getByRole('heading', { name: /Outcomes/ }).textContent()) ?? '';
    const longest = Math.max(0, ...tasks);
    console.log(
      `asked ${rate}/s, taken ${reached.toFixed(0)}/s for ${SECONDS} s: longest task ${longest.toFixed(0)} ms, ${tasks.length} above 50 ms`,
    );
    console.log(`  heap after collecting, MB every ${MEMORY_EVERY_SECONDS} s: ${memory.join(' ')}; ${counted.trim()}`);
    await page.close();
  }
} finally {
  await browser.close();
  await stack.stop();
}
