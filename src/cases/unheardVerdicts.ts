/** Verdicts on their way to a case. */
import type { Pool } from '../log/db/database.ts';
import type { CaseKey } from '../log/settleMail.ts';

export interface UnheardVerdict extends CaseKey {
  readonly eventPosition: number;
  readonly turn: number;
  readonly verdict: string;
  readonly actor: string;
  readonly reason: string;
  readonly changes: string | null;
}

/** Verdicts that stand on their row and that the case has not acknowledged yet. */
export async function findUnheard(pool: Pool, limit: number): Promise<UnheardVerdict[]> {
  const { rows } = await pool.query<{
    tenant: string;
    flow: string;
    case_id: string;
    event_position: number;
    turn: number;
    verdict: string;
    actor: string;
    reason: string;
    changes: string | null;
  }>(
    `select tenant, flow, case_id, event_position, turn, verdict, actor, reason, changes from approvals
     where state = 'decided' and not acknowledged order by decided_at limit $1`,
    [limit],
  );
  return rows.map(({ case_id, event_position, ...row }) => ({ ...row, caseId: case_id, eventPosition: event_position }));
}
