/**
 * RFC 3339 as strict as it is written, with any number of fraction digits and lower-case `t` and `z`.
 * Refused on purpose: leap seconds (neither JavaScript nor the time column can hold one) and instants
 * outside the years 1 to 9999 in UTC (the database has no year 0).
 */
const FORM = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d{1,30}))?(?:[Zz]|([+-])(\d\d):(\d\d))$/;
const FIRST_MS = Date.parse('0001-01-01T00:00:00Z');
const LAST_MS = Date.parse('9999-12-31T23:59:59.999Z');

/** Milliseconds since the epoch, finer digits cut off; null where the text is no such time. */
export function epochMs(text: string): number | null {
  const part = FORM.exec(text);
  if (part === null) return null;
  const [, year, month, day, hour, minute, second, fraction, sign, offsetHour, offsetMinute] = part;
  const date = new Date(0);
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  // a day that the month lacks rolls over into the next one
  if (date.getUTCMonth() !== Number(month) - 1 || date.getUTCDate() !== Number(day)) return null;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return null;
  let ms = date.getTime() + Number(hour) * 3_600_000 + Number(minute) * 60_000 + Number(second) * 1000;
  if (fraction !== undefined) ms += Number(fraction.slice(0, 3).padEnd(3, '0'));
  if (sign !== undefined) {
    if (Number(offsetHour) > 23 || Number(offsetMinute) > 59) return null;
    ms -= (sign === '-' ? -1 : 1) * (Number(offsetHour) * 3_600_000 + Number(offsetMinute) * 60_000);
  }
  return ms >= FIRST_MS && ms <= LAST_MS ? ms : null;
}
