/**
 * The stream and the console behind nginx with the settings of docs/operations.md, which buffers and packs whatever it may. The bugs this hunts: frames that
 * come all at once or never, a decision that is lost where the proxy or the ingress behind it ends, a page that takes a proxy's 502 as final.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freePort } from '../../src/local/freePort.ts';
import { browserOfFile, withBrowser } from '../support/browserOfFile.ts';
import { ROOT } from '../support/built.ts';
import { openConsole } from '../support/consolePages.ts';
import { eventually } from '../support/eventually.ts';
import { ledger } from '../support/flows.ts';
import { eventOf, post } from '../support/http.ts';
import { startIngress, type TestIngress } from '../support/ingress.ts';
import { nginxPath, openNginx, type TestNginx } from '../support/nginx.ts';
import { startPostgres } from '../support/postgres.ts';
import { openStream } from '../support/streams.ts';

const SLOW_MACHINE_MS = 120_000;
const program = nginxPath();

let sent = 0;
const book = async (url: string): Promise<string> => {
  sent += 1;
  const { json } = await post(url, eventOf({ id: `b-${sent}`, data: { account: `account-${sent}`, amount: 5 } }));
  return String(json.decision.id);
};

describe('behind nginx', () => {
  if (program === null) {
    it.skip('is not tried: there is no nginx', () => undefined);
    return;
  }
  let nginx: TestNginx;
  let ingress: TestIngress;
  let database: string;
  let port: number;
  const errors: unknown[] = [];

  const startAt = async (): Promise<void> => {
    ingress = await startIngress({ database, flows: [ledger], server: { PORT: port } });
  };
  const end = async (): Promise<void> => {
    errors.push(...ingress.errors);
    await ingress.close();
  };
  beforeAll(async () => {
    const docs = await readFile(join(ROOT, 'docs', 'operations.md'), 'utf8');
    const location = /```nginx\n(.*?)```/s.exec(docs)?.[1] ?? '';
    [database, port] = [await (await startPostgres()).fresh(), await freePort()];
    nginx = await openNginx(program, location.replace('127.0.0.1:8080', `127.0.0.1:${port}`));
    await startAt();
  });
  afterAll(async () => {
    await end();
    await nginx.stop();
    expect(errors).toEqual([]);
  });

  describe('the stream', () => {
    it('passes each frame on before the next one is made, packed or not', async () => {
      const list = await fetch(`${nginx.url}/v1/decisions`);
      expect([list.headers.get('content-encoding'), list.headers.get('server')]).toEqual(['gzip', expect.stringContaining('nginx')]);
      const stream = openStream(nginx.url, { query: '?kinds=decision', lastId: 'start' });
      for (let n = 0; n < 5; n += 1) {
        const id = await book(nginx.url);
        expect(JSON.parse((await stream.next()).data)).toMatchObject({ id });
      }
      stream.close();
    });

    it('goes on exactly where it broke when the proxy is killed in the middle', async () => {
      const seen: string[] = [];
      let lastId = 'start';
      const made: string[] = [];
      for (let turn = 0; turn < 3; turn += 1) {
        const stream = openStream(nginx.url, { query: '?kinds=decision', lastId });
        made.push(await book(ingress.url), await book(ingress.url));
        for (let n = 0; n < 3; n += 1) {
          const { id = lastId, data } = await stream.next();
          seen.push(JSON.parse(data).id);
          lastId = id;
        }
        await nginx.kill();
        await stream.ended;
        made.push(await book(ingress.url));
        await nginx.start();
      }
      const rest = openStream(nginx.url, { query: '?kinds=decision', lastId });
      const all = (await (await fetch(`${ingress.url}/v1/decisions?limit=1000`)).json()) as { items: { id: string }[] };
      while (seen.length < all.items.length) seen.push(JSON.parse((await rest.next()).data).id);
      rest.close();
      expect(seen).toEqual(all.items.map(({ id }) => id));
      expect(seen).toEqual(expect.arrayContaining(made));
    });
  });

  withBrowser('the console', () => {
    const kept = browserOfFile();
    it(
      'counts every decision over an ingress that ends and comes back, though the proxy answers 502 meanwhile',
      async () => {
        const watched = await openConsole(kept.browser, nginx.url);
        const { page } = watched;
        await watched.go('/');
        await page.getByText('as they come').waitFor();
        const counted = async () =>
          Number(/([\d,]+) decisions/.exec((await page.getByRole('heading', { name: /Outcomes/ }).textContent()) ?? '')?.[1] ?? 0);
        for (let n = 0; n < 5; n += 1) await book(nginx.url);
        await eventually(async () => (await counted()) === 5);
        await end();
        await page.getByText(/Signalbox cannot be reached/).waitFor();
        await startAt();
        for (let n = 0; n < 5; n += 1) await book(ingress.url);
        await page.getByText(/^Back after/).waitFor();
        await eventually(async () => (await counted()) === 10);
        await watched.go('/console/try?flow=ledger');
        await page.getByRole('button', { name: 'Send it' }).click();
        await page.getByRole('region', { name: 'What became of it' }).getByRole('heading').waitFor();
        expect({ errors: watched.errors, elsewhere: watched.elsewhere }).toEqual({ errors: [], elsewhere: [] });
        await watched.close();
      },
      SLOW_MACHINE_MS,
    );

    it(
      'opens in an eighth tab: those behind it hold none of the six connections that a browser has for a host',
      async () => {
        const context = await kept.browser.newContext();
        const hidden = "Object.defineProperty(document, 'hidden', { get: () => window.behind !== false })";
        for (let n = 0; n < 7; n += 1) {
          const tab = await context.newPage();
          await tab.addInitScript(hidden);
          await tab.goto(`${nginx.url}/`, { waitUntil: 'commit' });
        }
        const eighth = await context.newPage();
        await eighth.goto(`${nginx.url}/console/decisions`, { waitUntil: 'commit' });
        await eighth.getByRole('table').waitFor();
        // one that comes to the front listens again
        const [first] = context.pages();
        await first?.evaluate("window.behind = false; document.dispatchEvent(new Event('visibilitychange'))");
        await first?.getByText('as they come').waitFor();
        await context.close();
      },
      SLOW_MACHINE_MS,
    );
  });
});
