/** The pages in a real browser: they load nothing from elsewhere, break no rule of their own headers, and their links lead somewhere. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { chromiumPath, openBrowser } from '../support/chromium.ts';
import { ledger } from '../support/flows.ts';
import { startIngress, type TestIngress } from '../support/ingress.ts';
import { startPostgres } from '../support/postgres.ts';

const executable = chromiumPath();
// a machine without a browser (only continuous integration installs one) cannot run these
const withBrowser = executable === null ? describe.skip : describe;

withBrowser('pages in Chromium', () => {
  let ingress: TestIngress;
  let browser: Browser;
  beforeAll(async () => {
    const postgres = await startPostgres();
    ingress = await startIngress({ database: await postgres.fresh(), flows: [ledger] });
    browser = await openBrowser(executable as string);
  });
  afterAll(async () => {
    await browser?.close();
    await ingress?.close();
  });

  it.each(['/', '/docs'])('%s shows itself without an error and without a request to elsewhere', async (path) => {
    const page = await browser.newPage();
    const errors: string[] = [];
    const elsewhere: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error') errors.push(message.text());
    });
    page.on('pageerror', (error) => errors.push(error.message));
    page.on('request', (request) => {
      if (!request.url().startsWith(ingress.url)) elsewhere.push(request.url());
    });
    const answer = await page.goto(`${ingress.url}${path}`, { waitUntil: 'load' });
    expect(answer?.status()).toBe(200);
    expect(await page.locator('h1').first().textContent()).toContain('Signalbox');
    expect({ errors: errors.filter((text) => !text.includes('favicon')), elsewhere }).toEqual({ errors: [], elsewhere: [] });
    await page.close();
  });

  it('/ links to pages that are there', async () => {
    const page = await browser.newPage();
    await page.goto(ingress.url);
    const links = await page.locator('a[href^="/"]').evaluateAll((anchors) => anchors.map((anchor) => anchor.getAttribute('href') ?? ''));
    expect(links).toEqual(expect.arrayContaining(['/docs', '/openapi.json', '/metrics']));
    for (const link of links)
      expect({ link, status: (await page.request.get(`${ingress.url}${link}`)).status() }).toEqual({ link, status: 200 });
    await page.close();
  });
});
