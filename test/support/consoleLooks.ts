/** Pages of the console looked at side by side, as a wide light window and as a phone in the dark. */
import { expect } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { openConsole, type WatchedPage } from './consolePages.ts';
import type { Place } from './consolePlaces.ts';

/** As many as two cores draw side by side: most of the time is waiting. */
const TABS = 4;

export const LOOKS = {
  'wide, light': { width: 1280, height: 800, dark: false },
  'phone, dark': { width: 360, height: 740, dark: true },
} as const;
export type Look = keyof typeof LOOKS;

/** axe has nothing against it, and it does not scroll sideways. */
export async function expectWell(path: string, watched: WatchedPage, look: Look): Promise<void> {
  const { width, height, dark } = LOOKS[look];
  await watched.page.emulateMedia({ colorScheme: dark ? 'dark' : 'light' });
  await watched.page.setViewportSize({ width, height });
  const seen = { path, look, violations: await watched.violations(), sideways: await watched.sideways() };
  expect(seen).toEqual({ path, look, violations: [], sideways: 0 });
}

/** Each place in a tab of its own; `look` takes turns. Nothing of a page may break, or ask anyone else. What is wrong with any is told at once. */
export async function inTabs(
  { browser, url }: { readonly browser: Browser; readonly url: string },
  places: readonly Place[],
  each: (place: Place, watched: WatchedPage, look: Look) => Promise<void>,
): Promise<void> {
  const waiting = [...places.entries()];
  const troubles: string[] = [];
  const tab = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [nth, place] = next;
      const watched = await openConsole(browser, url);
      await each(place, watched, nth % 2 === 0 ? 'wide, light' : 'phone, dark').catch((error: unknown) =>
        troubles.push(`${place.path}: ${String(error)}`),
      );
      const { errors, elsewhere } = watched;
      troubles.push(...errors.map((text) => `${place.path}: ${text}`), ...elsewhere.map((asked) => `${place.path} asked ${asked}`));
      await watched.close();
    }
  };
  await Promise.all(Array.from({ length: TABS }, tab));
  if (troubles.length > 0) throw new Error(troubles.join('\n\n'));
}
