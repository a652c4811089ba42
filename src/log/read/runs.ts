/** The runs of cases that took mail last, by flow and case. */
import type { Pool } from '../db/database.ts';

export interface CaseOfFlow {
  readonly flow: string;
  readonly caseId: string;
}

/** Null where no run has taken any yet. */
export type RunOf = (of: CaseOfFlow) => string | null;

const keyOf = ({ flow, caseId }: CaseOfFlow): string => `${flow} ${caseId}`;

export async function readRuns(pool: Pool, tenant: string, cases: readonly CaseOfFlow[]): Promise<RunOf> {
  if (cases.length === 0) return () => null;
  const { rows } = await pool.query<{ flow: string; case_id: string; run: string | null }>(
    `select d.flow, d.case_id, d.run from deliveries d join unnest($2::text[], $3::text[]) as q(flow, case_id)
     on d.flow = q.flow collate "C" and d.case_id = q.case_id collate "C" where d.tenant = $1`,
    [tenant, cases.map(({ flow }) => flow), cases.map(({ caseId }) => caseId)],
  );
  const runs = new Map(rows.map(({ flow, case_id: caseId, run }) => [keyOf({ flow, caseId }), run]));
  return (of) => runs.get(keyOf(of)) ?? null;
}
