/** Decides a reading: normal, to be watched, or the alert of a new incident. */
import type { DecisionDraft } from '../../domain/decision.ts';
import type { FlowEvent } from '../../domain/event.ts';
import type { Folded } from '../../domain/flow.ts';
import { addLevel } from '../../kit/sense/incident.ts';
import type { MaintenancePolicy } from './policy.ts';
import { reasonsOf } from './reasons.ts';
import { type Finding, type TakenReading, type Terms, takenMachine } from './takeReading.ts';

const rounded = (value: number): number => Math.round(value * 1e6) / 1e6;

/** A machine's own learning times, or everybody's. */
export function termsOf({ detect, machines }: MaintenancePolicy, machineId: string): Terms {
  const own = Object.hasOwn(machines, machineId) ? machines[machineId] : undefined;
  return { ...detect, learnRows: own?.learnRows ?? detect.learnRows, jointLearnRows: own?.jointLearnRows ?? detect.jointLearnRows };
}

const strongestOf = (findings: readonly Finding[]): Finding | null =>
  findings.reduce<Finding | null>((most, one) => (most === null || one.said > most.said ? one : most), null);

/** Takes the row into the machine's incident. An alert is provisional: its case says what is done about it. */
export function judge(taken: TakenReading, event: FlowEvent, policy: MaintenancePolicy): Folded {
  const strongest = strongestOf(taken.findings);
  const said = strongest?.said ?? 0;
  const { debounceRows, restShare, clearBelow } = policy.incident;
  const restRows = Math.max(1, Math.round(restShare * termsOf(policy, event.subject).learnRows));
  const news = addLevel(taken.machine.incident, said, { debounceRows, restRows, clearBelow });
  const outcome = news === 'opened' ? 'alert' : news === 'open' || said >= policy.detect.watchFrom ? 'watch' : 'normal';
  const score = Math.min(1, said / 2);
  const confidence = outcome === 'normal' ? 1 - score : Math.max(score, 0.5);
  const reasons = reasonsOf(taken, event);
  const result = {
    ...{ level: rounded(said), by: strongest?.by ?? null, sensor: strongest?.sensor ?? null },
    ...(taken.joint === null ? {} : { joint: rounded(taken.joint) }),
  };
  const states = [takenMachine(taken, event.timeMs), ...taken.states];
  const rung = { rung: 'model' as const, outcome, confidence, ms: 0 };
  const decision: DecisionDraft = { ...{ outcome, confidence, score, reasons, result, provisional: false }, rung: 'model', rungs: [rung] };
  if (outcome !== 'alert') return { states, decision };
  const rungs = [{ ...rung, abstained: 'an alert goes to its case' }];
  const found = strongest === null ? {} : { ...strongest, level: rounded(said) };
  return { states, decision: { ...decision, provisional: true, rungs }, signal: { found, rungs } };
}
