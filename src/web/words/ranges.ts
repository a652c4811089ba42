/** How far back a page looks, and in which steps: what each asks of the API. */

export interface Range {
  readonly title: string;
  readonly step: 'minute' | 'hour' | 'day';
  readonly last: number;
}

export const RANGES = {
  hour: { title: 'the last hour', step: 'minute', last: 60 },
  hours: { title: 'the last 6 hours', step: 'minute', last: 360 },
  day: { title: 'the last 24 hours', step: 'hour', last: 24 },
  week: { title: 'the last 7 days', step: 'hour', last: 168 },
  month: { title: 'the last 30 days', step: 'day', last: 30 },
  year: { title: 'the last year', step: 'day', last: 365 },
} as const satisfies Readonly<Record<string, Range>>;

export type RangeName = keyof typeof RANGES;
export const ALL_RANGES = Object.keys(RANGES) as RangeName[];
/** Of what the API tells of a month at most. */
export const MAP_RANGES: readonly RangeName[] = ['hour', 'hours', 'day', 'week', 'month'];
export const CASE_RANGES: readonly RangeName[] = ['day', 'week', 'month'];

/** What a parameter of the address names; `otherwise` where it names none of these. */
export const rangeOf = (text: string | undefined, names: readonly RangeName[], otherwise: RangeName): RangeName =>
  names.find((name) => name === text) ?? otherwise;

const STEP_MINUTES: Readonly<Record<Range['step'], number>> = { minute: 1, hour: 60, day: 1440 };

export const minutesOf = (name: RangeName): number => RANGES[name].last * STEP_MINUTES[RANGES[name].step];

interface Counted {
  readonly outcome: string;
  readonly rung: string;
  readonly counts: readonly number[];
}

/** The series of one thing added up, in the order in which they came. */
export function addedBy(by: 'outcome' | 'rung', series: readonly Counted[]): { name: string; counts: number[] }[] {
  const sums = new Map<string, number[]>();
  for (const { [by]: name, counts } of series) {
    const before = sums.get(name);
    sums.set(name, before === undefined ? [...counts] : before.map((sum, at) => sum + (counts[at] ?? 0)));
  }
  return [...sums].map(([name, counts]) => ({ name, counts }));
}
