/** Decides a reading: normal, to be watched, or the alert of a new incident. */
import type { DecisionDraft } from '../../domain/decision.ts';
import type { Folded } from '../../domain/flow/reflex.ts';
import { climbNow } from '../../kit/climbNow.ts';
import { addLevel, type IncidentTerms } from '../../kit/sense/incident.ts';
import type { MaintenancePolicy } from './policy.ts';
import type { Reading } from './readings.ts';
import { reasonsOf, timeReasons } from './reasons.ts';
import type { Finding, TakenReading, Terms } from './takeReading.ts';
import { limitRules, workOrderFor } from './workOrder.ts';

const rounded = (value: number): number => Math.round(value * 1e6) / 1e6;

/** A machine's own learning times, or everybody's. */
export function termsOf({ detect, machines }: MaintenancePolicy, machineId: string): Terms {
  const own = Object.hasOwn(machines, machineId) ? machines[machineId] : undefined;
  return { ...detect, learnRows: own?.learnRows ?? detect.learnRows, jointLearnRows: own?.jointLearnRows ?? detect.jointLearnRows };
}

export function incidentTermsOf(policy: MaintenancePolicy, machineId: string): IncidentTerms {
  const { restShare, ...terms } = policy.incident;
  return { ...terms, restRows: Math.max(1, Math.round(restShare * termsOf(policy, machineId).learnRows)) };
}

const strongestOf = (findings: readonly Finding[]): Finding | null =>
  findings.reduce<Finding | null>((most, one) => (most === null || one.said > most.said ? one : most), null);

/**
 * Takes the row into the machine's incident. An alert is provisional: its case says what is done about it. The row with which an incident
 * is over is looked at again, as a case may wait for it; so is one with which a silent machine is `back`.
 */
export function judge(
  taken: TakenReading,
  event: Reading,
  { policy, back }: { readonly policy: MaintenancePolicy; readonly back: boolean },
): Pick<Folded, 'decision' | 'signal' | 'lookAgain'> {
  const strongest = strongestOf(taken.findings);
  const said = strongest?.said ?? 0;
  const wasOpen = taken.machine.incident.open;
  const news = addLevel(taken.machine.incident, said, incidentTermsOf(policy, event.subject));
  const outcome = news === 'opened' ? 'alert' : news === 'open' || said >= policy.detect.watchFrom ? 'watch' : 'normal';
  const score = Math.min(1, said / 2);
  const order = outcome === 'alert' && strongest !== null ? workOrderFor(policy, event.subject, strongest.sensor) : null;
  const decision: DecisionDraft = climbNow(policy.rungs, {
    doubt: 'alert',
    seen: { incident: wasOpen ? 'open' : 'none' },
    rules: () => (order === null ? [] : limitRules(order, policy)),
    model: () => ({
      ...{ outcome, score, confidence: outcome === 'normal' ? 1 - score : Math.max(score, 0.5), reasons: reasonsOf(taken) },
      ...(outcome === 'alert' ? { abstains: 'an alert goes to its case' } : {}),
    }),
    notes: timeReasons(event),
    result: {
      ...{ level: rounded(said), by: strongest?.by ?? null, sensor: strongest?.sensor ?? null },
      ...(taken.together === null ? {} : { joint: rounded(taken.together) }),
      ...(order === null ? {} : { order }),
    },
  });
  const over = wasOpen && !taken.machine.incident.open;
  if (!decision.provisional) return { decision, ...(over || back ? { lookAgain: { found: { over, back } } } : {}) };
  return { decision, signal: { found: { ...strongest }, rungs: decision.rungs } };
}
