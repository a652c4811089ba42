/** What must hold of emissions: each that was asked for is one row or one event. As in auditChecks.ts, none uses the code that writes them. */
import { readableJson } from '../log/db/readableJson.ts';
import type { AuditCheck } from './auditChecks.ts';

const ONCE: AuditCheck = {
  wrong: 'an emission that was asked for is not once a row or an event',
  // each event under a flow's source tells of a watch that was due, or was asked for
  sql: `with m as (select flow, name, position, subject from emission_marks where tenant = $1),
      r as (select flow, name, position, subject from emissions where tenant = $1),
      e as (
        select substr(e.source, 12) as flow, e.type as name, e.id, e.position as place, e.log as at_log from entries e
        left join watch_marks w on w.tenant = $1 and w.log = e.log and w.position = e.position and w.name = e.type and w.kind = 'due'
        where e.tenant = $1 and e.kind = 'event' and starts_with(e.source, '/signalbox/') and w.position is null
      ), t as (
        select coalesce(m.flow, r.flow, e.flow) as log, coalesce(m.name, r.name, e.name) as name, coalesce(m.position, r.position) as opened, e.id,
          (m.position is not null)::int as asked, (r.position is not null)::int as rows, (e.place is not null)::int as events
        from m full join r on r.flow = m.flow and r.name = m.name and r.position = m.position and r.subject = m.subject
        full join e on e.flow = coalesce(m.flow, r.flow) and e.name = coalesce(m.name, r.name)
          and e.id = coalesce(m.name, r.name) || ':' || coalesce(m.flow, r.flow) || '.' || coalesce(m.position, r.position)
      )
    select * from t where asked <> 1 or rows + events <> 1`,
  say: ({ log, name, opened, id, asked, rows, events }) =>
    `${name} of ${opened === null ? `${log}, ${id},` : `evt_${log}.${opened}`} was asked for ${asked} times; it is a row ${rows} times and an event ${events} times`,
};

const CAUSES: AuditCheck = {
  wrong: 'an emission was asked for about an event that is not there, or is history',
  sql: `select m.flow as log, m.position, m.name, e.history from emission_marks m
    left join entries e on e.tenant = m.tenant and e.log = m.flow and e.position = m.position and e.kind in ('event', 'adopt')
    where m.tenant = $1 and (e.position is null or e.history)`,
  say: ({ log, position, name, history }) => `${name} of evt_${log}.${position}, which ${history === true ? 'is history' : 'is not there'}`,
};

const HOPS: AuditCheck = {
  wrong: 'an emission does not count how many own events led to it',
  // a ninth in a row stays as a refused row, and no other does
  sql: `select m.flow as log, m.position, m.name, m.hops, r.hops as row_hops, r.trouble, (${readableJson('b.body')} ->> 'signalboxhops')::int as event_hops
    from emission_marks m
    left join emissions r on r.tenant = m.tenant and r.flow = m.flow and r.name = m.name and r.position = m.position
    left join identities i on i.tenant = m.tenant and i.source = '/signalbox/' || m.flow and i.id = m.name || ':' || m.flow || '.' || m.position
    left join bodies b on b.tenant = i.tenant and b.log = i.log and b.position = i.position
    where m.tenant = $1 and (m.hops not between 1 and 9 or r.hops <> m.hops or (r.trouble is not null and r.hops <= 8)
      or (b.body is not null and (${readableJson('b.body')} ->> 'signalboxhops')::int is distinct from m.hops) or (i.position is not null and m.hops > 8))`,
  say: ({ log, position, name, hops, row_hops: rowHops, event_hops: eventHops }) =>
    `${name} of evt_${log}.${position} was asked for as number ${hops} in a row; its row says ${rowHops ?? 'nothing'}, its event ${eventHops ?? 'nothing'}`,
};

export const EMISSION_CHECKS: readonly AuditCheck[] = [ONCE, CAUSES, HOPS];
