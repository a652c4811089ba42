/** A real browser for all tests of a file, on the console as the sources have it. */
import { afterAll, beforeAll, describe } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { ensureBuilt } from './built.ts';
import { chromiumPath, openBrowser } from './chromium.ts';

const BUILD_MS = 180_000;
const executable = chromiumPath();

/** A machine without a browser (only continuous integration installs one) cannot run these. */
export const withBrowser = executable === null ? describe.skip : describe;

export function browserOfFile(): { readonly browser: Browser } {
  const kept = {} as { browser: Browser };
  beforeAll(async () => {
    await ensureBuilt();
    kept.browser = await openBrowser(executable as string);
  }, BUILD_MS);
  afterAll(async () => {
    await kept.browser?.close();
  });
  return kept;
}
