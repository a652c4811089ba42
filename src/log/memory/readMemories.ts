/** Memories that could not be kept. */
import type { Pool } from '../db/database.ts';

export interface MemoryFigures {
  readonly flow: string;
  readonly bytes: number;
  /** Entries since the newest checkpoint. */
  readonly behind: number;
  readonly trouble: string | null;
}

export async function readMemories(pool: Pool, tenant: string): Promise<MemoryFigures[]> {
  const { rows } = await pool.query<MemoryFigures>(
    `select m.log as flow, octet_length(m.bytes) as bytes, h.position - m.position as behind, m.trouble
     from memories m join heads h on h.tenant = m.tenant and h.log = m.log where m.tenant = $1 and m.mark = 'newest' order by m.log`,
    [tenant],
  );
  return rows;
}
