import type { ApprovalKey } from '../approvals/approval.ts';
import { type ApprovalDeps, closeApproval } from '../approvals/approvals.ts';
import type { Verdict } from '../domain/verdict.ts';
import { failure } from './asFailure.ts';

/**
 * Takes the default at the deadline, unless a verdict was first: gives whichever stands.
 *
 * *Retries*: without end, from 100 ms up to 5 s.
 * *Idempotency*: an approval ends once; again gives the same verdict.
 * *Fails with*: `database-away`; `not-found` where the approval is not there (not retried).
 */
export function createCloseApproval({ pool, notices }: Pick<ApprovalDeps, 'pool' | 'notices'>) {
  return async (key: ApprovalKey): Promise<Verdict> => {
    const verdict = (await closeApproval({ pool, notices }, key))?.approval.verdict;
    if (verdict == null) throw failure('not-found', `There is no approval ${key.turn} about ${key.flow}.${key.eventPosition}`);
    return verdict;
  };
}
