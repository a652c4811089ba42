/** How strict shapes are compared: two vigilances that follow how well windows have matched so far, and how low alerts lay. */
import { noRing, push, type Ring } from '../../../kit/sense/ring.ts';
import { addValue, noStats, type RunningStats } from '../../../kit/sense/runningStats.ts';

const START = 0.85;
const UPPER_MAX = 0.97;
const RISE = 0.19;
const FALL_MIN = 0.01;
/** Steps after an alert, or since the last novelty, in which a novelty must be stronger to alert. */
const REST_STEPS = 12;
const STRONGER_SOON = 0.9;
const STRONGER_LATER = 0.7;
/** A gap between a match and the upper vigilance counts from the one on and up to the other. */
const GAP_MIN = 0.05;
const GAP_MAX = 0.37;

export interface Vigilances {
  /** Steps of the learning time. */
  readonly trial: number;
  /** Since the first. */
  steps: number;
  upper: number;
  lower: number;
  /** Of all matches. */
  readonly matches: RunningStats;
  /** The matches of the last half trial. */
  readonly recent: Ring;
  /** Upper vigilance less match, of the last trial. */
  readonly gaps: Ring;
  /** Steps since the last novelty or the last move of the vigilances: while they are few, a novelty says little. */
  calmSteps: number;
  /** The last one, with the least match within its rest. */
  alert: { step: number; match: number } | null;
  alerts: number;
  /** Sum of the matches of all alerts but the last. */
  alertMatches: number;
}

export interface Seen {
  readonly match: number;
  readonly novel: boolean;
  readonly alerts: boolean;
}

export function noVigilances(trial: number): Vigilances {
  return {
    ...{ trial, steps: 0, upper: Math.fround(START), lower: Math.fround(START), matches: noStats() },
    ...{ recent: noRing(Math.max(1, Math.floor(trial / 2))), gaps: noRing(trial) },
    ...{ calmSteps: REST_STEPS, alert: null, alerts: 0, alertMatches: 0 },
  };
}

/** Whether a novelty may alert: past the trial, and not masked, or much less like anything than what the last alert was about. */
export function mayAlert({ steps, trial, calmSteps, alert }: Vigilances, match: number): boolean {
  if (steps <= trial) return false;
  const soon = alert !== null && steps - alert.step <= REST_STEPS;
  if (!soon && calmSteps >= REST_STEPS) return true;
  return alert !== null && match < (soon ? STRONGER_SOON : STRONGER_LATER) * alert.match;
}

/** Takes what a step showed. */
export function adapt(vigilances: Vigilances, { match, novel, alerts }: Seen): void {
  addValue(vigilances.matches, match);
  push(vigilances.recent, match);
  push(vigilances.gaps, vigilances.upper - match);
  noteAlert(vigilances, alerts, match);
  vigilances.calmSteps = novel ? 0 : vigilances.calmSteps + 1;
  const { steps, alert, recent } = vigilances;
  if ((alert === null || steps - alert.step !== REST_STEPS) && steps % recent.capacity !== 0) return;
  move(vigilances);
  vigilances.calmSteps = 0;
}

function noteAlert(vigilances: Vigilances, alerts: boolean, match: number): void {
  const { alert, steps } = vigilances;
  if (alerts) {
    vigilances.alertMatches = Math.fround(vigilances.alertMatches + (alert?.match ?? 0));
    vigilances.alert = { step: steps, match: Math.fround(match) };
    vigilances.alerts += 1;
  } else if (alert !== null && steps - alert.step <= REST_STEPS) alert.match = Math.fround(Math.min(alert.match, match));
}

function move(vigilances: Vigilances): void {
  const { matches, recent, lower } = vigilances;
  const upper = Math.min(UPPER_MAX, matches.mean);
  const least = Math.min(...recent.values);
  const moved = lower <= least ? lower + RISE * (least - lower) : Math.max(alertsMean(vigilances), lower - fall(vigilances) / 2);
  vigilances.upper = Math.fround(upper);
  vigilances.lower = Math.fround(Math.min(moved, upper));
}

function fall({ steps, trial, gaps }: Vigilances): number {
  const wide = gaps.values.filter((gap) => gap > GAP_MIN);
  if (steps <= 2 * trial || wide.length === 0) return FALL_MIN;
  return Math.max(FALL_MIN, wide.reduce((sum, gap) => sum + Math.min(GAP_MAX, gap), 0) / wide.length);
}

/** The lower vigilance never falls below what was alerted. */
function alertsMean({ alert, alerts, alertMatches }: Vigilances): number {
  return alert === null ? 0 : (alertMatches + alert.match) / alerts;
}
