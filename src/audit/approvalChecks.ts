/** What must hold of approvals: their verdicts, the votes behind those. As in auditChecks.ts, none uses the code that writes them. */

import { readableJson } from '../log/db/readableJson.ts';
import type { AuditCheck } from './auditChecks.ts';

const ID = ({ log, position, turn }: Readonly<Record<string, unknown>>): string => `apr_${log}.${position}.${turn}`;

const APPROVALS: AuditCheck = {
  wrong: 'an approval does not fit its verdict or its event',
  sql: `select a.flow as log, a.event_position as position, a.turn, a.state, a.verdict, a.via, e.ending
    from approvals a left join entries e on e.tenant = a.tenant and e.log = a.flow and e.position = a.event_position and e.kind in ('event', 'adopt')
    where a.tenant = $1 and (e.position is null or (a.state = 'open') <> (a.verdict is null) or (a.state = 'expired') <> (a.via is not distinct from 'default')
      or (a.state = 'open' and e.ending is distinct from 'waiting'))`,
  say: ({ state, verdict, via, ending, ...row }) =>
    `${ID(row)} is ${state}${verdict === null ? '' : `, ${verdict} via ${via}`}, and its event ${ending === null ? 'is not there' : `is ${ending}`}`,
};

const VOTES: AuditCheck = {
  wrong: 'an approval does not fit its votes',
  // One rejecting vote decides, or as many approving ones as its rules say, the last of them by the actor of the verdict; what is open or was ended by
  // the default has fewer. Rules that say no number are from before votes were kept (0003): such a row may have none
  sql: `with v as (
      select flow, event_position, turn, count(*) filter (where verdict = 'approve') as approving, count(*) filter (where verdict = 'reject') as rejecting,
        array_agg(actor || ' ' || verdict || ' ' || via order by version desc) as said
      from approval_votes where tenant = $1 group by flow, event_position, turn
    ), a as (
      select *, (${readableJson('body')} -> 'rules' ->> 'needed')::int as needed from approvals where tenant = $1
    ), t as (
      select coalesce(a.flow, v.flow) as log, coalesce(a.event_position, v.event_position) as position, coalesce(a.turn, v.turn) as turn, a.state, a.verdict,
        coalesce(a.needed, 1) as needed, coalesce(v.approving, 0) as approving, coalesce(v.rejecting, 0) as rejecting,
        v.said[1] = a.actor || ' ' || a.verdict || ' ' || a.via as by_last, a.needed is null and v.flow is null as from_before
      from a full join v on v.flow = a.flow and v.event_position = a.event_position and v.turn = a.turn
    )
    select log, position, turn, state, verdict, needed, approving, rejecting from t where state is null or not from_before and case
      when state <> 'decided' then rejecting > 0 or approving >= needed
      when verdict = 'approve' then approving <> needed or rejecting > 0 or by_last is distinct from true
      else rejecting <> 1 or approving >= needed or by_last is distinct from true end`,
  say: ({ state, verdict, needed, approving, rejecting, ...row }) =>
    `${ID(row)} ${state === null ? 'is not there' : `is ${state}${state === 'decided' ? `, ${verdict}` : ''}`}, and has ${approving} of ${needed} approving votes and ${rejecting} rejecting ones${state === 'decided' ? ', the last of which must be the verdict' : ''}`,
};

const BY_PEOPLE: AuditCheck = {
  wrong: 'a decision of a person has no verdict behind it',
  // inside a JSON string the quotes would be escaped, so this finds the member only
  sql: `select d.flow as log, d.event_position as position, d.revision from decisions d
    where d.tenant = $1 and d.log like '%/cases' and not d.provisional and position('"rung":"human"' in d.body) > 0
      and not exists (select from approvals a where a.tenant = d.tenant and a.flow = d.flow and a.event_position = d.event_position and a.state = 'decided')`,
  say: ({ log, position, revision }) => `dec_${log}.${position}.${revision} is by a person, and no approval of its event was decided`,
};

export const APPROVAL_CHECKS: readonly AuditCheck[] = [APPROVALS, VOTES, BY_PEOPLE];
