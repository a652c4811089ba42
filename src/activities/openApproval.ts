import type { Approval } from '../log/approval.ts';
import { type OpenedApproval, openApproval } from '../log/approvals.ts';
import type { Pool } from '../log/database.ts';

/** What a case needs of its approval, and no more: the answer stands in a history, and evidence, subject and event are for people. */
export type CaseApproval = Pick<Approval, 'id' | 'deadline' | 'default' | 'proposed' | 'verdict'>;

export interface AskedApproval {
  readonly approval: CaseApproval;
  readonly openedAt: string;
}

/**
 * Asks a person: the approval is a row before anyone can be told of it.
 *
 * *Retries*: without end, from 100 ms up to 10 s.
 * *Idempotency*: an event's n-th approval is opened once; a later run gets the same one, its deadline and a verdict given meanwhile.
 * *Fails with*: `database-away`.
 */
export function createOpenApproval({ pool }: { pool: Pool }) {
  return async (opened: OpenedApproval): Promise<AskedApproval> => {
    const { approval, openedAt } = await openApproval({ pool }, opened);
    const { id, deadline, default: byDefault, proposed, verdict } = approval;
    return { approval: { id, deadline, default: byDefault, proposed, verdict }, openedAt };
  };
}
