/** A subject with ten thousand entries. The bug this hunts: a list that draws what nobody sees, until the browser stands still. */
import { expect, it } from '@jest/globals';
import { browserOfFile, withBrowser } from '../support/browserOfFile.ts';
import { openConsole } from '../support/consolePages.ts';
import { ledger } from '../support/flows.ts';
import { BATCH, eventOf } from '../support/http.ts';
import { ingressOfFile } from '../support/ingressOfFile.ts';

const SLOW_MACHINE_MS = 180_000;
/** Each is an entry, and so is its decision. */
const EVENTS = 5000;
/** Rows in sight and some around them, of some ten nodes each; the page around them has fewer than a thousand. */
const NODES_MAX = 1500;

/** Runs in the page: from top to bottom a screen at a time, each drawn before the next; the longest task, and the most nodes there were. */
const SCROLL = `(async () => {
  const tasks = [0];
  const observer = new PerformanceObserver((list) => tasks.push(...list.getEntries().map(({ duration }) => duration)));
  observer.observe({ type: 'longtask' });
  const frame = document.querySelector('.steps');
  const drawn = () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
  let [nodes, screens] = [0, 0];
  const startMs = performance.now();
  for (; frame.scrollTop + frame.clientHeight < frame.scrollHeight - 1 && screens < 2000; screens += 1) {
    frame.scrollTop += frame.clientHeight;
    await drawn();
    nodes = Math.max(nodes, document.querySelectorAll('*').length);
  }
  observer.disconnect();
  return { nodes, screens, longestMs: Math.max(...tasks), ms: performance.now() - startMs };
})()`;

withBrowser('a timeline of ten thousand entries', () => {
  const kept = browserOfFile();
  const ingress = ingressOfFile({ flows: [ledger] });

  it(
    'is scrolled from end to end with as many nodes as a screen wants, and goes on by keys from there',
    async () => {
      const events = Array.from({ length: EVENTS }, (_, nth) => eventOf({ id: `long-${nth}`, data: { account: 'long', amount: 5 } }));
      const init = { method: 'POST', headers: { 'content-type': BATCH }, body: JSON.stringify(events) };
      expect((await fetch(`${ingress.url}/v1/events`, init)).status).toBe(202);
      const watched = await openConsole(kept.browser, ingress.url);
      const { page } = watched;
      await watched.go('/console/flows/ledger/subjects/long');
      await page.getByText('10,000 entries').waitFor();
      const scrolled = (await page.evaluate(SCROLL)) as { nodes: number; screens: number; longestMs: number; ms: number };
      process.stdout.write(
        `10,000 entries: ${scrolled.screens} screens in ${scrolled.ms.toFixed(0)} ms, longest task ${scrolled.longestMs.toFixed(0)} ms, ${scrolled.nodes} nodes at most\n`,
      );
      expect(scrolled.screens).toBeGreaterThan(300);
      expect(scrolled.nodes).toBeLessThan(NODES_MAX);
      const last = page.locator('.steps li[aria-posinset="10000"] button');
      await last.click();
      await page.keyboard.press('k');
      await page.locator('.steps li[aria-posinset="9999"] button[aria-current="true"]').waitFor();
      expect([watched.errors, await watched.violations()]).toEqual([[], []]);
      await watched.close();
    },
    SLOW_MACHINE_MS,
  );
});
