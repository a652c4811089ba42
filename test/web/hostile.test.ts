/**
 * Hostile text in every field of every answer that the console asks for, made from the shapes of the wire. The bugs this hunts: markup that is taken for
 * markup, an address that runs, a character that turns what is read, a text that pushes the page sideways.
 */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Route } from 'playwright-core';
import { fraud } from '../../src/flows/fraud/flow.ts';
import { decisionItem } from '../../src/wire/decision.ts';
import { health, summary } from '../../src/wire/stream.ts';
import { browserOfFile, withBrowser } from '../support/browserOfFile.ts';
import { inTabs } from '../support/consoleLooks.ts';
import { placesOf } from '../support/consolePlaces.ts';
import { eventually } from '../support/eventually.ts';
import { ledger } from '../support/flows.ts';
import { startIngress, type TestIngress } from '../support/ingress.ts';
import { doubtfulPayment } from '../support/payments.ts';
import { ANSWERS, poison, schemaOf } from '../support/poison.ts';
import { startPostgres } from '../support/postgres.ts';
import { askAbout } from '../support/questions.ts';
import { openService } from '../support/service.ts';

const SLOW_MACHINE_MS = 240_000;
const URL_CHARS_MAX = 4000;
/** An address that runs, script, markup. */
const MARKUP = 'javascript:alert(0)//<script>alert(1)</script><img src=x onerror=alert(2)>"\'';
/** Turned direction, no width, a terminal's escapes. */
const HIDDEN = '\u202eevil\u202c\u200b\u001b[31m';
/** Far longer than any page is wide; events of 100 kB are posted by test/e2e/consoleInbox. */
const LONG = 'W'.repeat(5000);
/** As long as a name of ours gets. */
const NAME = 'W'.repeat(40);
/** Named by code, policies and keys of this service, never by a sender: they hold no hidden character. A field is not of these until it stands here. */
const OURS =
  /(\.(flow|name|policy|version|outcome|positive|default|rejected|action|step|prompt|model|rung|by|actor)|(types|follows|emits)\.<name>|\/v1\/flows(\/:flow)? .*\.title)$/;
/** Of parts that are made to be alike here. */
const ALIKE = /^landmark-unique/;

/** Runs in the page: text nodes that hold a character which is not seen, or changes how the rest is. */
const FIND_HIDDEN = `(() => {
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode())
    if (['\\u202e', '\\u202c', '\\u200b', '\\u001b'].some((one) => node.data.includes(one))) found.push(node.parentElement.tagName + ': ' + node.data.slice(0, 12));
  return found;
})()`;
const FIND_MARKS = `[...document.body.textContent.matchAll(/⟦(\\d+)⟧/g)].map(([, n]) => Number(n))`;

/** Texts that senders, models, receivers and reviewers write, by the page that has to show them. */
const SHOWN: Readonly<Record<string, readonly string[]>> = {
  '/': ['GET /v1/decisions .items[].subject', 'frame health.degraded[].text'],
  '/console/inbox': [
    ...['GET /v1/approvals .items[].question', 'GET /v1/approvals/:approval .asked[]', 'GET /v1/approvals/:approval .evidence.<name>'],
    ...['GET /v1/approvals/:approval .questions[].answer', 'GET /v1/approvals/:approval .votes[].reason'],
  ],
  '/console/flows/fraud': [
    ...['GET /v1/flows/:flow/policies .items[].note', 'GET /v1/flows/:flow/policies/:version .text'],
    ...['GET /v1/flows/:flow/policies/:version/diff .differences[].text', 'GET /v1/flows/:flow/slow-cases .open[].subject'],
  ],
  '/console/dead': ['GET /v1/actions .items[].error.detail', 'GET /v1/quarantine .items[].reason'],
  '/console/stuck': ['GET /v1/watches .items[].subject', 'GET /v1/watches .items[].trouble'],
};

withBrowser('hostile text', () => {
  const kept = browserOfFile();
  let ingress: TestIngress;
  beforeAll(async () => {
    ingress = await startIngress({ database: await (await startPostgres()).fresh(), flows: [fraud, ledger] });
  });
  afterAll(async () => {
    await ingress.close();
  });

  it(
    'stays text in every field that a page shows, and no page gives way',
    async () => {
      const { receipt } = await openService(ingress.url).post(doubtfulPayment({ id: 'p-1', card: 'card-1' }));
      const { id } = await askAbout(ingress);
      const places = placesOf({
        flow: 'fraud',
        subject: 'card-1',
        event: receipt.event,
        decision: receipt.decision?.id ?? '',
        approval: id,
      });
      const paths: string[] = [];
      let made = 0;
      const text = (path: string): string => {
        const known = paths.indexOf(path);
        const nth = known < 0 ? paths.push(path) - 1 : known;
        if (path.endsWith('.zone')) return 'Asia/Tokyo';
        made += 1;
        return `⟦${nth}⟧${made}${MARKUP}${OURS.test(path) ? NAME : `${HIDDEN}${LONG}`}`;
      };
      const frame = (event: string, schema: object): string =>
        `event: ${event}\ndata: ${JSON.stringify(poison(schema as Record<string, unknown>, undefined, { path: `frame ${event}`, root: schema as Record<string, unknown>, text }))}\n\n`;
      const frames = [frame('summary', schemaOf(summary)), frame('health', schemaOf(health)), frame('decision', schemaOf(decisionItem))];
      const answer = async (route: Route): Promise<void> => {
        const url = route.request().url();
        const { pathname } = new URL(url);
        if (pathname === '/v1/me') return route.continue();
        if (pathname === '/v1/stream')
          return route.fulfill({ contentType: 'text/event-stream', body: `retry: 600000\n${frames.join('')}` });
        const found = ANSWERS.find(({ form }) => form.test(pathname));
        if (found === undefined) throw new Error(`The console asks for ${pathname}, which answers by no shape`);
        const real = url.length > URL_CHARS_MAX ? null : await route.fetch();
        const body: unknown = real?.ok() === true ? await real.json() : undefined;
        return route.fulfill({ json: poison(found.schema, body, { path: `${found.name} `, root: found.schema, text }) });
      };
      const shown = new Set<string>();
      await inTabs({ browser: kept.browser, url: ingress.url }, places, async ({ path }, watched) => {
        const { page, dialogs } = watched;
        await page.route(/\/(v1\/|readyz)/, answer);
        await watched.go(path);
        await eventually(async () => (await page.locator('.loading').count()) === 0);
        await page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true");
        for (const nth of (await page.evaluate(FIND_MARKS)) as number[]) shown.add(`${path.split('?')[0]} ${paths[nth]}`);
        const violations = (await watched.violations()).filter((one) => !ALIKE.test(one));
        const failed = await page.locator('.failed').allTextContents();
        const wide = await watched.sideways();
        await page.setViewportSize({ width: 360, height: 800 });
        const found = { failed, dialogs, violations, hidden: await page.evaluate(FIND_HIDDEN), sideways: [wide, await watched.sideways()] };
        expect(found).toEqual({ failed: [], dialogs: [], violations: [], hidden: [], sideways: [0, 0] });
        await page.unrouteAll({ behavior: 'ignoreErrors' });
      });
      for (const [path, fields] of Object.entries(SHOWN))
        expect([...shown]).toEqual(expect.arrayContaining(fields.map((field) => `${path} ${field}`)));
    },
    SLOW_MACHINE_MS,
  );
});
