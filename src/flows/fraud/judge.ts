/** Climbs the first two rungs for one payment: rules, then the model. */
import type { Reason } from '../../domain/decision.ts';
import type { FlowEvent } from '../../domain/event.ts';
import type { Folded } from '../../domain/flow/reflex.ts';
import type { Said } from '../../kit/climb.ts';
import { climbNow } from '../../kit/climbNow.ts';
import type { Scored } from '../../kit/treeEnsemble.ts';
import { FEATURES, type REFERENCE_FEATURES } from './features.ts';
import type { FraudPolicy, OUTCOMES } from './policy.ts';
import { modelReasons } from './reasons.ts';
import { limitRules, velocityRules } from './rules.ts';
import type { TakenPayment } from './takePayment.ts';

type Outcome = (typeof OUTCOMES)[number];

interface Judging {
  readonly scored: Scored;
  readonly policy: FraudPolicy;
}

/** Enough for anyone's 1e-6, short in a feed of millions. */
const DECIMALS = 1e8;

const rounded = (value: number): number => Math.round(value * DECIMALS) / DECIMALS;

/** Written out: as an object that grows name by name it took a quarter of all that judging takes, and a kilobyte for every payment. */
function referenceFeatures(row: Float64Array): Record<(typeof REFERENCE_FEATURES)[number], number> {
  const at = (place: number): number => rounded(row[place] as number);
  return {
    weekend: at(0),
    night: at(1),
    cardCount1d: at(2),
    cardAverage1d: at(3),
    cardCount7d: at(4),
    cardAverage7d: at(5),
    cardCount30d: at(6),
    cardAverage30d: at(7),
    terminalCount1d: at(8),
    terminalRisk1d: at(9),
    terminalCount7d: at(10),
    terminalRisk7d: at(11),
    terminalCount30d: at(12),
    terminalRisk30d: at(13),
  };
}

function allFeatures(row: Float64Array): Record<string, number> {
  return Object.fromEntries(FEATURES.map((name, at) => [name, rounded(row[at] as number)]));
}

const TIME_REASONS: Record<NonNullable<FlowEvent['timeNote']>, Reason> = {
  missing: { code: 'time-missing', text: 'The event gave no time: that of its acceptance counts' },
  ahead: { code: 'time-ahead', text: 'The event gave a time more than five minutes ahead: that of its acceptance counts' },
};

/** Approves or declines for good, or asks a person: provisionally `review`, with all that was found. */
export function judge(
  { row, facts }: TakenPayment,
  { timeNote }: Pick<FlowEvent, 'timeNote'>,
  { scored, policy }: Judging,
): Pick<Folded, 'decision' | 'signal'> {
  const decision = climbNow(policy.rungs, {
    rules: () => velocityRules(facts, policy),
    model: () => modelSays(row, scored, policy),
    guards: (outcome) => limitRules(facts, outcome as Outcome, policy),
    doubt: 'review',
    result: { features: referenceFeatures(row) },
    seen: { paymentsInHour: facts.paymentsInHour, failuresInHour: facts.failuresInHour, knownPayments: facts.knownPayments },
    notes: timeNote === undefined ? [] : [TIME_REASONS[timeNote]],
  });
  if (!decision.provisional) return { decision };
  return { decision, signal: { found: allFeatures(row), rungs: decision.rungs } };
}

function modelSays(row: Float64Array, { probability, contributions }: Scored, { bands: { reviewFrom, declineFrom } }: FraudPolicy): Said {
  const outcome = probability < reviewFrom ? 'approve' : probability < declineFrom ? null : 'decline';
  return {
    outcome,
    confidence: Math.max(probability, 1 - probability),
    score: probability,
    reasons: modelReasons(row, contributions),
    ...(outcome === null ? { abstains: `the probability lies between ${reviewFrom} and ${declineFrom}` } : {}),
  };
}
