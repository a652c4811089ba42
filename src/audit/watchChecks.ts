/** What must hold of watches: how they were opened and how they ended. As in auditChecks.ts, none uses the code that writes them. */
import type { AuditCheck } from './auditChecks.ts';

const ENDS: AuditCheck = {
  wrong: 'a watch that was opened is not once open, closed, or an event',
  // each opening is one row that is open, one event of the flow's own, or one closing by the reflex
  sql: `with m as (
      select log, name, subject, opened, count(*) filter (where kind = 'opened') as openings, count(*) filter (where kind = 'closed') as closings,
        count(*) filter (where kind = 'due') as dues
      from watch_marks where tenant = $1 group by log, name, subject, opened
    ), w as (select flow, name, subject, opened from watches where tenant = $1),
    e as (
      select log, type, subject, id, position from entries where tenant = $1 and kind = 'event' and source = '/signalbox/' || log
        and type in (select name from watch_marks where tenant = $1)
    ), t as (
      select coalesce(m.log, w.flow, e.log) as log, coalesce(m.name, w.name, e.type) as name, coalesce(m.opened, w.opened, e.position) as position,
        coalesce(m.openings, 0) as openings, coalesce(m.closings, 0) as closings, coalesce(m.dues, 0) as dues,
        (w.opened is not null)::int as open, (e.position is not null)::int as events
      from m full join w on w.flow = m.log and w.name = m.name and w.subject = m.subject and w.opened = m.opened
      full join e on e.log = m.log and e.type = m.name and e.subject = m.subject and e.id = m.name || ':' || m.log || '.' || m.opened
    )
    select * from t where openings <> 1 or open + events + closings <> 1 or dues <> events`,
  say: ({ log, name, position, openings, open, events, closings }) =>
    `${name} of evt_${log}.${position} was opened ${openings} times; it is open ${open} times, an event ${events} times, and was closed ${closings} times`,
};

const IN_TURN: AuditCheck = {
  wrong: 'a watch was opened while it was open, or ended while it was not',
  sql: `with line as (
      select log, position, name, kind, lag(kind) over (partition by log, name, subject order by position, (kind = 'opened')) as before
      from watch_marks where tenant = $1
    )
    select * from line where (kind = 'opened') = (before is not distinct from 'opened')`,
  say: ({ log, position, name, kind, before }) =>
    `${name} is ${kind} at entry ${position} of ${log}, after it was ${before ?? 'never opened'}`,
};

const CAUSES: AuditCheck = {
  wrong: 'a watch was opened or closed by an event that was not folded, or opened by history',
  sql: `select m.log, m.position, m.name, m.kind, e.ending, e.history from watch_marks m
    left join entries e on e.tenant = m.tenant and e.log = m.log and e.position = m.event_position and e.kind in ('event', 'adopt') and e.subject = m.subject
    where m.tenant = $1 and (e.position is null or (m.kind = 'opened' and e.history) or (m.kind <> 'due' and (
      (e.ending = 'expired' and e.note is not distinct from 'at-acceptance') or (e.ending = 'quarantined' and e.note like 'reflex: %'))))`,
  say: ({ log, position, name, kind, ending, history }) =>
    `${name} is ${kind} at entry ${position} of ${log} by an event that ${ending === null ? 'is not there' : `is ${history === true ? 'history' : ending}`}`,
};

export const WATCH_CHECKS: readonly AuditCheck[] = [ENDS, IN_TURN, CAUSES];
