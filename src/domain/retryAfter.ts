/**
 * `Retry-After` as RFC 9110 has it: digits, or a date in one of its three forms. Nothing else: `Date.parse` makes the year 2045 of `-45`.
 * Null: it cannot be read.
 */
const DIGITS = /^\d{1,10}$/;
const DAY = '(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)';
const MONTH = '(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)';
const TIME = '\\d{2}:\\d{2}:\\d{2}';
const DATES = [
  new RegExp(`^${DAY}, \\d{2} ${MONTH} \\d{4} ${TIME} GMT$`),
  new RegExp(`^(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, \\d{2}-${MONTH}-\\d{2} ${TIME} GMT$`),
];
const ASCTIME = new RegExp(`^${DAY} ${MONTH} [ \\d]\\d ${TIME} \\d{4}$`);

function dateMs(text: string): number {
  if (ASCTIME.test(text)) return Date.parse(`${text} GMT`);
  return DATES.some((form) => form.test(text)) ? Date.parse(text) : Number.NaN;
}

/** A date counts from that of the answer, where it has one: the two clocks may differ. */
export function retryAfterMs(value: string | null | undefined, { date, nowMs }: { date?: string | null; nowMs: number }): number | null {
  const given = value?.trim() ?? '';
  if (DIGITS.test(given)) return Number(given) * 1000;
  const untilMs = dateMs(given);
  if (Number.isNaN(untilMs)) return null;
  const sentMs = dateMs(date?.trim() ?? '');
  return Math.max(0, untilMs - (Number.isNaN(sentMs) ? nowMs : sentMs));
}
