/** Clocks on walls: what they show in a time zone, and when they show it. Pure: the rules of zones come with the program. */

export const DAY_MS = 86_400_000;

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known !== undefined) return known;
  const numeric = { year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' } as const;
  const made = new Intl.DateTimeFormat('en-US', { timeZone, hourCycle: 'h23', ...numeric });
  formats.set(timeZone, made);
  return made;
}

/** What a clock on the wall shows, as if it were UTC: milliseconds since the epoch, whole seconds. */
export function wallMs(atMs: number, timeZone: string): number {
  const shown = new Map(
    formatOf(timeZone)
      .formatToParts(atMs)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const part = (name: string): number => shown.get(name as Intl.DateTimeFormatPartTypes) ?? 0;
  return Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
}

function offsetMs(atMs: number, timeZone: string): number {
  return wallMs(atMs, timeZone) - Math.floor(atMs / 1000) * 1000;
}

/** When a clock on the wall shows that. A time that a change of summer time leaves out is the same time after it; one that comes twice is its first. */
export function instantOf(wall: number, timeZone: string): number {
  const [before, after] = [offsetMs(wall - DAY_MS, timeZone), offsetMs(wall + DAY_MS, timeZone)];
  const shows = [wall - before, wall - after].filter((atMs) => atMs + offsetMs(atMs, timeZone) === wall);
  // left out by a change: read with the offset from before it, the clock shows as much after the change as was asked beyond it
  return shows.length === 0 ? wall - before : Math.min(...shows);
}
