/** Takes the actions that follow from a decision, one after the other. They were planned, with their keys, where it was recorded. */
import type { EndedEvent } from '../log/recordEndings.ts';
import { acting } from './calls.ts';
import type { CaseRun } from './caseRun.ts';

export async function takeActions(run: CaseRun, { position, decision, planned }: EndedEvent): Promise<void> {
  for (const action of planned) {
    run.stage(position, { state: 'acting', waitingFor: `${action} to be taken` });
    const summary = `${action} as ${decision?.outcome} was decided`;
    const { state } = await run.during(() =>
      acting.act.executeWithOptions({ summary }, [{ ...run.address, eventPosition: position, action }]),
    );
    if (state === 'dead') run.failed();
  }
}
