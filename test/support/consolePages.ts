/** The console in a real browser, watched: what it logs as an error, what it asks of others, what axe finds. */
import axe from 'axe-core';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';

/** A refusal is logged by the browser itself, whatever the page makes of it. */
const SAID_BY_BROWSER = /Failed to load resource|net::ERR_/;

export interface WatchedPage {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Errors of the page and breaches of its policy. */
  readonly errors: string[];
  /** Requests to any other host. */
  readonly elsewhere: string[];
  /** Dialogs that a text has opened. */
  readonly dialogs: string[];
  /** What axe has against it as it stands now, in short. */
  violations(): Promise<string[]>;
  /** How many pixels it scrolls sideways. */
  sideways(): Promise<number>;
  go(path: string): Promise<void>;
  close(): Promise<void>;
}

export async function openConsole(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<WatchedPage> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, reducedMotion: 'reduce', ...options });
  const page = await context.newPage();
  const errors: string[] = [];
  const elsewhere: string[] = [];
  const dialogs: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' && !SAID_BY_BROWSER.test(message.text())) errors.push(message.text());
  });
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('request', (request) => {
    if (!request.url().startsWith(url)) elsewhere.push(request.url());
  });
  page.on('dialog', (dialog) => {
    dialogs.push(dialog.message());
    void dialog.dismiss();
  });
  return {
    ...{ page, context, errors, elsewhere, dialogs },
    async violations() {
      if (!(await page.evaluate("'axe' in window"))) await page.evaluate(axe.source);
      const found = (await page.evaluate('axe.run(document, { resultTypes: ["violations"] })')) as axe.AxeResults;
      return found.violations.map(
        ({ id, nodes }) =>
          `${id}: ${nodes
            .map(({ target }) => target.join(' '))
            .slice(0, 3)
            .join(' | ')}`,
      );
    },
    sideways: () => page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth'),
    async go(path) {
      await page.goto(`${url}${path}`, { waitUntil: 'load' });
      await page.locator('h1').first().waitFor();
    },
    close: () => context.close(),
  };
}
