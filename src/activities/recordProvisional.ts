import { type ProvisionalAnswer, recordProvisional } from '../cases/recordEndings.ts';
import type { CaseLogDeps } from '../log/caseLog.ts';

export interface Meanwhile extends ProvisionalAnswer {
  readonly tenant: string;
  readonly flow: string;
  readonly caseId: string;
  readonly subject: string;
}

/**
 * Records the best safe answer so far, so that whoever waits has one at their deadline. A later decision revises it.
 *
 * *Retries*: without end, from 100 ms up to 5 s.
 * *Idempotency*: an event that has any decision keeps what it has.
 * *Fails with*: `database-away`.
 */
export function createRecordProvisional(deps: CaseLogDeps) {
  return async ({ position, draft, policy, ...key }: Meanwhile): Promise<void> => recordProvisional(deps, key, { position, draft, policy });
}
