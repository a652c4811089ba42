/** The pages of a flow in a real browser: outcomes over time, slow cases, the map, what caused what. Each shows what the service counted, also to one who came later. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { chromiumPath, openBrowser } from '../support/chromium.ts';
import { openConsole, type WatchedPage } from '../support/consolePages.ts';
import { eventually } from '../support/eventually.ts';
import { doubtfulPayment } from '../support/payments.ts';
import { openService, type Service } from '../support/service.ts';
import { openSignedReceiver, type SignedReceiver } from '../support/signedReceiver.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';

const BUILD_AND_START_MS = 180_000;
/** A browser, a stack and their test share what cores there are. */
const SLOW_MACHINE_MS = 120_000;
const executable = chromiumPath();
// a machine without a browser (only continuous integration installs one) cannot run these
const withBrowser = executable === null ? describe.skip : describe;

withBrowser('the pages of a flow', () => {
  let receiver: SignedReceiver;
  let stack: TestStack;
  let browser: Browser;
  let service: Service;
  let watched: WatchedPage;
  let doubtful: string;

  const payment = (n: number) => ({
    ...{ specversion: '1.0', id: `p-${n}`, source: '/shop', type: 'payment.attempted' },
    data: { paymentId: `p-${n}`, cardId: `card-${n}`, terminalId: 't-1', amount: 20, currency: 'EUR' },
  });

  beforeAll(async () => {
    receiver = await openSignedReceiver();
    stack = await startTestStack({ SIGNALBOX_WEBHOOK_URL: receiver.url, SIGNALBOX_WEBHOOK_SECRET: receiver.secret });
    service = openService(stack.url);
    browser = await openBrowser(executable as string);
    watched = await openConsole(browser, stack.url, { timezoneId: 'Asia/Tokyo' });
  }, BUILD_AND_START_MS);

  afterAll(async () => {
    await browser?.close();
    await stack?.stop();
    await receiver?.close();
  });

  /** By axe, light and dark, on a screen and on a phone. */
  async function expectWell(): Promise<void> {
    const { page } = watched;
    expect(await watched.violations()).toEqual([]);
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.setViewportSize({ width: 360, height: 740 });
    expect({ violations: await watched.violations(), sideways: await watched.sideways() }).toEqual({ violations: [], sideways: 0 });
    await page.emulateMedia({ colorScheme: 'light' });
    await page.setViewportSize({ width: 1280, height: 800 });
  }

  it(
    'outcomes over time are empty at first, then those of before the page was opened, in the zone of the reader',
    async () => {
      const { page } = watched;
      await watched.go('/console/flows/fraud');
      await page.getByRole('heading', { name: 'Nothing was decided for good in this time' }).waitFor();
      await expectWell();
      for (let n = 1; n <= 3; n += 1) await service.post(payment(n));
      ({
        receipt: { event: doubtful },
      } = await service.post(doubtfulPayment({ id: 'watch', card: 'card-9' })));
      // another browser, which has seen none of it
      const later = await openConsole(browser, stack.url, { timezoneId: 'Asia/Tokyo' });
      await later.go('/console/flows/fraud');
      await later.page.getByRole('row', { name: /^all of it 3$/ }).waitFor();
      await later.close();

      await page.getByRole('img', { name: 'Decisions by outcome in each minute: approve' }).waitFor();
      await page.getByRole('combobox', { name: 'Show' }).selectOption('the last 30 days');
      await page.getByRole('img', { name: /in each day/ }).waitFor();
      expect(page.url()).toContain('range=month');
      const asked = page.waitForRequest(/\/outcomes\?/);
      await page.getByRole('combobox', { name: 'By' }).selectOption('who decided');
      await page.getByRole('columnheader', { name: 'model' }).first().waitFor();
      expect(decodeURIComponent((await asked).url())).toContain('step=day&last=30&zone=Asia/Tokyo');
      await expectWell();
    },
    SLOW_MACHINE_MS,
  );

  it(
    'a failed look never looks like an empty one, and what cannot be read anew is marked',
    async () => {
      const { page } = watched;
      await watched.go('/console/flows/fraud');
      await page.getByRole('row', { name: /^all of it/ }).waitFor();
      await page.route('**/outcomes?*', (route) => route.abort());
      await page.getByText(/^As it was/).waitFor();
      expect(await page.getByRole('row', { name: /^all of it/ }).count()).toBe(1);
      const problem = { status: 503, title: 'Not now', code: 'unavailable' };
      await page.route('**/outcomes?*', (route) =>
        route.fulfill({ status: 503, contentType: 'application/problem+json', body: JSON.stringify(problem) }),
      );
      await page.reload();
      await page.getByRole('alert').getByRole('heading', { name: 'Not now' }).waitFor();
      expect(await page.getByText('Nothing was decided for good').count()).toBe(0);
      await page.unroute('**/outcomes?*');
    },
    SLOW_MACHINE_MS,
  );

  it(
    'slow cases lead to their subject and to their run, open and closed',
    async () => {
      const { page } = watched;
      await watched.go('/console/flows/fraud?tab=cases');
      const open = page.getByRole('region', { name: 'Open cases' });
      await open.getByRole('link', { name: 'card-9', exact: true }).waitFor();
      expect(await open.getByRole('link', { name: 'in Temporal' }).getAttribute('href')).toContain('/workflows/fraud%3Acard-9');
      await expectWell();
      const [asked] = await service.list<{ id: string }>('/v1/approvals?state=open');
      await service.giveVerdict(asked?.id ?? '', 'approve', 'the customer was called');
      const closed = page.getByRole('region', { name: 'Slowest closed cases' });
      await closed.getByRole('link', { name: 'card-9', exact: true }).waitFor();
      await expectWell();
      await closed.getByRole('link', { name: 'card-9', exact: true }).click();
      await page.getByRole('heading', { name: 'card-9', level: 1 }).waitFor();
      expect(page.url()).toContain(`step=${doubtful}`);
    },
    SLOW_MACHINE_MS,
  );

  it(
    'the map has the counts of the service, of one flow and of all',
    async () => {
      const { page } = watched;
      await watched.go('/console/flows/fraud?tab=map');
      const list = page.getByRole('region', { name: /^The way of events through fraud/ });
      await list.getByText('As a list').click();
      await list.getByText(/^payment\.attempted → Card fraud 4$/).waitFor();
      await list.getByText(/^approve → release 1/).waitFor();
      await expectWell();
      await watched.go('/console/flows');
      await page.getByRole('region', { name: /^The way of events, the last 24 hours/ }).waitFor();
      await expectWell();
    },
    SLOW_MACHINE_MS,
  );

  it(
    'what caused what is shown around an event, on its page and on that of its subject',
    async () => {
      const { page } = watched;
      await watched.go(`/console/events/${doubtful}`);
      await page.getByText('What caused what').click();
      const graph = page.getByRole('region', { name: 'What caused what' });
      await graph.getByText('As a list').click();
      for (const arrow of [
        /^payment\.attempted → card-9 handed to$/,
        /^card-9 → a person said approve asked$/,
        /^approve by human → release acted$/,
      ])
        await graph.getByRole('listitem').filter({ hasText: arrow }).first().waitFor();
      await expectWell();
      await watched.go(`/console/flows/fraud/subjects/card-9?view=graph&step=${doubtful}`);
      await page.getByRole('region', { name: 'What caused what' }).waitFor();
      expect(await eventually(async () => page.getByText(`Around ${doubtful}`).isVisible())).toBe(true);
      await expectWell();
      expect({ errors: watched.errors, elsewhere: watched.elsewhere }).toEqual({ errors: [], elsewhere: [] });
    },
    SLOW_MACHINE_MS,
  );
});
