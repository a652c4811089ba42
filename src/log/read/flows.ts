/** What the database knows of each flow: what folds it now, and how much is open. */
import type { Pool } from '../db/database.ts';

export interface FlowRow {
  readonly flow: string;
  readonly code: string | null;
  readonly policy: string | null;
  readonly entries: number;
  readonly waiting: number;
  readonly quarantined: number;
  readonly openApprovals: number;
}

/** Counts by partial indexes alone: a count of all that was ever accepted would read the whole log (`audit` does). */
export async function readFlows(pool: Pool, tenant: string): Promise<FlowRow[]> {
  const { rows } = await pool.query<FlowRow>(
    `select h.log as flow, h.code, h.policy, h.position as entries,
       (select count(*) from entries e where e.tenant = h.tenant and e.log = h.log and e.ending = 'waiting') as waiting,
       (select count(*) from entries e where e.tenant = h.tenant and e.log = h.log and e.ending = 'quarantined') as quarantined,
       (select count(*) from approvals a where a.tenant = h.tenant and a.flow = h.log and a.state = 'open') as "openApprovals"
     from heads h where h.tenant = $1 and h.log not like '%/cases' order by h.log`,
    [tenant],
  );
  return rows;
}
