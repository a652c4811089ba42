/** The console under what people and the world do to it: twenty verdicts by keyboard, a race, an ingress that is killed, hostile text in every field. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import type { Approval } from '../../src/wire/approval.ts';
import type { Page } from '../../src/wire/list.ts';
import { chromiumPath, openBrowser } from '../support/chromium.ts';
import { openConsole, type WatchedPage } from '../support/consolePages.ts';
import { eventually } from '../support/eventually.ts';
import { doubtfulPayment, ordinaryPayment } from '../support/payments.ts';
import { openService, type Service } from '../support/service.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';

const BUILD_AND_START_MS = 180_000;
const REVIEWS = 20;
/** A browser, a stack and their test share what cores there are. */
const SLOW_MACHINE_MS = 180_000;
const executable = chromiumPath();
// a machine without a browser (only continuous integration installs one) cannot run these
const withBrowser = executable === null ? describe.skip : describe;

/** Script, markup, turned direction, no width, a terminal's escapes; and far too long. */
const HOSTILE = '<script>alert(1)</script><img src=x onerror=alert(2)>"\'\u202eevil\u202c\u200b\u001b[31m';
const ESCAPE = '\u001b';
const LONG = `${HOSTILE}${'W'.repeat(100_000)}`;

withBrowser('the console under pressure', () => {
  let stack: TestStack;
  let browser: Browser;
  let service: Service;

  beforeAll(async () => {
    stack = await startTestStack();
    service = openService(stack.url);
    browser = await openBrowser(executable as string);
  }, BUILD_AND_START_MS);

  afterAll(async () => {
    await browser?.close();
    await stack?.stop();
  });

  const expectClean = ({ errors, elsewhere, dialogs }: WatchedPage) =>
    expect({ errors, elsewhere, dialogs }).toEqual({ errors: [], elsewhere: [], dialogs: [] });
  const openOnes = () => service.get<Page<Approval>>('/v1/approvals?limit=100').then(({ items }) => items);

  it(
    'lets a reviewer decide twenty by keyboard alone, and tells who came second in a race',
    async () => {
      for (let n = 0; n < REVIEWS + 1; n += 1) await service.post(doubtfulPayment({ id: `d-${n}`, card: `card-${n}` }));
      await eventually(async () => (await openOnes()).length === REVIEWS + 1);
      const one = await openConsole(browser, stack.url);
      const other = await openConsole(browser, stack.url);
      await Promise.all([one.go('/console/inbox'), other.go('/console/inbox')]);
      // both read the same first one; the other hears nothing new from then on
      for (const { page } of [one, other]) {
        await page
          .getByRole('button', { name: /Release payment/ })
          .first()
          .waitFor();
        await page.keyboard.press('j');
        await page.getByRole('form', { name: 'Your verdict' }).waitFor();
      }
      let deaf = true;
      await other.page.route(/\/v1\/approvals/, (route) => {
        if (route.request().method() === 'POST') deaf = false;
        return deaf ? route.abort() : route.continue();
      });
      for (let n = 0; n < REVIEWS; n += 1) {
        const left = REVIEWS - n;
        await one.page.keyboard.press(n % 2 === 0 ? 'a' : 'd');
        await one.page.keyboard.type(`looked at it, number ${n}`);
        await one.page.keyboard.press('Enter');
        await eventually(async () => (await openOnes()).length === left);
        await eventually(
          async () =>
            (await one.page.getByRole('textbox', { name: /Why/ }).inputValue()) === '' &&
            (await one.page.locator('.inbox-list li').count()) === left,
        );
      }
      const { items } = await service.get<Page<Approval>>('/v1/approvals?state=decided&limit=100');
      const given = new Map(items.map(({ verdict }) => [verdict?.reason, verdict?.verdict]));
      expect(given).toEqual(
        new Map(Array.from({ length: REVIEWS }, (_, n) => [`looked at it, number ${n}`, n % 2 === 0 ? 'approve' : 'reject'])),
      );
      await other.page.keyboard.press('d');
      await other.page.keyboard.type('too late');
      await other.page.keyboard.press('Enter');
      await other.page
        .getByText(/local was first and approved it: “looked at it, number 0”/)
        .first()
        .waitFor();
      expectClean(one);
      expectClean(other);
      await Promise.all([one.close(), other.close()]);
    },
    SLOW_MACHINE_MS,
  );

  it(
    'says that the ingress is away, resumes when it is back, and misses no decision',
    async () => {
      const watched = await openConsole(browser, stack.url);
      await watched.go('/');
      await watched.page.getByText('as they come').waitFor();
      const counted = async () =>
        Number(/([\d,]+) decisions/.exec((await watched.page.getByRole('heading', { name: /Outcomes/ }).textContent()) ?? '')?.[1] ?? 0);
      const send = async (from: number, to: number) => {
        for (let n = from; n < to; n += 1) await service.post(ordinaryPayment({ id: `o-${n}`, card: `other-${n}` }));
      };
      await send(0, 10);
      await eventually(async () => (await counted()) === 10);
      await stack.kill('ingress');
      await watched.page.getByText(/Signalbox cannot be reached/).waitFor();
      await eventually(async () => (await service.post(ordinaryPayment({ id: 'o-10', card: 'other-10' }))).status === 202);
      await send(11, 20);
      await watched.page.getByText(/^Back after/).waitFor();
      await eventually(async () => (await counted()) === 20);
      expectClean(watched);
      await watched.close();
    },
    SLOW_MACHINE_MS,
  );

  it(
    'shows hostile text as text, wherever a page shows any',
    async () => {
      const data = {
        paymentId: 'h-1',
        cardId: HOSTILE,
        terminalId: HOSTILE,
        amount: 900,
        currency: 'EUR',
        country: HOSTILE,
        note: LONG,
        [HOSTILE]: HOSTILE,
      };
      const event = { specversion: '1.0', id: `h-1${HOSTILE.replace(ESCAPE, '')}`, source: '/shop', type: 'payment.attempted', data };
      const { status, receipt } = await service.post(event);
      expect(status).toBe(202);
      const approval = await eventually(async () => (await openOnes()).find(({ subject }) => subject === HOSTILE));
      const watched = await openConsole(browser, stack.url);
      const paths = [
        ...[`/console/events/${receipt.event}`, `/console/decisions/${receipt.decision?.id}`, `/console/inbox?approval=${approval.id}`],
        ...[`/console/flows/fraud/subjects/${encodeURIComponent(HOSTILE)}`, '/console/decisions?flow=fraud'],
      ];
      for (const path of paths) {
        await watched.go(path);
        await watched.page.getByText('\\u202e').first().waitFor();
        for (const width of [360, 1280]) {
          await watched.page.setViewportSize({ width, height: 800 });
          expect({ path, width, sideways: await watched.sideways() }).toEqual({ path, width, sideways: 0 });
        }
        expect({ path, violations: await watched.violations() }).toEqual({ path, violations: [] });
      }
      expectClean(watched);
      await watched.close();
    },
    SLOW_MACHINE_MS,
  );
});
