import type { CaseLogDeps } from '../log/caseLog.ts';
import { type CaseEnding, type EndedEvent, recordEndings } from '../log/recordEndings.ts';

export interface Endings {
  readonly tenant: string;
  readonly flow: string;
  readonly caseId: string;
  readonly subject: string;
  readonly endings: CaseEnding[];
}

/**
 * Records how events ended: final decisions, the actions that follow, their places on the timeline.
 *
 * *Retries*: without end, from 100 ms up to 10 s.
 * *Idempotency*: an event has one final decision; whoever comes later gets that one, with what is left of its actions.
 * *Fails with*: `database-away`.
 */
export function createRecordEndings(deps: CaseLogDeps) {
  return async ({ endings, ...key }: Endings): Promise<EndedEvent[]> => recordEndings(deps, key, endings);
}
