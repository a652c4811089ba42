/**
 * Each page of the console when it has nothing yet, waits, fails, or cannot read anew, wide and light and as a phone has it in the dark. The bugs this hunts:
 * a failed query that looks like an empty list, a state that nobody looked at, a page that scrolls sideways on a phone.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { fraud } from '../../src/flows/fraud/flow.ts';
import { browserOfFile, withBrowser } from '../support/browserOfFile.ts';
import { ROOT } from '../support/built.ts';
import { expectWell, inTabs, LOOKS, type Look } from '../support/consoleLooks.ts';
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
  const asking = (): readonly Place[] => places.filter(({ plain }) => plain !== true);
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

  describe('when there is something', () => {
    beforeAll(async () => {
      const { receipt } = await openService(ingress.url).post(doubtfulPayment({ id: 'p-1', card: 'card-1' }));
      const { id } = await askAbout(ingress);
      places = placesOf({ flow: 'fraud', subject: 'card-1', event: receipt.event, decision: receipt.decision?.id ?? '', approval: id });
    });

    it(
      'shows it',
      async () => {
        await each(places, async ({ path }, watched) => {
          await watched.go(path);
          await loaded(watched);
          expect({ path, states: (await statesOf(watched)).filter((state) => state !== 'empty') }).toEqual({ path, states: [] });
          for (const look of Object.keys(LOOKS)) await expectWell(path, watched, look as Look);
        });
      },
      SLOW_MACHINE_MS,
    );

    it(
      'says that it waits, and nothing of an empty list',
      async () => {
        await each(asking(), async (place, watched, look) => {
          // never answered: the page is closed over it
          await watched.page.route(ASKED, () => undefined);
          await watched.go(place.path);
          await watched.page.locator('.loading').first().waitFor();
          await expectOnly('loading', place, watched);
          await expectWell(place.path, watched, look);
        });
      },
      SLOW_MACHINE_MS,
    );

    it(
      'says that it failed, and nothing of an empty list',
      async () => {
        await each(asking(), async (place, watched, look) => {
          await watched.page.route(ASKED, (route) => route.fulfill({ status: 503, contentType: 'application/problem+json', body: AWAY }));
          await watched.go(place.path);
          await watched.page.locator('.failed').first().waitFor();
          await loaded(watched);
          await expectOnly('failed', place, watched);
          await expectWell(place.path, watched, look);
        });
      },
      SLOW_MACHINE_MS,
    );

    it(
      'keeps what it had where that cannot be read anew, says from when it is, and goes on by itself',
      async () => {
        await each(asking(), async (place, watched, look) => {
          const { page } = watched;
          await watched.go(place.path);
          await loaded(watched);
          const before = await page.locator('h1').first().textContent();
          await page.route(ASKED, (route) => route.abort());
          await eventually(async () => {
            await comeBack(watched);
            return (await page.locator(STALE).count()) > 0;
          });
          await page
            .getByText(/^As it was/)
            .first()
            .waitFor();
          expect(await page.locator('h1').first().textContent()).toBe(before);
          expect((await statesOf(watched)).filter((state) => state !== 'empty')).toEqual(['stale']);
          await expectWell(place.path, watched, look);
          await page.unroute(ASKED);
          await eventually(async () => {
            await comeBack(watched);
            return (await page.locator(STALE).count()) === 0;
          });
        });
      },
      SLOW_MACHINE_MS,
    );
  });
});
