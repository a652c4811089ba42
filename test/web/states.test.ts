/**
 * Each page of the console when it has nothing yet, waits, fails, or cannot read anew, wide and light and as a phone has it in the dark. The bugs this hunts:
 * a failed query that looks like an empty list, a state that nobody looked at, a page that scrolls sideways on a phone.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { fraud } from '../../src/flows/fraud/flow.ts';
import { browserOfFile, withBrowser } from '../support/browserOfFile.ts';
import { ROOT } from '../support/built.ts';
import { expectWell, inTabs, type Look } from '../support/consoleLooks.ts';
import { openConsole, type WatchedPage } from '../support/consolePages.ts';
import { type Place, placesOf } from '../support/consolePlaces.ts';
import { eventually } from '../support/eventually.ts';
import { ledger } from '../support/flows.ts';
import { startIngress, type TestIngress } from '../support/ingress.ts';
import { doubtfulPayment } from '../support/payments.ts';
import { startPostgres } from '../support/postgres.ts';
import { askAbout } from '../support/questions.ts';
import { openService } from '../support/service.ts';

/** All pages in one state, where others have the machine too. */
const SLOW_MACHINE_MS = 240_000;
const NOTHING = { items: [], next: '', more: false };
const AWAY = JSON.stringify({ title: 'Not now', status: 503, code: 'unavailable' });
/** What a page asks for once it knows who looks. */
const ASKED = /\/v1\/(?!me)/;
const NOBODY = { flow: 'fraud', subject: 's', event: 'evt_fraud.1', decision: 'dec_fraud.1.0', approval: 'apr_ledger.1.0' };

const STATES = ['empty', 'loading', 'failed', 'stale'] as const;
type State = (typeof STATES)[number];
/** What has not been counted yet looks the same, and is another matter. */
const STALE = '.stale:has-text("As it was")';

withBrowser('each page of the console', () => {
  const kept = browserOfFile();
  let ingress: TestIngress;
  let places: readonly Place[] = placesOf(NOBODY);

  beforeAll(async () => {
    ingress = await startIngress({ database: await (await startPostgres()).fresh(), flows: [fraud, ledger] });
  });
  afterAll(async () => {
    expect(ingress.errors).toEqual([]);
    await ingress.close();
  });

  const each = (of: readonly Place[], look: Parameters<typeof inTabs>[2]): Promise<void> =>
    inTabs({ browser: kept.browser, url: ingress.url }, of, look);
  async function statesOf({ page }: WatchedPage): Promise<State[]> {
    const counts = await Promise.all(STATES.map((state) => page.locator(state === 'stale' ? STALE : `.${state}`).count()));
    return STATES.filter((_, at) => counts[at] !== 0);
  }
  const expectOnly = async (state: State, { path }: Place, watched: WatchedPage): Promise<void> =>
    expect({ path, states: await statesOf(watched) }).toEqual({ path, states: [state] });
  const loaded = ({ page }: WatchedPage) =>
    eventually(async () => (await page.locator('h1').count()) > 0 && (await page.locator('.loading').count()) === 0);
  /** As its reader comes back to it, what is older than two seconds is read anew. */
  const comeBack = ({ page }: WatchedPage) => page.evaluate("window.dispatchEvent(new Event('visibilitychange'))");

  /** In one load of the page: what it asked is held, then refused, then answered. */
  async function expectWaitsAndFails(place: Place, watched: WatchedPage, look: Look): Promise<void> {
    const { page } = watched;
    let refuse = (): void => undefined;
    const refused = new Promise<void>((resolve) => {
      refuse = resolve;
    });
    await page.route(ASKED, async (route) => {
      await refused;
      await route.fulfill({ status: 503, contentType: 'application/problem+json', body: AWAY });
    });
    await watched.go(place.path);
    await page.locator('.loading').first().waitFor();
    await expectOnly('loading', place, watched);
    await expectWell(place.path, watched, look);
    refuse();
    await page.locator('.failed').first().waitFor();
    await loaded(watched);
    await expectOnly('failed', place, watched);
    await expectWell(place.path, watched, look);
    await page.unroute(ASKED);
  }

  async function expectShown(watched: WatchedPage): Promise<void> {
    await eventually(async () => {
      await comeBack(watched);
      return (await statesOf(watched)).every((state) => state === 'empty');
    });
    await loaded(watched);
  }

  async function expectStale(place: Place, watched: WatchedPage, look: Look): Promise<void> {
    const { page } = watched;
    const before = await page.locator('h1').first().textContent();
    await page.route(ASKED, (route) => route.abort());
    await eventually(async () => {
      await comeBack(watched);
      return (await page.locator(STALE).count()) > 0;
    });
    expect(await page.locator('h1').first().textContent()).toBe(before);
    expect((await statesOf(watched)).filter((state) => state !== 'empty')).toEqual(['stale']);
    await expectWell(place.path, watched, look);
    await page.unroute(ASKED);
    await expectShown(watched);
  }

  it('is one of those that are looked at here', async () => {
    const text = await readFile(join(ROOT, 'src', 'web', 'router.tsx'), 'utf8');
    const routes = [...text.matchAll(/at\('([^']+)'\)/g)].map(([, route]) => route);
    expect(new Set(places.map(({ route }) => route).filter((route) => route !== ''))).toEqual(new Set(routes));
  });

  it(
    'says that there is nothing yet, and how that is changed',
    async () => {
      const lists = places.filter(({ list }) => list);
      await each(lists, async (place, watched, look) => {
        await watched.go(place.path);
        await loaded(watched);
        await expectOnly('empty', place, watched);
        await expectWell(place.path, watched, look);
      });
      const watched = await openConsole(kept.browser, ingress.url);
      await watched.page.route(/\/v1\/flows(\?|$)/, (route) => route.fulfill({ json: NOTHING }));
      for (const path of ['/console/flows', '/console/try']) {
        await watched.go(path);
        await watched.page.getByRole('heading', { name: 'No flow is here' }).waitFor();
        await expectWell(path, watched, 'phone, dark');
      }
      await watched.close();
    },
    SLOW_MACHINE_MS,
  );

  it(
    'says that it waits, that it failed, shows what there is, keeps that where it cannot be read anew, and goes on by itself',
    async () => {
      const { receipt } = await openService(ingress.url).post(doubtfulPayment({ id: 'p-1', card: 'card-1' }));
      const { id } = await askAbout(ingress);
      places = placesOf({ flow: 'fraud', subject: 'card-1', event: receipt.event, decision: receipt.decision?.id ?? '', approval: id });
      await each(places, async (place, watched, look) => {
        const other = look === 'phone, dark' ? 'wide, light' : 'phone, dark';
        if (place.plain !== true) await expectWaitsAndFails(place, watched, look);
        else await watched.go(place.path);
        await expectShown(watched);
        await expectWell(place.path, watched, other);
        if (place.plain !== true) await expectStale(place, watched, other);
      });
    },
    SLOW_MACHINE_MS,
  );
});
