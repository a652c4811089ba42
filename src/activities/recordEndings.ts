import type { ApprovalDeps } from '../approvals/approvals.ts';
import { recordEndings } from '../cases/recordEndings.ts';
import type { CaseEnding, EndedEvent } from '../domain/caseEnding.ts';
import type { Flow } from '../domain/flow.ts';
import { Policies } from '../log/policies.ts';

export interface Endings {
  readonly tenant: string;
  readonly flow: string;
  readonly caseId: string;
  readonly subject: string;
  readonly endings: CaseEnding[];
}

export interface EndingsDeps extends ApprovalDeps {
  readonly flows: readonly Flow[];
  /** None: revisions are announced to nobody. */
  readonly webhook: object | null;
}

/**
 * Records how events ended: final decisions, the actions that follow by the policy of each, their places on the timeline. What an older
 * workflow says of actions is not read.
 *
 * *Retries*: without end, from 100 ms up to 5 s.
 * *Idempotency*: an event has one final decision; whoever comes later gets that one, with what is left of its actions.
 * *Fails with*: `database-away`.
 */
export function createRecordEndings({ webhook, ...given }: EndingsDeps) {
  const deps = { ...given, policies: new Policies(), announces: webhook !== null };
  return async ({ endings, ...key }: Endings): Promise<EndedEvent[]> => recordEndings(deps, key, endings);
}
