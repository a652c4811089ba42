/** How many actions of each flow are still to be taken, and how many were given up. */
import type { Pool } from '../log/db/database.ts';

export interface ActionFigures {
  readonly flow: string;
  /** Still to be taken: each waits for its turn, its next try or its answer. */
  readonly planned: number;
  /** Age of the oldest of them; 0 without any. */
  readonly oldestSeconds: number;
  /** Given up, until they are redriven. */
  readonly dead: number;
}

interface Row {
  flow: string;
  planned: number;
  dead: number;
  oldest: number | null;
}

/** Of each state are so many counted: a storm must not make looking at it slow. */
const COUNT_MAX = 100_000;

/** Flows without any are left out. */
export async function readActionFigures(pool: Pick<Pool, 'query'>, tenant: string): Promise<ActionFigures[]> {
  const { rows } = await pool.query<Row>(
    `select flow, (count(*) filter (where planned))::int as planned, (count(*) filter (where not planned))::int as dead,
      extract(epoch from now() - min(planned_at) filter (where planned))::float8 as oldest
    from (
      (select flow, planned_at, true as planned from actions where tenant = $1 and state = 'planned' limit ${COUNT_MAX})
      union all (select flow, planned_at, false from actions where tenant = $1 and state = 'dead' limit ${COUNT_MAX})
    ) a group by flow order by flow`,
    [tenant],
  );
  return rows.map(({ flow, planned, dead, oldest }) => ({ flow, planned, dead, oldestSeconds: Math.max(0, oldest ?? 0) }));
}
