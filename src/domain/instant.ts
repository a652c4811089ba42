/**
 * Times as texts. RFC 3339 as strict as it is written, with any number of fraction digits and lower-case `t` and `z`.
 * A leap second is taken where there can be one, at 23:59:60 UTC, and counts as the second after it, as POSIX does.
 * Refused on purpose: instants outside the years 1 to 9999 in UTC (the database has no year 0).
 */
const FORM = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d{1,30})?(?:[Zz]|[+-]\d\d:\d\d)$/;
const FIRST_MS = Date.parse('0001-01-01T00:00:00Z');
const LAST_MS = Date.parse('9999-12-31T23:59:59.999Z');
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** The calendar repeats every 400 years; `Date.UTC` reads years under 100 as of the 20th century. */
const FOUR_CENTURIES_MS = 146_097 * DAY_MS;

/** Two digits at a place: a captured group a part cost four times as much. */
function pair(text: string, at: number): number {
  return (text.charCodeAt(at) - 48) * 10 + text.charCodeAt(at + 1) - 48;
}

function daysIn(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** Milliseconds of the zone ahead of UTC; null where there is no such zone. */
function offsetMs(text: string): number | null {
  const last = text.charCodeAt(text.length - 1) | 0x20;
  if (last === 0x7a) return 0;
  const hours = pair(text, text.length - 5);
  const minutes = pair(text, text.length - 2);
  if (hours > 23 || minutes > 59) return null;
  return (text[text.length - 6] === '-' ? -1 : 1) * (hours * 60 + minutes) * MINUTE_MS;
}

/** Milliseconds since the epoch, finer digits cut off; null where the text is no such time. */
export function readInstant(text: string): number | null {
  if (!FORM.test(text)) return null;
  const year = pair(text, 0) * 100 + pair(text, 2);
  const month = pair(text, 5);
  const day = pair(text, 8);
  if (month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return null;
  const hour = pair(text, 11);
  const minute = pair(text, 14);
  const second = pair(text, 17);
  if (hour > 23 || minute > 59 || second > 60) return null;
  const ahead = offsetMs(text);
  if (ahead === null) return null;
  const fraction = text[19] === '.' ? Math.trunc(Number.parseFloat(`0${text.slice(19, 23)}`) * 1000 + 1e-6) : 0;
  const ms = Date.UTC(year + 400, month - 1, day, hour, minute, second, fraction) - FOUR_CENTURIES_MS - ahead;
  if (second === 60 && (ms - fraction) % DAY_MS !== 0) return null;
  return ms >= FIRST_MS && ms <= LAST_MS ? ms : null;
}

/** In UTC, to the millisecond. */
export function instantText(ms: number): string {
  return new Date(ms).toISOString();
}
