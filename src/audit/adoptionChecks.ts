/** What must hold of events that flows took over from other logs. As in auditChecks.ts, none uses the code that writes them. */
import type { AuditCheck } from './auditChecks.ts';

const ORIGINS: AuditCheck = {
  wrong: 'an adopted event is not the one that it points to',
  sql: `with e as (select * from entries where tenant = $1 and kind = 'adopt'), a as (select * from adoptions where tenant = $1)
    select coalesce(e.log, a.log) as log, coalesce(e.position, a.position) as position, a.origin_log, a.origin_position,
      e.position is null as no_entry, o.position is null as no_origin
    from e full join a on a.log = e.log and a.position = e.position
    left join entries o on o.tenant = $1 and o.log = a.origin_log and o.position = a.origin_position and o.kind = 'event'
    left join bodies own on own.tenant = $1 and own.log = e.log and own.position = e.position
    left join bodies theirs on theirs.tenant = $1 and theirs.log = o.log and theirs.position = o.position
    where e.position is null or o.position is null or own.body is distinct from theirs.body
      or (e.source, e.id, e.type, e.hash, e.accepted_at) is distinct from (o.source, o.id, o.type, o.hash, o.accepted_at)`,
  say: (row) => {
    const origin = row.origin_position === null ? 'nothing' : `evt_${row.origin_log}.${row.origin_position}`;
    const how = row.no_entry === true ? 'is no such entry' : row.no_origin === true ? 'is not there' : 'is another event';
    return `evt_${row.log}.${row.position} points to ${origin}, which ${how}`;
  },
};

const PASSED_BY: AuditCheck = {
  wrong: 'a flow has passed by an event that it takes, or has taken one that it has not come to',
  sql: `with f as (select * from followings where tenant = $1),
      due as (select o.log, o.position, f.flow from f join entries o on o.tenant = $1 and o.log = f.log and o.type = f.type and o.kind = 'event' and o.position <= f.position),
      taken as (select origin_log, origin_position, log from adoptions where tenant = $1)
    select coalesce(due.log, taken.origin_log) as log, coalesce(due.position, taken.origin_position) as position,
      coalesce(due.flow, taken.log) as flow, taken.log is null as passed
    from due full join taken on taken.origin_log = due.log and taken.origin_position = due.position and taken.log = due.flow
    where due.flow is null or taken.log is null`,
  say: (row) =>
    `evt_${row.log}.${row.position} ${row.passed === true ? `was passed by ${row.flow}` : `was taken by ${row.flow}, whose cursor stands before it`}`,
};

export const ADOPTION_CHECKS: readonly AuditCheck[] = [ORIGINS, PASSED_BY];
