/** Why an answer of an LLM is a proposal only. */
import type { JsonObject } from '../domain/event.ts';
import type { LlmRung } from '../policy/ladderPolicy.ts';
import type { LlmAnswer } from '../policy/prompt.ts';

export interface Judging {
  readonly terms: LlmRung;
  readonly tight: boolean;
  readonly data: JsonObject;
  /** Of all that strangers may have written into the question, and into what was looked up for it. */
  readonly strangersChars: number;
}

/** Null where it decides. */
export function adviceOnly({ outcome, confidence }: Pick<LlmAnswer, 'outcome' | 'confidence'>, judging: Judging): string | null {
  const { terms, tight, data, strangersChars } = judging;
  if (!terms.decides) return 'the policy lets it advise only';
  if (strangersChars > terms.strangersCharsMax) return `texts of ${strangersChars} characters that strangers wrote may be talking to it`;
  if (!terms.outcomes.includes(outcome)) return `it may not decide ${outcome} alone`;
  const wanted = tight ? Math.max(terms.decideFrom, terms.budget.tight.decideFrom) : terms.decideFrom;
  if (confidence < wanted) return `its confidence of ${confidence} is below ${wanted}${tight ? ', as the budget is nearly spent' : ''}`;
  for (const { outcome: limited, field, max } of terms.limits) {
    const value = data[field];
    if (limited === outcome && !(typeof value === 'number' && value <= max))
      return `it may not decide ${outcome} alone where ${field} is above ${max}`;
  }
  return null;
}
