/** What open cases do now, counted by flow. */
import type { Pool } from '../log/db/database.ts';
import type { OpenCases } from '../wire/stream.ts';

/** Counted up to a limit: a storm must not make looking at it slow. */
const COUNT_MAX = 50_000;

interface Row {
  flow: string;
  state: OpenCases['state'];
  events: number;
  oldest: Date | null;
}

/** An event is counted once: what it is asked, else what it does. Each state is read by an index of what is open. */
export async function readOpenCases(pool: Pool, tenant: string): Promise<OpenCases[]> {
  const { rows } = await pool.query<Row>(
    `with asked as (
       select flow, event_position as position, min(opened_at) as at from approvals where tenant = $1 and state = 'open' group by 1, 2 limit ${COUNT_MAX}
     ), llm as (
       select c.flow, c.event_position as position, min(c.started_at) as at from llm_calls c where c.tenant = $1 and c.state = 'open'
         and not exists (select from asked a where a.flow = c.flow and a.position = c.event_position) group by 1, 2 limit ${COUNT_MAX}
     ), acting as (
       select flow, event_position as position, min(planned_at) as at from actions where tenant = $1 and state = 'planned' group by 1, 2 limit ${COUNT_MAX}
     ), following as (
       select s.flow, s.position, null::timestamptz as at from stories s where s.tenant = $1 and s.open
         and not exists (select from acting a where a.flow = s.flow and a.position = s.position) limit ${COUNT_MAX}
     ), waiting as (
       select w.flow, w.position, w.at from heads h cross join lateral (
         select e.log as flow, e.position, e.accepted_at as at from entries e
         where e.tenant = h.tenant and e.log = h.log and e.ending = 'waiting' order by e.position limit ${COUNT_MAX}) w
       where h.tenant = $1
     ), deciding as (
       select w.flow, w.position, w.at from waiting w where not exists (select from asked a where a.flow = w.flow and a.position = w.position)
         and not exists (select from llm l where l.flow = w.flow and l.position = w.position)
     ), every as (
       select flow, 'awaiting-approval' as state, at from asked union all select flow, 'asking-llm', at from llm
       union all select flow, 'acting', at from acting union all select flow, 'following', at from following
       union all select flow, 'deciding', at from deciding
     )
     select flow, state, count(*)::int as events, min(at) as oldest from every group by flow, state order by flow, state`,
    [tenant],
  );
  return rows.map(({ oldest, ...row }) => ({ ...row, oldest: oldest?.toISOString() ?? null }));
}
