/**
 * Takes the actions that follow from a decision, one after the other, and then whatever takes them back. They were planned, with their keys,
 * where the decision was recorded; each end says what is left.
 */
import type { EndedEvent } from '../domain/caseEnding.ts';
import { acting } from './calls.ts';
import type { CaseRun } from './caseRun.ts';

export async function takeActions(run: CaseRun, { position, decision, planned, failed = [] }: EndedEvent): Promise<void> {
  if (failed.length > 0) run.failed();
  for (let [action, ...rest] = planned; action !== undefined; [action, ...rest] = rest) {
    run.stage(position, { state: 'acting', waitingFor: `${action} to be taken` });
    const summary = `${action} as ${decision?.outcome} was decided`;
    const call = { ...run.address, eventPosition: position, action };
    const acted = await run.during(() => acting.act.executeWithOptions({ summary }, [call]));
    if (acted.state === 'dead') run.failed();
    // histories that were recorded before 0.2 do not say it
    rest = acted.planned ?? rest;
  }
}
