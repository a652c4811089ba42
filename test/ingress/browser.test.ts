/** The pages in a real browser: they load nothing from elsewhere, break no rule of their own headers, and their links lead somewhere. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { readApproval } from '../../src/approvals/approval.ts';
import { createLink } from '../../src/approvals/links.ts';
import { chromiumPath, openBrowser } from '../support/chromium.ts';
import { ledger } from '../support/flows.ts';
import { startIngress, type TestIngress } from '../support/ingress.ts';
import { startPostgres } from '../support/postgres.ts';
import { askAbout } from '../support/questions.ts';

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

  it('/docs shows itself without an error and without a request to elsewhere', async () => {
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
    const answer = await page.goto(`${ingress.url}/docs`, { waitUntil: 'load' });
    expect(answer?.status()).toBe(200);
    expect(await page.locator('h1').first().textContent()).toContain('Signalbox');
    expect({ errors: errors.filter((text) => !text.includes('favicon')), elsewhere }).toEqual({ errors: [], elsewhere: [] });
    await page.close();
  });

  it('/approve/:token shows its evidence and gives a verdict by its form, without a script and from the keyboard', async () => {
    const evidence = {
      payment: { paymentId: 'p-1', amount: 5000, note: '<b>bold</b>' },
      score: 0.4,
      reasons: [{ code: 'new', text: 'a new card' }],
    };
    const changes = {
      amount: { type: 'number' as const, min: 0, max: 6000 },
      currency: { type: 'choice' as const, options: ['EUR', 'USD'] },
    };
    const asked = await askAbout(ingress, { question: 'Release payment p-1 of 5000 EUR?', evidence, terms: { changes } });
    const token = await createLink(ingress.pool, { ...asked.key, mail: 'ann@bank.example', expiresAt: '2100-01-01T00:00:00Z' });
    const context = await browser.newContext({ javaScriptEnabled: false, viewport: { width: 800, height: 1100 } });
    const page = await context.newPage();
    const errors: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error') errors.push(message.text());
    });
    await page.goto(`${ingress.url}/approve/${token}`);
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('Release payment p-1 of 5000 EUR?');
    await page.getByText('All evidence').click();
    expect(await page.getByText('<b>bold</b>', { exact: true }).count()).toBe(1);
    await page.getByLabel('Why (kept with the verdict)').fill('called the customer');
    await page.getByLabel('amount (0 to 6000)').fill('4000');
    if (process.env.SIGNALBOX_SCREENSHOT !== undefined) await page.screenshot({ path: process.env.SIGNALBOX_SCREENSHOT, fullPage: true });
    // Enter in a field is no verdict
    await page.getByLabel('amount (0 to 6000)').press('Enter');
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('Release payment p-1 of 5000 EUR?');
    await page.getByRole('button', { name: 'Approve: fine' }).focus();
    await page.keyboard.press('Space');
    await page.getByRole('heading', { name: 'Your verdict counts' }).waitFor();
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('Your verdict counts');
    expect({ errors: errors.filter((text) => !text.includes('favicon')) }).toEqual({ errors: [] });
    expect((await readApproval(ingress.pool, asked.key))?.approval.verdict).toMatchObject({
      ...{ verdict: 'approve', actor: 'ann@bank.example', via: 'mail', changes: { amount: 4000 } },
    });
    await context.close();
  });

  it('no page scrolls sideways on a phone, and one whose link leads nowhere offers no way back to it', async () => {
    const reasons = [
      { code: 'velocity', text: '12 payments of the card within an hour', weight: 0.4 },
      { code: 'x'.repeat(80), text: 'more' },
    ];
    const similar = [{ decision: 'dec_fraud.3.0', score: 0.004728400945051428, truth: null, own: true, reasons: ['terminalCount30d'] }];
    const evidence = { features: { terminalDisputedDays: 60 }, reasons, similar };
    const asked = await askAbout(ingress, { question: 'Release payment p-2?', evidence });
    const token = await createLink(ingress.pool, { ...asked.key, mail: 'ann@bank.example', expiresAt: '2100-01-01T00:00:00Z' });
    const page = await browser.newPage({ viewport: { width: 375, height: 740 } });
    for (const path of ['/docs', `/approve/${token}`, '/approve/cut-off']) {
      await page.goto(`${ingress.url}${path}`);
      const hidden = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
      expect({ path, hidden }).toEqual({ path, hidden: 0 });
    }
    expect(await page.getByText('it must be whole').count()).toBe(1);
    expect(await page.getByRole('link').count()).toBe(0);
    await page.goto(`${ingress.url}/approve/${token}`);
    expect(await page.locator('.reasons li').allTextContents()).toEqual(['12 payments of the card within an hour +0.4', 'more']);
    await page.getByRole('link', { name: 'Give your verdict' }).click();
    expect(await page.getByRole('heading', { name: 'Your verdict' }).count()).toBe(1);
    await page.close();
  });
});
