/** Climbs the first two rungs for one payment: rules, then the model. */
import type { DecisionDraft, Reason, RungFinding } from '../../domain/decision.ts';
import type { FlowEvent } from '../../domain/event.ts';
import type { Folded } from '../../domain/flow.ts';
import type { Scored } from '../../kit/treeEnsemble.ts';
import { FEATURES, type REFERENCE_FEATURES } from './features.ts';
import type { FraudPolicy } from './policy.ts';
import { modelReasons } from './reasons.ts';
import { limitRules, velocityRules } from './rules.ts';
import type { TakenPayment } from './takePayment.ts';

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

type Verdict = Pick<DecisionDraft, 'outcome' | 'confidence' | 'rung' | 'reasons' | 'rungs'>;

function climb({ row, facts }: TakenPayment, { probability, contributions }: Scored, policy: FraudPolicy): Verdict {
  const { reviewFrom, declineFrom } = policy.bands;
  const confidence = Math.max(probability, 1 - probability);
  const proposed = probability < reviewFrom ? 'approve' : probability < declineFrom ? null : 'decline';
  const hits = velocityRules(facts, policy);
  if (hits.length === 0 && proposed !== null) hits.push(...limitRules(facts, proposed, policy));
  const reasons = [...hits, ...modelReasons(row, contributions)];
  const model: RungFinding = { rung: 'model', outcome: proposed, confidence, ms: 0 };
  if (hits.length > 0) {
    const rules: RungFinding = { rung: 'rules', outcome: 'review', confidence: 1, ms: 0 };
    return {
      outcome: 'review',
      confidence: 1,
      rung: 'rules',
      reasons,
      rungs: [rules, { ...model, abstained: 'a rule asks for a person' }],
    };
  }
  const rules: RungFinding = { rung: 'rules', outcome: null, confidence: null, ms: 0, abstained: 'no rule applies' };
  if (proposed !== null) return { outcome: proposed, confidence, rung: 'model', reasons, rungs: [rules, model] };
  const abstained = `the probability lies between ${reviewFrom} and ${declineFrom}`;
  return { outcome: 'review', confidence, rung: 'model', reasons, rungs: [rules, { ...model, abstained }] };
}

/** Approves or declines for good, or asks a person: provisionally `review`, with all that was found. */
export function judge(taken: TakenPayment, event: FlowEvent, { scored, policy }: { scored: Scored; policy: FraudPolicy }): Folded {
  const verdict = climb(taken, scored, policy);
  const provisional = verdict.outcome === 'review';
  const decision: DecisionDraft = {
    ...verdict,
    score: scored.probability,
    reasons: event.timeNote === undefined ? verdict.reasons : [...verdict.reasons, TIME_REASONS[event.timeNote]],
    result: { features: referenceFeatures(taken.row) },
    provisional,
  };
  if (!provisional) return { states: taken.states, decision };
  return { states: taken.states, decision, signal: { found: allFeatures(taken.row), rungs: verdict.rungs } };
}
