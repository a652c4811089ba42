/** Rungs in order; the first one that is confident enough decides. */
import type { DecisionDraft, Reason, RungFinding } from '../domain/decision.ts';
import type { JsonObject } from '../domain/event.ts';

export interface LadderRung {
  readonly rung: RungFinding['rung'];
  /** What it found; with a decision where it is confident enough to make one. */
  ask(before: Climbing): Promise<Climbed>;
}

/** What the rungs below have found. */
export interface Climbing {
  readonly findings: readonly RungFinding[];
  /** What they would have done, for a person to see. */
  readonly advice: JsonObject;
}

export interface Climbed {
  readonly finding: RungFinding;
  readonly decision?: Omit<DecisionDraft, 'rungs' | 'provisional'>;
  readonly advice?: JsonObject;
  /** Stands among the reasons of whatever is decided further up. */
  readonly note?: Reason;
}

/** The last rung must always decide (a person does, or the default does for them). */
export async function climb(rungs: readonly LadderRung[], before: readonly RungFinding[]): Promise<DecisionDraft> {
  const findings = [...before];
  const notes: Reason[] = [];
  let advice: JsonObject = {};
  for (const { ask } of rungs) {
    const climbed = await ask({ findings, advice });
    findings.push(climbed.finding);
    if (climbed.note !== undefined) notes.push(climbed.note);
    if (climbed.advice !== undefined) advice = { ...advice, ...climbed.advice };
    const { decision } = climbed;
    if (decision !== undefined) return { ...decision, reasons: [...decision.reasons, ...notes], provisional: false, rungs: findings };
  }
  throw new RangeError(`Cannot decide as none of the rungs ${rungs.map(({ rung }) => rung).join(', ')} did`);
}

/** A rung that is not climbed, and why. */
export function passed(rung: RungFinding['rung'], why: string): LadderRung {
  return { rung, ask: async () => ({ finding: { rung, outcome: null, confidence: null, ms: 0, abstained: why } }) };
}
