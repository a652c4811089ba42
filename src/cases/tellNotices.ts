/** Has Temporal send the notices that stand on their rows. A sweep suffices: nobody waits for the second that it takes. */

import { findUntold, markTold } from '../approvals/noticeTries.ts';
import type { Pool } from '../log/db/database.ts';
import type { CaseClient } from './caseClient.ts';

/** In one round, so that a flood of them does not hold up mail for cases. */
const NOTICE_COUNT = 100;

export async function tellNotices({ pool, cases }: { readonly pool: Pool; readonly cases: CaseClient }): Promise<void> {
  for (const notice of await findUntold(pool, NOTICE_COUNT)) {
    // before it is told: one that cannot be is tried again in minutes, and keeps no other waiting
    await markTold(pool, notice);
    await cases.sendNotice(notice);
  }
}
