/**
 * The console in a real browser, signed in by keys: what a policy changed. The bugs this hunts: a difference that the page words by itself, a failed
 * one that looks like none, a policy's text that becomes markup.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, Route } from 'playwright-core';
import type { Scope } from '../../src/domain/caller.ts';
import { createKey } from '../../src/log/keys.ts';
import { askedReviews } from '../support/askedReviews.ts';
import { ensureBuilt } from '../support/built.ts';
import { chromiumPath, openBrowser } from '../support/chromium.ts';
import { openConsole, type WatchedPage } from '../support/consolePages.ts';
import { ledger } from '../support/flows.ts';
import { ask } from '../support/http.ts';
import { startIngress, type TestIngress } from '../support/ingress.ts';
import { startPostgres } from '../support/postgres.ts';

const BUILD_AND_START_MS = 180_000;
const SLOW_MACHINE_MS = 120_000;
const executable = chromiumPath();
// a machine without a browser (only continuous integration installs one) cannot run these
const withBrowser = executable === null ? describe.skip : describe;

const HOSTILE = '<script>alert(1)</script><img src=x onerror=alert(2)>';
const AWAY = {
  status: 503,
  contentType: 'application/problem+json',
  body: JSON.stringify({ title: 'Not now', status: 503, code: 'database-away' }),
};

withBrowser('the console, signed in', () => {
  let ingress: TestIngress;
  let browser: Browser;
  const keys: Record<string, string> = {};

  beforeAll(async () => {
    await ensureBuilt();
    const flows = [ledger, askedReviews({ decides: false })];
    ingress = await startIngress({ database: await (await startPostgres()).fresh(), flows, auth: 'keys' });
    const make = async (name: string, scopes: Scope[], roles: string[] = []): Promise<void> => {
      keys[name] = (await createKey(ingress.pool, { tenant: 'default', name, scopes, roles })) ?? '';
    };
    await make('root', ['admin']);
    await make('reader', ['read']);
    browser = await openBrowser(executable as string);
  }, BUILD_AND_START_MS);
  afterAll(async () => {
    await browser?.close();
    expect(ingress?.errors).toEqual([]);
    await ingress?.close();
  });

  async function signedIn(who: string, path: string): Promise<WatchedPage> {
    const watched = await openConsole(browser, ingress.url);
    await watched.go(path);
    await watched.page.getByLabel('Your key').fill(keys[who] ?? '');
    await watched.page.keyboard.press('Enter');
    await watched.page.getByLabel('Your key').waitFor({ state: 'detached' });
    return watched;
  }
  async function expectClean(watched: WatchedPage): Promise<void> {
    const { errors, elsewhere, dialogs } = watched;
    expect({ errors, elsewhere, dialogs, violations: await watched.violations() }).toEqual({
      ...{ errors: [], elsewhere: [], dialogs: [], violations: [] },
    });
  }

  it(
    'says in words what a policy changed of the one before it, and of another, and says that it cannot where it cannot',
    async () => {
      const flow = askedReviews({ decides: false });
      const policy = JSON.parse(flow.policyText) as { approvals: object; prompts: { review: object } };
      const text = JSON.stringify({
        ...policy,
        approvals: { ...policy.approvals, deadlineSeconds: 3700, remindersSeconds: [60], escalation: [] },
        prompts: { review: { ...policy.prompts.review, system: HOSTILE } },
      });
      const sent = await ask(`${ingress.url}/v1/flows/fraud/policies`, {
        method: 'POST',
        body: text,
        headers: { 'content-type': 'application/yaml', authorization: `Bearer ${keys.root}` },
      });
      expect(sent.status).toBe(201);
      const watched = await signedIn('reader', '/console/flows/fraud?tab=policies');
      const { page } = watched;
      const changes = page.getByLabel('What it changed');
      await changes.getByText('fell from 86400 s (1 d) to 3700 s (1 h 1 min)').waitFor();
      await changes.getByText('how long people have to answer').waitFor();
      await changes.getByText(`was “Judge payments.” and is “${HOSTILE}”`).waitFor();
      await page.getByRole('heading', { name: /^What fraud@[0-9a-f]{12} changed of fraud@[0-9a-f]{12}$/ }).waitFor();
      await expectClean(watched);

      await page.getByRole('button', { name: 'What it changed' }).last().click();
      await page.getByText('It is the first one.').waitFor();
      await page.getByLabel('Compared with').selectOption(sent.json.version);
      await changes.getByText('rose from 3700 s (1 h 1 min) to 86400 s (1 d)').waitFor();

      const diff = '**/diff*';
      let answer: (route: Route) => Promise<void> = () => new Promise(() => undefined);
      await page.route(diff, (route) => answer(route));
      await page.reload();
      await page.getByRole('status').filter({ hasText: 'Loading' }).first().waitFor();
      answer = (route) => route.fulfill(AWAY);
      await page.reload();
      await page.getByRole('alert').getByText('Not now').waitFor();
      expect([await changes.count(), await page.getByText('they say the same').count()]).toEqual([0, 0]);
      await page.unroute(diff);
      await page.getByRole('button', { name: 'Try again' }).click();
      await changes.getByText('rose from 3700 s').waitFor();
      await expectClean(watched);
      await watched.close();
    },
    SLOW_MACHINE_MS,
  );
});
