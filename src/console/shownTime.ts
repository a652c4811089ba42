/** Times as a reader says them. Pages run no script, so nobody knows the reader's own zone: it is named. */

const FORMAT = new Intl.DateTimeFormat('en-GB', { dateStyle: 'full', timeStyle: 'short', timeZone: 'UTC' });

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** `Monday, 2 March 2026 at 09:30 UTC` */
export const shownTime = (at: string): string => `${FORMAT.format(new Date(at))} UTC`;

/** `in 3 hours`: in the largest unit of which there are at least two. */
export function shownWait(ms: number): string {
  if (ms < 2 * MINUTE_MS) return 'in a minute or two';
  if (ms < 2 * HOUR_MS) return `in ${Math.floor(ms / MINUTE_MS)} minutes`;
  return ms < 2 * DAY_MS ? `in ${Math.floor(ms / HOUR_MS)} hours` : `in ${Math.floor(ms / DAY_MS)} days`;
}
