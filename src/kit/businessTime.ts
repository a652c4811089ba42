/**
 * Time that counts only while an office is open. Pure: nothing is read but the time zone rules that come with the program.
 *
 * Hours are those of the wall clock, so a day with a change of summer time has an hour more or less of them. A clock time that a change leaves
 * out counts as the same time after it; one that a change brings twice counts as its first. Hours whose end is not after their begin go on to
 * the next day, and belong to the day that they begin on.
 */
import { DAY_MS, instantOf, wallMs } from '../domain/time/wallClock.ts';
import type { Calendar } from '../policy/approvalsPolicy.ts';

/** Thirty days of eight-hour days are 18 weeks; a calendar that is shut for longer than this ends all waiting here. */
export const HORIZON_DAYS = 400;
const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;

function clockMs(text: string): number {
  const [hours, minutes] = text.split(':').map(Number) as [number, number];
  return (hours * 60 + minutes) * 60_000;
}

/** The hours of one day, its midnight given as a wall clock shows it; null where it has none. */
function hoursOf(midnight: number, { timeZone, days, from, to, holidays }: Calendar): { fromMs: number; toMs: number } | null {
  const day = new Date(midnight);
  const shut = !days.includes(WEEKDAYS[day.getUTCDay()] as (typeof days)[number]) || holidays.includes(day.toISOString().slice(0, 10));
  if (shut) return null;
  const [opens, closes] = [clockMs(from), clockMs(to)];
  const closing = midnight + closes + (closes <= opens ? DAY_MS : 0);
  return { fromMs: instantOf(midnight + opens, timeZone), toMs: instantOf(closing, timeZone) };
}

/**
 * The first instant by which so many seconds of business hours have passed since `fromMs` (milliseconds since the epoch, as is the answer). Without a
 * calendar every second counts. At most `HORIZON_DAYS` later: what does not fit before is cut there.
 */
export function addBusinessSeconds(fromMs: number, seconds: number, calendar?: Calendar): number {
  let leftMs = seconds * 1000;
  if (calendar === undefined || leftMs <= 0) return fromMs + leftMs;
  const today = Math.floor(wallMs(fromMs, calendar.timeZone) / DAY_MS) * DAY_MS;
  // from yesterday on, whose hours may last until today
  for (let day = -1; day <= HORIZON_DAYS; day += 1) {
    const hours = hoursOf(today + day * DAY_MS, calendar);
    if (hours === null || hours.toMs <= fromMs) continue;
    const begin = Math.max(hours.fromMs, fromMs);
    if (leftMs <= hours.toMs - begin) return Math.min(begin + leftMs, fromMs + HORIZON_DAYS * DAY_MS);
    leftMs -= Math.max(0, hours.toMs - begin);
  }
  return fromMs + HORIZON_DAYS * DAY_MS;
}

/** The first instant from `fromMs` on that lies in the hours. At most `HORIZON_DAYS` later: a calendar that is shut for longer opens then. */
export function openFromMs(fromMs: number, calendar: Calendar): number {
  const today = Math.floor(wallMs(fromMs, calendar.timeZone) / DAY_MS) * DAY_MS;
  for (let day = -1; day <= HORIZON_DAYS; day += 1) {
    const hours = hoursOf(today + day * DAY_MS, calendar);
    if (hours !== null && hours.toMs > Math.max(fromMs, hours.fromMs)) return Math.max(hours.fromMs, fromMs);
  }
  return fromMs + HORIZON_DAYS * DAY_MS;
}
