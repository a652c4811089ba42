/** How far flows are behind in the logs that they take events from. */
import type { Pool } from '../db/database.ts';

export interface Unseen {
  readonly flow: string;
  /** Where the flow takes events from. */
  readonly log: string;
  readonly entries: number;
}

/** By the cursor that is farthest behind. */
export async function readUnseen(pool: Pool, tenant: string): Promise<Unseen[]> {
  const { rows } = await pool.query<Unseen>(
    `select f.flow, f.log, greatest(0, h.position - min(f.position)) as entries from followings f join heads h on h.tenant = f.tenant and h.log = f.log
     where f.tenant = $1 group by f.flow, f.log, h.position order by f.flow, f.log`,
    [tenant],
  );
  return rows;
}
