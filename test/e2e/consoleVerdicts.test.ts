/**
 * The console in a real browser, signed in by keys: what a policy changed, what trying anew would do, an approval that is handed on. The bugs this hunts: a difference or a count that
 * the page makes up by itself, a failed one that looks like none, something done that was not previewed, a text that becomes markup.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, Route } from 'playwright-core';
import type { Scope } from '../../src/domain/caller.ts';
import { createKey } from '../../src/log/keys.ts';
import { askedReviews } from '../support/askedReviews.ts';
import { ensureBuilt } from '../support/built.ts';
import { chromiumPath, openBrowser } from '../support/chromium.ts';
import { openConsole, type WatchedPage } from '../support/consolePages.ts';
import { ask, eventOf, post } from '../support/http.ts';
import { startIngress, type TestIngress } from '../support/ingress.ts';
import { mendedLedger, putAside } from '../support/mendedLedger.ts';
import { startPostgres } from '../support/postgres.ts';
import { askAbout } from '../support/questions.ts';

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
  let aside: readonly string[];
  const keys: Record<string, string> = {};

  beforeAll(async () => {
    await ensureBuilt();
    const database = await (await startPostgres()).fresh();
    const thirteens = [HOSTILE, 'a', 'a', 'a', 'still', 'b'].map((account) => [account, 13] as const);
    aside = await putAside({ database, accounts: thirteens });
    const flows = [mendedLedger, askedReviews({ decides: false })];
    ingress = await startIngress({ database, flows, auth: 'keys' });
    const make = async (name: string, scopes: Scope[], roles: string[] = []): Promise<void> => {
      keys[name] = (await createKey(ingress.pool, { tenant: 'default', name, scopes, roles })) ?? '';
    };
    await make('root', ['admin']);
    await make('reader', ['read']);
    await make('ann', ['read', 'approve'], ['desk']);
    await make('abe', ['read', 'approve'], ['desk']);
    await make('lea', ['read', 'approve'], ['lead']);
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

  it(
    'shows what trying anew would do before it does that and nothing else',
    async () => {
      const reading = await signedIn('reader', '/console/dead');
      await reading.page.getByLabel(`Mark ${aside[0]}`).waitFor();
      expect(await reading.page.getByRole('button', { name: /anew/ }).count()).toBe(0);
      await reading.close();

      const watched = await signedIn('root', '/console/dead?flow=ledger');
      const { page } = watched;
      const preview = '**/v1/preview/**';
      let answer: (route: Route) => Promise<void> = () => new Promise(() => undefined);
      await page.route(preview, (route) => answer(route));
      const dialog = page.getByRole('dialog');
      await page.getByRole('button', { name: 'Try all anew…' }).first().click();
      await dialog.getByRole('status').filter({ hasText: 'Loading' }).waitFor();
      await page.keyboard.press('Escape');
      answer = (route) => route.fulfill(AWAY);
      await page.getByRole('button', { name: 'Try all anew…' }).first().click();
      await dialog.getByRole('alert').getByText('Not now').waitFor();
      expect(await dialog.getByRole('button', { name: /^Try \d/ }).count()).toBe(0);
      expect(await watched.violations()).toEqual([]);
      await page.unroute(preview);
      await dialog.getByRole('button', { name: 'Try again' }).click();

      await dialog.getByText('4 fine, 1 alarm').waitFor();
      await dialog.getByText('1 would be refused: reflex: Error: thirteen is still not counted').waitFor();
      await dialog.getByText(HOSTILE).first().waitFor();
      await expectClean(watched);
      await page.setViewportSize({ width: 360, height: 740 });
      expect([await watched.sideways(), await watched.violations()]).toEqual([0, []]);
      await page.setViewportSize({ width: 1280, height: 800 });

      // what comes meanwhile changes what would become of b's alone: that is left as it is, and told
      const headers = { authorization: `Bearer ${keys.root}` };
      for (const n of [1, 2]) await post(ingress.url, eventOf({ id: `meanwhile-${n}`, data: { account: 'b', amount: n } }), headers);
      await dialog.getByRole('combobox').selectOption('20');
      await dialog.getByRole('button', { name: 'Try 5', exact: true }).click();
      await dialog
        .getByRole('alert')
        .filter({ hasText: `${aside[5]}: Somebody changed it while you read` })
        .waitFor();
      await dialog.getByRole('button', { name: 'Look again' }).click();
      await dialog.getByText('1 alarm', { exact: true }).waitFor();
      await dialog.getByRole('button', { name: 'Try 1', exact: true }).click();
      await dialog.waitFor({ state: 'detached' });
      const left = await ask(`${ingress.url}/v1/quarantine`, { headers });
      expect(left.json.items.map(({ event }: { event: string }) => event)).toEqual([aside[4]]);
      const { rows } = await ingress.pool.query<{ subject: string; outcome: string }>(
        "select subject, outcome from decisions where log = 'ledger' order by position",
      );
      expect(rows.map(({ subject, outcome }) => `${subject} ${outcome}`)).toEqual([
        ...['b fine', 'b fine', `${HOSTILE} fine`, 'a fine', 'a fine', 'a alarm', 'b alarm'],
      ]);
      await page.getByRole('button', { name: 'Try all anew…' }).click();
      await dialog.getByText('none would go on').waitFor();
      expect(await dialog.getByRole('button', { name: 'Try 0', exact: true }).isDisabled()).toBe(true);
      await expectClean(watched);
      await watched.close();
    },
    SLOW_MACHINE_MS,
  );

  it(
    'hands an approval on by keyboard, tells who got it and who came second, and offers it to nobody who may not',
    async () => {
      const pools = { desk: { roles: ['desk'], mail: [] }, leads: { roles: ['lead'], mail: [] } };
      const terms = { ask: 'desk', pools, escalation: [{ afterSeconds: 3000, to: 'leads' }] };
      const headers = { authorization: `Bearer ${keys.root}` };
      const asked = await askAbout(ingress, { headers, terms });
      const watched = await signedIn('ann', '/console/inbox');
      const { page } = watched;
      const dialog = page.getByRole('dialog', { name: 'Hand it on' });
      await page.getByRole('button', { name: /Is it right/ }).waitFor();
      await page.keyboard.press('j');
      await page.getByRole('form', { name: 'Your verdict' }).waitFor();

      const receivers = '**/receivers';
      let answer: (route: Route) => Promise<void> = () => new Promise(() => undefined);
      await page.route(receivers, (route) => answer(route));
      await page.keyboard.press('h');
      await dialog.getByRole('status').filter({ hasText: 'Loading' }).waitFor();
      answer = (route) => route.fulfill(AWAY);
      await page.reload();
      await page.getByRole('form', { name: 'Your verdict' }).waitFor();
      await page.keyboard.press('h');
      await dialog.getByRole('alert').getByText('Not now').waitFor();
      await page.unroute(receivers);
      await dialog.getByRole('button', { name: 'Try again' }).click();
      expect(await dialog.getByLabel('To whom').getByRole('option').allTextContents()).toEqual([
        ...['choose', 'the role desk', 'the role lead', 'abe', 'lea'],
      ]);
      await expectClean(watched);

      // abe was quicker
      const first = await ask(`${ingress.url}${asked.path}/hand-on`, {
        method: 'POST',
        headers: { authorization: `Bearer ${keys.abe}`, 'content-type': 'application/json' },
        body: JSON.stringify({ to: { person: 'ann' }, reason: HOSTILE }),
      });
      expect(first.status).toBe(200);
      await dialog.getByLabel('To whom').selectOption('role lead');
      await dialog.getByLabel(/^Why/).fill('above what I may say');
      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      await dialog.getByText(/Somebody changed it while you read/).waitFor();
      await page.keyboard.press('Escape');
      await page.getByText(`abe handed it on to ann: “${HOSTILE}”`).waitFor();
      await page.getByText('handed to you by abe').waitFor();
      await page.keyboard.press('h');
      await dialog.getByLabel('To whom').selectOption('lea');
      await dialog.getByLabel(/^Why/).fill('above what I may say');
      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      await dialog.waitFor({ state: 'detached' });
      await page.getByText('with lea').waitFor();
      await expectClean(watched);
      await page.goto(`${ingress.url}/console/inbox`);
      await page.getByRole('button', { name: /Is it right/ }).waitFor();
      await page.getByLabel('Handed on to me').check();
      await page.getByRole('heading', { name: 'Nothing was handed on to you' }).waitFor();
      await watched.close();

      const reading = await signedIn('reader', `/console/inbox?approval=${asked.id}`);
      await reading.page.getByText('ann handed it on to lea: “above what I may say”').waitFor();
      expect(await reading.page.getByRole('button', { name: /Hand on/ }).count()).toBe(0);
      await reading.close();

      const lead = await signedIn('lea', '/console/inbox');
      await lead.page.getByLabel('Handed on to me').check();
      await lead.page.getByText('handed to you by ann').waitFor();
      await lead.page.keyboard.press('j');
      await lead.page.getByRole('form', { name: 'Your verdict' }).waitFor();
      await lead.page.keyboard.press('a');
      await lead.page.keyboard.type('it is');
      await lead.page.keyboard.press('Enter');
      await lead.page.getByRole('heading', { name: 'Nothing was handed on to you' }).waitFor();
      await lead.page.getByLabel('Handed on to me').uncheck();
      await lead.page.getByRole('heading', { name: 'Nothing waits for a person' }).waitFor();
      await expectClean(lead);
      await lead.close();
    },
    SLOW_MACHINE_MS,
  );
});
