/**
 * The people who review payments, and how many they can look at in a day (UTC, by acceptance). Where more come, the least valuable give way:
 * a review is worth what the default would lose on average, as the probability that it is wrong times the amount. How much one must be worth
 * follows from what came within a day and from what is left of the budget, so that the day's last hours have their share.
 */
import type { DecisionDraft } from '../../domain/decision.ts';
import { shownNumber } from '../../domain/shownNumber.ts';
import { packed } from '../../kit/state/packed.ts';
import type { StateCodec } from '../../kit/state/stateCodec.ts';
import { DAY_MS, HOUR_MS } from './horizon.ts';
import type { Attempted } from './payment.ts';
import type { FraudPolicy } from './policy.ts';

/** Read with each payment: 200 took a third of the time of a fold. */
const ASKED_MAX = 64;
/** Of fewer nothing is foretold. */
const ASKED_MIN = 20;

interface Asked {
  readonly atMs: number;
  readonly value: number;
}

export interface Desk {
  /** Days since 1970. */
  day: number;
  taken: number;
  /** The newest payments that asked for a review, oldest first. */
  asked: Asked[];
}

/** Makes nothing late: it is of all cards. */
export const deskState: StateCodec<Desk> = {
  ...packed<Desk>({
    empty: () => ({ day: 0, taken: 0, asked: [] }),
    read: (reader) => ({
      ...{ day: reader.zigzag(), taken: reader.varint() },
      asked: Array.from({ length: reader.varint() }, () => ({ atMs: reader.zigzag(), value: reader.float64() })),
    }),
    write(writer, { day, taken, asked }) {
      writer.zigzag(day);
      writer.varint(taken);
      writer.varint(asked.length);
      for (const { atMs, value } of asked) {
        writer.zigzag(atMs);
        writer.float64(value);
      }
    },
    show: ({ taken, asked }) => ({ takenToday: taken, askedNewest: asked.length }),
  }),
  newestMs: () => Number.NEGATIVE_INFINITY,
};

/** What a review must be worth at least. */
function leastValue({ asked, taken }: Desk, nowMs: number, perDayMax: number): number {
  const recent = asked.filter(({ atMs }) => atMs > nowMs - DAY_MS);
  const first = recent[0];
  if (first === undefined || recent.length < ASKED_MIN) return 0;
  const perMs = recent.length / Math.max(HOUR_MS, nowMs - first.atMs);
  const expected = perMs * (DAY_MS - (nowMs % DAY_MS));
  const share = (perDayMax - taken) / expected;
  if (share >= 1) return 0;
  const sorted = recent.map(({ value }) => value).sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor((1 - share) * sorted.length))] as number;
}

/** Takes a review that is asked for, or gives what is decided in its place: the policy's default, and why. Null: it is reviewed. */
export function takeReview(desk: Desk, decision: DecisionDraft, event: Attempted, policy: FraudPolicy): DecisionDraft | null {
  const { reviews, approvals } = policy;
  const { acceptedAtMs, timeMs, data } = event;
  // what is told of the past is reviewed by nobody
  if (reviews === undefined || acceptedAtMs - timeMs > DAY_MS) return null;
  const { perDayMax } = reviews;
  const day = Math.floor(acceptedAtMs / DAY_MS);
  if (day > desk.day) [desk.day, desk.taken] = [day, 0];
  const fraud = decision.score ?? 0.5;
  const value = data.amount * (approvals.default === 'decline' ? 1 - fraud : fraud);
  const least = leastValue(desk, acceptedAtMs, perDayMax);
  desk.asked = [...desk.asked, { atMs: acceptedAtMs, value }].slice(-ASKED_MAX);
  if (desk.taken < perDayMax && value >= least) {
    desk.taken += 1;
    return null;
  }
  const why =
    desk.taken >= perDayMax
      ? `All ${perDayMax} reviews of the day are taken`
      : `More reviews are asked for than the ${perDayMax} of the day: this one is worth ${shownNumber(value)}, less than ${shownNumber(least)}`;
  return {
    ...decision,
    ...{ outcome: approvals.default, rung: 'default', confidence: 1, provisional: false },
    reasons: [{ code: 'review-gave-way', text: `${why}. Without one the default holds: ${approvals.default}` }, ...decision.reasons],
    rungs: [...decision.rungs, { rung: 'default', outcome: approvals.default, confidence: 1, ms: 0 }],
  };
}
