/**
 * The console where keys are checked. The bugs this hunts: something that is offered and then refused, something that is not offered and yet taken, a key
 * that a script can read, a page that stays open over a key that was taken back.
 */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { fraud } from '../../src/flows/fraud/flow.ts';
import { createKey, revokeKey } from '../../src/log/keys.ts';
import type { Approval } from '../../src/wire/approval.ts';
import { browserOfFile, withBrowser } from '../support/browserOfFile.ts';
import { openConsole, type WatchedPage } from '../support/consolePages.ts';
import { ledger } from '../support/flows.ts';
import { ask } from '../support/http.ts';
import { startIngress, type TestIngress } from '../support/ingress.ts';
import { startPostgres } from '../support/postgres.ts';
import { type AskedQuestion, askAbout } from '../support/questions.ts';

const SLOW_MACHINE_MS = 120_000;
const REVIEWER = 'rita@bank.example';

withBrowser('the console with keys', () => {
  const kept = browserOfFile();
  let ingress: TestIngress;
  let asked: AskedQuestion;
  const keys: Record<'sender' | 'reader' | 'reviewer', string> = { sender: '', reader: '', reviewer: '' };
  let watched: WatchedPage;

  beforeAll(async () => {
    ingress = await startIngress({ database: await (await startPostgres()).fresh(), flows: [fraud, ledger], auth: 'keys' });
    const make = async (name: string, scopes: Parameters<typeof createKey>[1]['scopes']) =>
      String(await createKey(ingress.pool, { tenant: 'default', name, scopes }));
    keys.sender = await make('shop', ['events:write', 'read']);
    keys.reader = await make('ann', ['read']);
    keys.reviewer = await make(REVIEWER, ['read', 'approve']);
    asked = await askAbout(ingress, { headers: { authorization: `Bearer ${keys.sender}` } });
    watched = await openConsole(kept.browser, ingress.url);
  });
  afterAll(async () => {
    await watched?.close();
    expect(ingress.errors).toEqual([]);
    await ingress.close();
  });

  const signIn = async (key: string): Promise<void> => {
    await watched.page.getByLabel('Your key').fill(key);
    await watched.page.keyboard.press('Enter');
  };
  /** As a script of the page would ask. */
  const post = (path: string, headers: Record<string, string> = {}): Promise<{ status: number; code: string }> =>
    watched.page.evaluate(
      async ([to, sent]) => {
        const body = JSON.stringify({ verdict: 'approve', reason: 'by hand' });
        const answer = await fetch(to, { method: 'POST', headers: { 'content-type': 'application/json', ...sent }, body });
        return { status: answer.status, code: ((await answer.json()) as { code: string }).code };
      },
      [path, headers] as const,
    );
  const proof = async (): Promise<Record<string, string>> => {
    const { csrf } = await watched.page.evaluate(async () => (await (await fetch('/v1/me')).json()) as { csrf: string });
    return { 'signalbox-csrf': csrf };
  };
  const signOut = async (): Promise<void> => {
    await watched.page.getByRole('button', { name: 'View' }).click();
    await watched.page.getByRole('menuitem', { name: /^Sign out/ }).click();
    await watched.page.getByLabel('Your key').waitFor();
  };

  it(
    'asks for a key, refuses a wrong one in words, and keeps a right one where no script reads it',
    async () => {
      const { page, context } = watched;
      await watched.go('/console/inbox');
      expect(await watched.violations()).toEqual([]);
      await page.emulateMedia({ colorScheme: 'dark' });
      await page.setViewportSize({ width: 360, height: 740 });
      expect([await watched.violations(), await watched.sideways()]).toEqual([[], 0]);
      await page.setViewportSize({ width: 1280, height: 800 });
      await signIn(`sbx_${'a'.repeat(40)}`);
      await page.getByText('No such key, or one that was revoked').waitFor();
      expect(await context.cookies()).toEqual([]);
      await signIn(keys.reader);
      await page.getByRole('heading', { name: 'Inbox' }).waitFor();
      expect(await context.cookies()).toEqual([
        expect.objectContaining({ name: 'signalbox', value: keys.reader, httpOnly: true, sameSite: 'Strict' }),
      ]);
      expect(await page.evaluate('[document.cookie, JSON.stringify({ ...localStorage, ...sessionStorage })].join()')).not.toContain('sbx_');
    },
    SLOW_MACHINE_MS,
  );

  it(
    'offers nothing that the key may not do, and the service refuses it all the same',
    async () => {
      const { page } = watched;
      await page.getByRole('button', { name: 'Is it right?' }).click();
      await page.getByRole('heading', { name: 'Is it right?' }).waitFor();
      await page.getByText('Your key may read this and not answer it').waitFor();
      expect([await page.getByRole('form', { name: 'Your verdict' }).count(), await watched.violations()]).toEqual([0, []]);
      await page.keyboard.press('a');
      await watched.go('/console/try');
      await page.getByRole('heading', { name: 'Your key may not send events' }).waitFor();
      expect([await page.getByRole('button', { name: 'Send it' }).count(), await watched.violations()]).toEqual([0, []]);
      await watched.go('/console/dead');
      await page.getByRole('heading', { name: 'Events in quarantine' }).waitFor();
      expect(await page.getByRole('button', { name: /anew/ }).count()).toBe(0);
      for (const path of [`${asked.path}/verdict`, '/v1/events', '/v1/quarantine/evt_ledger.1/redrive'])
        expect({ path, ...(await post(path, await proof())) }).toEqual({ path, status: 403, code: 'forbidden' });
    },
    SLOW_MACHINE_MS,
  );

  it(
    'signs out so that the cookie is gone, and the next one to sign in decides under their own name, with the proof of this page',
    async () => {
      const { page, context } = watched;
      await signOut();
      expect([await context.cookies(), (await post(`${asked.path}/verdict`)).status]).toEqual([[], 401]);
      await signIn(keys.reviewer);
      // another site's page would have the cookie sent, and has no proof
      await page.getByRole('heading', { name: 'Dead letters', level: 1 }).waitFor();
      expect(await post(`${asked.path}/verdict`)).toEqual({ status: 403, code: 'forbidden' });
      await watched.go(`/console/inbox?approval=${asked.id}`);
      await page.getByRole('form', { name: 'Your verdict' }).waitFor();
      const sent = page.waitForRequest((request) => request.method() === 'POST' && request.url().endsWith('/verdict'));
      await page.keyboard.press('a');
      await page.keyboard.type('the books say so');
      await page.keyboard.press('Enter');
      expect((await sent).headers()['signalbox-csrf']).toBe((await proof())['signalbox-csrf']);
      await page.getByRole('heading', { name: 'Nothing waits for a person' }).waitFor();
      const { json } = await ask(`${ingress.url}${asked.path}`, { headers: { authorization: `Bearer ${keys.reader}` } });
      expect((json as Approval).verdict).toMatchObject({ actor: REVIEWER, verdict: 'approve', reason: 'the books say so' });
    },
    SLOW_MACHINE_MS,
  );

  it(
    'goes back to the door when the key is revoked while the page is open, and says why',
    async () => {
      const { page } = watched;
      await watched.go('/console/decisions');
      await page.getByRole('heading', { name: 'Decisions', level: 1 }).waitFor();
      await revokeKey(ingress.pool, { tenant: 'default', name: REVIEWER });
      await page.getByText(`The key of ${REVIEWER} holds no longer`).waitFor();
      expect(await page.getByRole('link', { name: 'Inbox' }).count()).toBe(0);
      expect(await watched.violations()).toEqual([]);
      await signIn(keys.reader);
      await page.getByRole('heading', { name: 'Decisions', level: 1 }).waitFor();
      expect({ errors: watched.errors, elsewhere: watched.elsewhere }).toEqual({ errors: [], elsewhere: [] });
    },
    SLOW_MACHINE_MS,
  );
});
