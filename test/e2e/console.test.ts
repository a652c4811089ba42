/** The console on the real stack, in a real browser: the product's story, and its keys. Each page in each state is in test/web. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { chromiumPath, openBrowser } from '../support/chromium.ts';
import { openConsole, type WatchedPage } from '../support/consolePages.ts';
import { eventually } from '../support/eventually.ts';
import { doubtfulPayment } from '../support/payments.ts';
import { openService } from '../support/service.ts';
import { openSignedReceiver, type SignedReceiver } from '../support/signedReceiver.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';

const BUILD_AND_START_MS = 180_000;
/** A browser, a stack and their test share what cores there are. */
const SLOW_MACHINE_MS = 180_000;
const executable = chromiumPath();
// a machine without a browser (only continuous integration installs one) cannot run these
const withBrowser = executable === null ? describe.skip : describe;

withBrowser('the console', () => {
  let receiver: SignedReceiver;
  let stack: TestStack;
  let browser: Browser;
  let watched: WatchedPage;

  beforeAll(async () => {
    receiver = await openSignedReceiver();
    stack = await startTestStack({ SIGNALBOX_WEBHOOK_URL: receiver.url, SIGNALBOX_WEBHOOK_SECRET: receiver.secret });
    browser = await openBrowser(executable as string);
    watched = await openConsole(browser, stack.url);
  }, BUILD_AND_START_MS);

  afterAll(async () => {
    await browser?.close();
    await stack?.stop();
    await receiver?.close();
  });

  /** Nothing of the page broke, breached its policy or asked anyone else. */
  const expectClean = ({ errors, elsewhere, dialogs }: WatchedPage) =>
    expect({ errors, elsewhere, dialogs }).toEqual({ errors: [], elsewhere: [], dialogs: [] });

  it(
    'leads from nothing to a decision, a person and the action that followed',
    async () => {
      const { page } = watched;
      await watched.go('/');
      await page.getByRole('heading', { name: 'No event has come yet' }).waitFor();
      expect(await watched.violations()).toEqual([]);

      await page.getByRole('link', { name: 'Try it', exact: true }).first().click();
      await page.getByRole('button', { name: 'Send it' }).click();
      const became = page.getByRole('region', { name: 'What became of it' });
      await became.getByRole('heading', { name: /approve by model/ }).waitFor();
      await became.getByRole('link', { name: 'why' }).click();
      await page.getByRole('heading', { name: 'Why', exact: true }).waitFor();
      await page.getByText(/review from 0\.15, decline from 0\.9/).waitFor();
      await page.getByRole('link', { name: 'card-1' }).click();
      await page.getByRole('button', { name: /decision approve by model/ }).waitFor();

      await page.keyboard.press('g');
      await page.keyboard.press('l');
      await page.getByRole('heading', { name: 'Live', level: 1 }).waitFor();
      const { receipt } = await openService(stack.url).post(doubtfulPayment({ id: 'watch', card: 'card-2' }));
      await page.getByRole('button', { name: /^1 new$/ }).waitFor();
      // what is read stays where it is until its reader asks for what is new
      expect(await page.getByRole('row', { name: /card-2/ }).count()).toBe(0);
      await page.keyboard.press('n');
      await page.getByRole('row', { name: /card-2/ }).waitFor();

      await page.keyboard.press('g');
      await page.keyboard.press('i');
      await page.getByRole('button', { name: /Release payment watch/ }).waitFor();
      await page.keyboard.press('j');
      await page.getByRole('form', { name: 'Your verdict' }).waitFor();
      await page.keyboard.press('a');
      await page.keyboard.type('the customer was called');
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: 'Nothing waits for a person' }).waitFor();

      const [sent] = await eventually(async () => receiver.deliveries.length > 0 && receiver.deliveries);
      expect(JSON.parse(sent?.body ?? '')).toMatchObject({ data: { subject: 'card-2', outcome: 'approve', event: receipt.event } });
      await watched.go(`/console/events/${receipt.event}`);
      await page.getByText(/^decided$/).waitFor();
      await page.getByRole('link', { name: 'release' }).waitFor();
      await watched.go('/console/flows/fraud/subjects/card-2');
      await page
        .getByRole('button', { name: /verdict/ })
        .first()
        .waitFor();
      expectClean(watched);
    },
    SLOW_MACHINE_MS,
  );

  it(
    'keys are told by a sheet that closes by Escape, and the palette leads anywhere',
    async () => {
      const { page } = watched;
      await watched.go('/');
      await page.getByText('as they come').waitFor();
      const sheet = page.getByRole('dialog', { name: 'Keys' });
      await eventually(async () => {
        if (!(await sheet.isVisible())) await page.keyboard.press('Shift+?');
        return sheet.isVisible();
      });
      expect(await watched.violations()).toEqual([]);
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      await page.keyboard.press('Control+k');
      await page.getByRole('combobox').fill('dead');
      expect(await watched.violations()).toEqual([]);
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: 'Dead letters', level: 1 }).waitFor();
      await page.getByRole('button', { name: 'View' }).click();
      await page.getByRole('menuitemradio', { name: 'Asia/Tokyo' }).click();
      expect(await watched.violations()).toEqual([]);
    },
    SLOW_MACHINE_MS,
  );
});
