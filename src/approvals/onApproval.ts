/** Work on an approval that is open: under its log's lock, and not past its deadline. */
import { SignalboxError } from '../domain/errors.ts';
import { type CaseLogWriter, writeCaseLog } from '../log/caseLog.ts';
import type { ApprovalKey, KeptApproval } from './approval.ts';
import { readApproval } from './approval.ts';
import type { ApprovalDeps } from './approvals.ts';
import { isDue, takeDefault } from './endApproval.ts';

interface Work<Result> {
  /** Throws for whom the approval is not. */
  readonly check: (log: CaseLogWriter, before: KeptApproval) => void;
  /** Null: there is nothing to work on. */
  readonly work: (log: CaseLogWriter, before: KeptApproval) => Promise<Result | null>;
}

/**
 * Null where there is no such approval. One past its deadline is ended by its default first, and that is kept.
 * Throws SignalboxError `over` then, else what the work throws, of which nothing is kept.
 */
export async function onApproval<Result>(
  { pool, notices }: Pick<ApprovalDeps, 'pool' | 'notices'>,
  key: ApprovalKey,
  { check, work }: Work<Result>,
): Promise<Result | null> {
  const done = await writeCaseLog(pool, key, async (log) => {
    const before = await readApproval(log.client, key);
    if (before === null) return { result: null };
    check(log, before);
    return isDue(log, before) ? { late: await takeDefault(log, before, notices) } : { result: await work(log, before) };
  });
  if ('late' in done) throw new SignalboxError('over', undefined, { more: { winner: done.late.approval.verdict } });
  return done.result;
}
