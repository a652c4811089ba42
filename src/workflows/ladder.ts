/** Rungs in order; the first one that is confident enough decides. */
import type { DecisionDraft, RungFinding } from '../decision.ts';

export interface LadderRung {
  readonly rung: RungFinding['rung'];
  /** What it found; with a decision where it is confident enough to make one. */
  ask(): Promise<Climbed>;
}

export interface Climbed {
  readonly finding: RungFinding;
  readonly decision?: Omit<DecisionDraft, 'rungs' | 'provisional'>;
}

/** The last rung must always decide (a person does, or the default does for them). */
export async function climb(rungs: readonly LadderRung[], before: readonly RungFinding[]): Promise<DecisionDraft> {
  const findings = [...before];
  for (const { ask } of rungs) {
    const { finding, decision } = await ask();
    findings.push(finding);
    if (decision !== undefined) return { ...decision, provisional: false, rungs: findings };
  }
  throw new RangeError(`Cannot decide as none of the rungs ${rungs.map(({ rung }) => rung).join(', ')} did`);
}
