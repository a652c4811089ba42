/** Hours that count. Each expected time was worked out by hand from a calendar; the properties count minutes by the wall clock instead. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { addBusinessSeconds, HORIZON_DAYS, openFromMs } from '../../src/kit/businessTime.ts';
import type { Calendar } from '../../src/policy/approvalsPolicy.ts';

const HOUR = 3600;
const DAY_MS = 86_400_000;
const ALL = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
const office = (more: Partial<Calendar> = {}): Calendar => ({
  timeZone: 'Europe/Berlin',
  days: ['mon', 'tue', 'wed', 'thu', 'fri'],
  from: '09:00',
  to: '17:00',
  holidays: [],
  ...more,
});
const everyDay = (more: Partial<Calendar>): Calendar => office({ days: [...ALL], ...more });
const add = (from: string, seconds: number, calendar?: Calendar): string =>
  new Date(addBusinessSeconds(Date.parse(from), seconds, calendar)).toISOString();

describe('addBusinessSeconds()', () => {
  it.each([
    ['within a day', '2026-01-14T08:30:00Z', 2 * HOUR, office(), '2026-01-14T10:30:00.000Z'],
    ['before it opens', '2026-01-14T03:00:00Z', HOUR, office(), '2026-01-14T09:00:00.000Z'],
    ['up to the very end of a day', '2026-01-14T08:00:00Z', 8 * HOUR, office(), '2026-01-14T16:00:00.000Z'],
    ['one second more', '2026-01-14T08:00:00Z', 8 * HOUR + 1, office(), '2026-01-15T08:00:01.000Z'],
    ['over a weekend', '2026-01-16T15:00:00Z', 2 * HOUR, office(), '2026-01-19T09:00:00.000Z'],
    ['from inside a weekend', '2026-01-17T12:00:00Z', HOUR, office(), '2026-01-19T09:00:00.000Z'],
    ['over a holiday and a weekend', '2026-12-24T15:00:00Z', 2 * HOUR, office({ holidays: ['2026-12-25'] }), '2026-12-28T09:00:00.000Z'],
    ['over the begin of summer time', '2026-03-27T15:00:00Z', 2 * HOUR, office(), '2026-03-30T08:00:00.000Z'],
    ['over its end', '2026-10-23T14:00:00Z', 2 * HOUR, office(), '2026-10-26T09:00:00.000Z'],
    ['the same in New York', '2026-03-06T21:00:00Z', 2 * HOUR, office({ timeZone: 'America/New_York' }), '2026-03-09T14:00:00.000Z'],
    ['and its end there', '2026-10-30T20:00:00Z', 2 * HOUR, office({ timeZone: 'America/New_York' }), '2026-11-02T15:00:00.000Z'],
    ['a night of five hours', '2026-03-28T23:00:00Z', 6 * HOUR, everyDay({ from: '00:00', to: '06:00' }), '2026-03-29T23:00:00.000Z'],
    ['a night of seven hours', '2026-10-24T22:00:00Z', 7 * HOUR, everyDay({ from: '00:00', to: '06:00' }), '2026-10-25T05:00:00.000Z'],
    [
      'from a time that is left out',
      '2026-03-29T00:00:00Z',
      HOUR / 2,
      everyDay({ from: '02:30', to: '04:00' }),
      '2026-03-29T02:00:00.000Z',
    ],
    ['from a time that comes twice', '2026-10-24T22:00:00Z', HOUR, everyDay({ from: '02:30', to: '05:00' }), '2026-10-25T01:30:00.000Z'],
    ['a night shift', '2026-01-16T22:00:00Z', 7 * HOUR, office({ days: ['fri'], from: '22:00', to: '06:00' }), '2026-01-17T05:00:00.000Z'],
    [
      'the rest of one',
      '2026-01-17T00:00:00Z',
      5 * HOUR,
      office({ days: ['fri'], from: '22:00', to: '06:00' }),
      '2026-01-17T05:00:00.000Z',
    ],
    ['whole days', '2026-01-16T12:00:00Z', 24 * HOUR, office({ timeZone: 'UTC', from: '00:00', to: '00:00' }), '2026-01-19T12:00:00.000Z'],
    ['half an hour off', '2026-01-14T03:30:00Z', HOUR, office({ timeZone: 'Asia/Kolkata' }), '2026-01-14T04:30:00.000Z'],
    ['no time at all', '2026-01-17T12:00:00Z', 0, office(), '2026-01-17T12:00:00.000Z'],
    ['without a calendar', '2026-01-16T15:00:00Z', 2 * HOUR, undefined, '2026-01-16T17:00:00.000Z'],
  ])('%s', (_name, from, seconds, calendar, expected) => {
    expect(add(from, seconds, calendar)).toBe(expected);
  });

  it('ends at its horizon where a calendar has too few hours', () => {
    const from = Date.parse('2026-01-14T08:30:00Z');
    const minuteAWeek = office({ days: ['mon'], from: '09:00', to: '09:01' });
    expect(addBusinessSeconds(from, 30 * 24 * HOUR, minuteAWeek)).toBe(from + HORIZON_DAYS * DAY_MS);
  });

  const minutes = fc.integer({ min: Date.parse('2025-01-01') / 60_000, max: Date.parse('2027-12-31') / 60_000 });
  const clock = fc
    .integer({ min: 5 * 60, max: 23 * 60 })
    .map((at) => `${String(Math.floor(at / 60)).padStart(2, '0')}:${String(at % 60).padStart(2, '0')}`);
  const calendars = fc
    .record({
      timeZone: fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe', 'Pacific/Apia'),
      days: fc.subarray([...ALL], { minLength: 2 }),
      from: clock,
      to: clock,
      holidays: fc.array(
        fc.integer({ min: 0, max: 1094 }).map((day) => new Date(Date.parse('2025-01-01') + day * DAY_MS).toISOString().slice(0, 10)),
        { maxLength: 3 },
      ),
    })
    .filter(({ from, to }) => from < to) as fc.Arbitrary<Calendar>;

  it('adds two spans as it adds their sum, and never goes back', () => {
    const spans = fc.integer({ min: 0, max: 2 * 24 * HOUR });
    fc.assert(
      fc.property(minutes, spans, spans, calendars, (minute, one, two, calendar) => {
        const from = minute * 60_000;
        const first = addBusinessSeconds(from, one, calendar);
        fc.pre(first < from + 200 * DAY_MS);
        const both = addBusinessSeconds(from, one + two, calendar);
        fc.pre(both < from + 200 * DAY_MS);
        expect(addBusinessSeconds(first, two, calendar)).toBe(both);
        expect(first).toBeGreaterThanOrEqual(from);
        expect(both).toBeGreaterThanOrEqual(first);
      }),
      { numRuns: 200 },
    );
  });

  it('lets pass as many open minutes as were asked for, counted one by one', () => {
    fc.assert(
      fc.property(minutes, fc.integer({ min: 1, max: 300 }), calendars, (minute, wanted, calendar) => {
        const from = minute * 60_000;
        const end = addBusinessSeconds(from, wanted * 60, calendar);
        fc.pre(end < from + 8 * DAY_MS);
        expect(openMinutes(from, end, calendar)).toBe(wanted);
      }),
      { numRuns: 60 },
    );
  });
});

/** By asking for every minute what the wall clock shows: no arithmetic with offsets. */
function openMinutes(from: number, to: number, { timeZone, days, holidays, ...hours }: Calendar): number {
  const weekday = new Intl.DateTimeFormat('en-US', { timeZone, weekday: 'short' });
  const date = new Intl.DateTimeFormat('sv-SE', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' });
  const time = new Intl.DateTimeFormat('sv-SE', { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  let count = 0;
  for (let at = from; at < to; at += 60_000) {
    const shown = time.format(at);
    const open = shown >= hours.from && shown < hours.to && !holidays.includes(date.format(at));
    if (open && days.includes(weekday.format(at).toLowerCase() as (typeof ALL)[number])) count += 1;
  }
  return count;
}

describe('openFromMs()', () => {
  const awake = everyDay({ from: '08:00', to: '21:00' });

  it.each([
    ['within the hours: that instant', '2026-01-14T12:00:00.500Z', awake, '2026-01-14T12:00:00.500Z'],
    ['the very begin', '2026-01-14T07:00:00Z', awake, '2026-01-14T07:00:00.000Z'],
    ['the very end', '2026-01-14T20:00:00Z', awake, '2026-01-15T07:00:00.000Z'],
    ['after midnight', '2026-01-14T01:00:00Z', awake, '2026-01-14T07:00:00.000Z'],
    ['the night in which summer time begins', '2026-03-28T22:00:00Z', awake, '2026-03-29T06:00:00.000Z'],
    ['hours over midnight', '2026-01-14T01:00:00Z', everyDay({ from: '18:00', to: '03:00' }), '2026-01-14T01:00:00.000Z'],
    ['a weekend', '2026-01-17T12:00:00Z', office(), '2026-01-19T08:00:00.000Z'],
  ])('openFromMs() %s', (_, from, calendar, expected) => {
    expect(new Date(openFromMs(Date.parse(from), calendar)).toISOString()).toBe(expected);
  });
});
