/** Periods by which demand is counted, in UTC. */
export const PERIODS = ['day', 'week', 'month'] as const;
export type Period = (typeof PERIODS)[number];

const DAY_MS = 86_400_000;
/** 1970-01-01 was a Thursday; weeks begin on Mondays. */
const WEEK_OFFSET_DAYS = 3;

export interface PeriodAt {
  /** Counts periods; the next one has the next number. */
  readonly index: number;
  /** The part of it that has passed, from 0 to less than 1. */
  readonly share: number;
}

export function periodAt(period: Period, timeMs: number): PeriodAt {
  const days = timeMs / DAY_MS;
  if (period === 'day') return parted(days);
  if (period === 'week') return parted((days + WEEK_OFFSET_DAYS) / 7);
  const time = new Date(timeMs);
  const [year, month] = [time.getUTCFullYear(), time.getUTCMonth()];
  // the year 0 and before it, `Date.UTC` reads as of the 20th century
  const startMs = new Date(0).setUTCFullYear(year, month, 1);
  const endMs = new Date(0).setUTCFullYear(year, month + 1, 1);
  return { index: 12 * year + month, share: (timeMs - startMs) / (endMs - startMs) };
}

function parted(count: number): PeriodAt {
  const index = Math.floor(count);
  return { index, share: count - index };
}
