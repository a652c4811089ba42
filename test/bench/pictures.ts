/**
 * `npm run pictures`: a stack with some days of business in it, and the console's pages as they then look. The two of README.md go to docs/pictures; with
 * `--all FOLDER` every page goes there, light, dark and as a phone has it, to be looked at.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { Browser, Page as BrowserPage } from 'playwright-core';
import { createLink } from '../../src/approvals/links.ts';
import { openDatabase } from '../../src/log/db/database.ts';
import type { Approval } from '../../src/wire/approval.ts';
import type { Page } from '../../src/wire/list.ts';
import { ROOT } from '../support/built.ts';
import { chromiumPath, openBrowser } from '../support/chromium.ts';
import { eventually } from '../support/eventually.ts';
import { openService, type Service } from '../support/service.ts';
import { startTestStack } from '../support/stack.ts';
import { unsureCard } from '../support/unsurePayments.ts';

const { values } = parseArgs({ options: { all: { type: 'string' } } });
const CARDS = 17;
const UNSURE = 'card-4711';
const HISTORY = 150;
const LIVE = 60;
const LIVE_GAP_MS = 120;
const HOUR_MS = 3_600_000;

const payment = (id: string, card: string, amount: number, atMs: number): object => ({
  ...{ specversion: '1.0', id, source: '/shop', type: 'payment.attempted', time: new Date(atMs).toISOString() },
  data: { paymentId: id, cardId: card, terminalId: `terminal-${amount % 7}`, amount, currency: 'EUR', country: 'DE', channel: 'web' },
});

const reading = (id: string, machine: string, temperature: number): object => ({
  ...{ specversion: '1.0', id, source: '/plant', type: 'sensor.read', data: { machineId: machine, values: { temperature } } },
});

async function history(service: Service): Promise<void> {
  const startMs = Date.now() - HISTORY * 3 * HOUR_MS;
  for (let n = 0; n < HISTORY; n += 1)
    await service.post(payment(`h-${n}`, `card-${n % CARDS}`, 8 + ((n * 37) % 60), startMs + n * 3 * HOUR_MS));
  for (const [n, amount] of [640, 1240, 905].entries()) await service.post(payment(`doubt-${n}`, `card-new-${n}`, amount, Date.now()));
  const { habit, payment: unsure } = unsureCard(UNSURE);
  for (const one of [...habit, unsure]) await service.post(one);
}

async function live(service: Service, page: BrowserPage): Promise<void> {
  for (let n = 0; n < LIVE; n += 1) {
    await service.post(payment(`l-${n}`, `card-${n % CARDS}`, 10 + ((n * 13) % 40), Date.now()));
    if (n % 3 === 0) await service.post(reading(`r-${n}`, `pump-${n % 4}`, 60 + (n % 5)));
    await pause(LIVE_GAP_MS);
    if (n === LIVE - 4) await page.keyboard.press('n');
  }
}

interface Shot {
  readonly path: string;
  readonly file: string;
  readonly width?: number;
  readonly height?: number;
  readonly dark?: boolean;
  /** Happens while the page is open. */
  readonly meanwhile?: (page: BrowserPage) => Promise<void>;
}

async function shoot(
  browser: Browser,
  url: string,
  { path, file, width = 1280, height = 800, dark = false, meanwhile }: Shot,
): Promise<void> {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: dark ? 'dark' : 'light', reducedMotion: 'reduce' });
  const page = await context.newPage();
  await page.goto(`${url}${path}`);
  await page.locator('h1').first().waitFor();
  await meanwhile?.(page);
  await pause(1500);
  await page.screenshot({ path: file });
  await context.close();
  console.log(file);
}

async function shootAll(browser: Browser, { url, folder, approval }: { url: string; folder: string; approval: Approval }): Promise<void> {
  await mkdir(folder, { recursive: true });
  const decision = `/console/decisions/dec_${approval.event.event.slice('evt_'.length)}.0`;
  const pages: Readonly<Record<string, string>> = {
    ...{ live: '/', inbox: `/console/inbox?approval=${approval.id}`, flows: '/console/flows', flow: '/console/flows/fraud' },
    ...{ quality: '/console/flows/fraud?tab=quality', policies: '/console/flows/fraud?tab=policies', map: '/console/flows/fraud?tab=map' },
    ...{ cases: '/console/flows/fraud?tab=cases', subject: `/console/flows/fraud/subjects/${approval.subject}`, why: decision },
    ...{ causes: `/console/flows/fraud/subjects/${approval.subject}?view=graph`, event: `/console/events/${approval.event.event}` },
    ...{
      decisions: '/console/decisions',
      search: '/console/search?q=card-',
      stuck: '/console/stuck',
      dead: '/console/dead',
      try: '/console/try',
    },
  };
  for (const [name, path] of Object.entries(pages)) {
    await both(browser, url, { path, file: join(folder, name) });
  }
}

const both = async (browser: Browser, url: string, { path, file }: Shot): Promise<void> => {
  await shoot(browser, url, { path, file: `${file}.png` });
  await shoot(browser, url, { path, file: `${file}-phone.png`, width: 360, height: 740, dark: true });
};

/** What a newcomer sees. */
async function shootEmpty(browser: Browser, url: string, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const pages = { live: '/', inbox: '/console/inbox', flow: '/console/flows/fraud', quality: '/console/flows/fraud?tab=quality' };
  const others = {
    decisions: '/console/decisions',
    search: '/console/search?q=zebra',
    stuck: '/console/stuck',
    missing: '/console/events/evt_fraud.9',
  };
  for (const [name, path] of Object.entries({ ...pages, ...others }))
    await both(browser, url, { path, file: join(folder, `empty-${name}`) });
}

/** The page behind a link in a mail. */
async function shootMail(
  browser: Browser,
  { url, database, folder, approval }: { url: string; database: string; folder: string; approval: Approval },
): Promise<void> {
  const pool = openDatabase(database, { name: 'pictures' });
  const eventPosition = Number(approval.event.event.split('.')[1]);
  const key = { tenant: 'default', flow: approval.flow, eventPosition, turn: 0 };
  const token = await createLink(pool, { ...key, mail: 'ann@bank.example', expiresAt: '2100-01-01T00:00:00Z' });
  await pool.end();
  await both(browser, url, { path: `/approve/${token}`, file: join(folder, 'approve') });
}

const executable = chromiumPath();
if (executable === null) throw new Error('Cannot take pictures without Chromium on PATH');
const stack = await startTestStack();
const browser = await openBrowser(executable);
try {
  const service = openService(stack.url);
  const pictures = join(ROOT, 'docs', 'pictures');
  if (values.all !== undefined) await shootEmpty(browser, stack.url, values.all);
  await history(service);
  const approval = await eventually(async () =>
    (await service.get<Page<Approval>>('/v1/approvals')).items.find(({ subject }) => subject === UNSURE),
  );
  if (values.all !== undefined)
    await shootMail(browser, { url: stack.url, database: (await stack.run()).database ?? '', folder: values.all, approval });
  await shoot(browser, stack.url, { path: '/', file: join(pictures, 'console-live.png'), meanwhile: (page) => live(service, page) });
  await shoot(browser, stack.url, { path: `/console/inbox?approval=${approval.id}`, file: join(pictures, 'console-inbox.png') });
  if (values.all !== undefined) await shootAll(browser, { url: stack.url, folder: values.all, approval });
} finally {
  await browser.close();
  await stack.stop();
}
