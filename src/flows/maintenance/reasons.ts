/** Says in words what the detectors found: which sensor, what was expected and what came. */
import type { Reason } from '../../domain/decision.ts';
import type { FlowEvent } from '../../domain/event.ts';
import type { Finding, TakenReading } from './takeReading.ts';

const REASONS_MAX = 3;
const NAMES_MAX = 20;
/** Less than half of an alarm says nothing. */
const SAID_MIN = 0.5;

const short = (value: number): string => String(Number(value.toPrecision(4)));

const TEXTS: Record<Finding['by'], (finding: Finding) => string> = {
  level: ({ sensor, expected, seen, deviations }) =>
    `${sensor}: its level is ${short(seen)} where ${short(expected)} was expected, ${short(deviations)} deviations away`,
  season: ({ sensor, expected, seen, deviations }) =>
    `${sensor}: ${short(seen)} came where ${short(expected)} is usual at this hour, ${short(deviations)} deviations away`,
  shape: ({ sensor, expected, seen }) =>
    `${sensor}: its last rows have a shape not seen before, known ones match by ${short(seen)} where ${short(expected)} was expected`,
  joint: ({ sensor, expected, seen, deviations }) =>
    `The sensors do not go together as usual, ${sensor} least: ${short(seen)} came where ${short(expected)} was expected, ${short(deviations)} deviations away`,
};

const TIME_TEXTS: Record<NonNullable<FlowEvent['timeNote']>, string> = {
  missing: 'The event gave no time: that of its acceptance counts',
  ahead: 'The event gave a time more than five minutes ahead: that of its acceptance counts',
};

const reasonOf = (finding: Finding): Reason => ({
  code: finding.by,
  text: TEXTS[finding.by](finding),
  weight: Math.round(finding.said * 1000) / 1000,
});

function listed(names: readonly string[]): string {
  const rest = names.length - NAMES_MAX;
  return names.slice(0, NAMES_MAX).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}

/** Strongest first; `weight` is the share of an alarm. The strongest is always told. */
export function reasonsOf({ findings, unwatched, learning }: Pick<TakenReading, 'findings' | 'unwatched' | 'learning'>): Reason[] {
  const strongest = [...findings].sort((a, b) => b.said - a.said).slice(0, REASONS_MAX);
  const reasons = strongest.filter(({ said }, at) => at === 0 || said >= SAID_MIN).map(reasonOf);
  if (learning.length > 0) {
    const told = learning.slice(0, NAMES_MAX).map(({ name, rows, learnRows }) => `${name} ${rows} of ${learnRows} rows`);
    const rest = learning.length - told.length;
    reasons.push({ code: 'learning', text: `Still learning what is usual: ${told.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}` });
  }
  if (unwatched.length > 0)
    reasons.push({ code: 'unwatched', text: `Not watched, as the machine has more sensors than the policy allows: ${listed(unwatched)}` });
  return reasons;
}

/** Where the time that counts is not the sender's. */
export const timeReasons = ({ timeNote }: Pick<FlowEvent, 'timeNote'>): Reason[] =>
  timeNote === undefined ? [] : [{ code: `time-${timeNote}`, text: TIME_TEXTS[timeNote] }];
