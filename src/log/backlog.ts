/** How much waits for cases to take it, and for how long. */
import type { Pool } from './db/database.ts';

export interface Backlog {
  readonly events: number;
  readonly oldestSeconds: number;
}

/** Mail that its case has not taken. Counted up to a limit: a storm must not make looking at it slow. */
const COUNT_MAX = 100_000;

export async function readBacklog(pool: Pool): Promise<Backlog> {
  const { rows } = await pool.query<{ events: number; oldest: number | null }>(
    `with open as (
       select m.tenant, m.flow, m.position from mailboxes m left join deliveries d using (tenant, flow, case_id)
       where m.position > coalesce(d.taken, 0) limit ${COUNT_MAX}
     )
     select (select count(*)::int from open) as events,
       (select extract(epoch from now() - min(e.accepted_at))::float8 from (select * from open order by position limit 100) o
        cross join lateral (select accepted_at from entries e where e.tenant = o.tenant and e.log = o.flow and e.position = o.position limit 1) e) as oldest`,
  );
  return { events: rows[0]?.events ?? 0, oldestSeconds: Math.max(0, Math.round(rows[0]?.oldest ?? 0)) };
}

export interface ActingBacklog {
  readonly decisions: number;
  readonly oldestSeconds: number;
  /** Of those, decided within the last minute: as long as they are more than what is taken in a minute, the backlog grows. */
  readonly newest: number;
}

/** Decisions of reflexes that are still to be acted on. Temporal takes some ten cases a second; a reflex decides thousands. */
export async function readActingBacklog(pool: Pool): Promise<ActingBacklog> {
  const { rows } = await pool.query<{ decisions: number; oldest: number | null; newest: number }>(
    `with open as (
       select m.tenant, m.flow, m.position from mailboxes m
       where m.why = 'act' and not exists (select from actions a where a.tenant = m.tenant and a.flow = m.flow and a.event_position = m.position) limit ${COUNT_MAX}
     ), at as (
       select extract(epoch from now() - e.accepted_at)::float8 as seconds from open o
         cross join lateral (select accepted_at from entries e where e.tenant = o.tenant and e.log = o.flow and e.position = o.position limit 1) e
     )
     select count(*)::int as decisions, max(seconds) as oldest, (count(*) filter (where seconds < 60))::int as newest from at`,
  );
  const { decisions = 0, oldest = null, newest = 0 } = rows[0] ?? {};
  return { decisions, oldestSeconds: Math.max(0, Math.round(oldest ?? 0)), newest };
}
