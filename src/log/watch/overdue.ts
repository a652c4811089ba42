/** Watches whose time has come, and nobody has looked. */
import type { Pool } from '../db/database.ts';

export interface Overdue {
  readonly flow: string;
  readonly watches: number;
  readonly oldestSeconds: number;
  /** The position of the event that opened one of them. */
  readonly opened: number;
  /** Why, where one of them says so. */
  readonly trouble: string | null;
}

/** A sweep comes every second; a busy one takes a few. */
const LATE_SECONDS = 10;
/** Counted up to a limit: a storm must not make looking at it slow. */
const COUNT_MAX = 100_000;

/** By flow. */
export async function readOverdue(pool: Pool, tenant: string): Promise<Overdue[]> {
  const { rows } = await pool.query<Overdue>(
    `select h.log as flow, o.watches, o."oldestSeconds", o.opened, o.trouble from heads h
     cross join lateral (
       select count(*)::int as watches, extract(epoch from now() - min(l.due_at))::int as "oldestSeconds", min(l.opened) as opened, min(l.trouble) as trouble
       from (
         (select due_at, opened, trouble from watches w where w.tenant = $1 and w.flow = h.log and w.trouble is null
            and w.look_at < now() - interval '${LATE_SECONDS} seconds' order by w.look_at limit ${COUNT_MAX})
         union all (select due_at, opened, trouble from watches w where w.tenant = $1 and w.flow = h.log and w.trouble is not null limit ${COUNT_MAX})
       ) l) o
     where h.tenant = $1 and o.watches > 0 order by h.log`,
    [tenant],
  );
  return rows;
}
