/** Times and spans as a reader says them; exact ones beside. Pure: the clock comes as an argument. */

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

const UNITS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ['day', DAY_MS],
  ['hour', HOUR_MS],
  ['minute', MINUTE_MS],
  ['second', SECOND_MS],
];

const RELATIVE = new Intl.RelativeTimeFormat('en', { numeric: 'always', style: 'long' });

/** `3 minutes ago`, `in 2 hours`; `now` within a second. */
export function relativeTime(atMs: number, nowMs: number): string {
  const ms = atMs - nowMs;
  const [unit, size] = UNITS.find(([, one]) => Math.abs(ms) >= one) ?? ['second', SECOND_MS];
  const count = Math.trunc(ms / size);
  return count === 0 ? 'now' : RELATIVE.format(count, unit);
}

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
  const found = formats.get(zone);
  if (found !== undefined) return found;
  const parts = { year: 'numeric', month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit', second: '2-digit' } as const;
  const made = new Intl.DateTimeFormat('en-GB', { ...parts, ...(zone === 'local' ? {} : { timeZone: zone }), timeZoneName: 'short' });
  formats.set(zone, made);
  return made;
}

/** `29 Nov 2026, 18:26:50 UTC`, in the zone that the reader chose. */
export function exactTime(at: string, zone: string): string {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return at;
  return formatOf(zone).format(date);
}

/** The zone that the reader chose, by a name that the API knows. */
export const zoneName = (zone: string): string => (zone === 'local' ? new Intl.DateTimeFormat().resolvedOptions().timeZone : zone);

/** When a bucket begins: `Mon 2 Mar`, and `09:30` where it is shorter than a day. */
export function bucketTime(at: string, zone: string, step: 'minute' | 'hour' | 'day'): string {
  const day = { weekday: 'short', day: 'numeric', month: 'short', timeZone: zone } as const;
  const clock = step === 'day' ? {} : ({ hour: '2-digit', minute: '2-digit' } as const);
  return new Intl.DateTimeFormat('en-GB', { ...day, ...clock }).format(new Date(at));
}

/** What stands below a chart: `29 Nov`, or `09:30` where its ticks are closer than days. */
export function tickTime(atMs: number, zone: string, ofDays: boolean): string {
  const shown = ofDays ? ({ day: 'numeric', month: 'short' } as const) : ({ hour: '2-digit', minute: '2-digit' } as const);
  return new Intl.DateTimeFormat('en-GB', { ...shown, timeZone: zone }).format(atMs);
}
