/** What must hold of actions: their keys, their order, their limits. As in auditChecks.ts, none uses the code that writes them. */

import { readableJson } from '../log/db/readableJson.ts';
import type { AuditCheck } from './auditChecks.ts';

const at = (row: Readonly<Record<string, unknown>>): string => `evt_${row.log}.${row.position}`;

const ID = (revision: string): string =>
  `case when $1 = 'default' then '' else $1 || '.' end || a.flow || '.' || a.event_position || '.' || ${revision}`;

const ACTIONS: AuditCheck = {
  wrong: 'an action has another key than its event and name give, or no decision behind it',
  sql: `select a.flow as log, a.event_position as position, a.action, a.state, d.position is null as no_decision, a.key
    from actions a left join decisions d on d.tenant = a.tenant and d.flow = a.flow and d.event_position = a.event_position
      and not d.provisional and a.decision = 'dec_' || ${ID('d.revision')}
    where a.tenant = $1 and (d.position is null or a.key <> 'act_' || ${ID('a.action')} or (a.state = 'planned') <> (a.ended_at is null))`,
  say: (row) =>
    `the action ${row.action} of ${at(row)} (${row.state}, key ${row.key}) ${row.no_decision === true ? 'has no final decision behind it' : 'does not fit its event'}`,
};

/** What a decision of the reflex may cause, by the policy that it was made with. */
const REFLEX_ACTS = `d.outcome = any(coalesce((select p.reflex_acts_on from policies p where p.tenant = d.tenant and p.version = d.policy), '{}'))`;

const BY_REFLEX: AuditCheck = {
  wrong: 'an action follows from a decision of the reflex that may cause none',
  sql: `select a.flow as log, a.event_position as position, a.action, d.outcome, e.history from actions a
    join decisions d on d.tenant = a.tenant and d.log = a.flow and d.event_position = a.event_position and d.flow = a.flow and not d.provisional
    join entries e on e.tenant = a.tenant and e.log = a.flow and e.position = a.event_position
    where a.tenant = $1 and a.undoes is null and not a.asked and (e.history or not ${REFLEX_ACTS})`,
  say: (row) =>
    `the action ${row.action} of ${at(row)} follows from ${row.outcome} of the reflex, ${row.history === true ? 'and it is history' : 'which its policy does not let act'}`,
};

const UNACTED: AuditCheck = {
  wrong: 'the reflex decided what is to be acted on, and nobody does',
  sql: `select d.flow as log, d.event_position as position, d.outcome from decisions d
    join entries e on e.tenant = d.tenant and e.log = d.flow and e.position = d.event_position
    where d.tenant = $1 and d.log = d.flow and not d.provisional and not e.history and ${REFLEX_ACTS}
      and not exists (select from actions a where a.tenant = $1 and a.flow = d.flow and a.event_position = d.event_position)
      and not exists (select from mailboxes m where m.tenant = $1 and m.flow = d.flow and m.position = d.event_position)`,
  say: (row) => `${at(row)} was decided ${row.outcome} by its reflex, and has neither an action nor mail`,
};

const BYTES: AuditCheck = {
  wrong: 'an action sends the bytes of another',
  sql: `select a.flow as log, a.event_position as position, a.action, left(a.body, 60) as body from actions a
    where a.tenant = $1 and position('{"type":"' || a.flow || '.' || a.action || '",' in a.body) <> 1`,
  say: (row) => `the action ${row.action} of ${at(row)} sends ${row.body}`,
};

/** Data that came as bytes are read from them. */
const BYTES_TEXT = `convert_from(decode(${readableJson('b.body')} ->> 'data_base64', 'base64'), 'UTF8')`;
const DATA = `coalesce(${readableJson('b.body')} -> 'data', ${readableJson(BYTES_TEXT)}) -> a.limit_field`;

const LIMITS: AuditCheck = {
  wrong: 'an action is above its limit, and no person has approved it',
  sql: `with v as (
      select a.flow as log, a.event_position as position, a.action, a.state, a.limit_field, a.limit_max, ${DATA} as value
      from actions a left join bodies b on b.tenant = a.tenant and b.log = a.flow and b.position = a.event_position
      where a.tenant = $1 and a.limit_field is not null and a.state not in ('refused', 'skipped')
    )
    select v.log, v.position, v.action, v.state, v.limit_field, v.limit_max from v
    where (json_typeof(v.value) is distinct from 'number' or (v.value #>> '{}')::float8 > v.limit_max)
      and not exists (select from approvals p where p.tenant = $1 and p.flow = v.log and p.event_position = v.position
        and p.state = 'decided' and p.verdict = 'approve' and p.via <> 'default')`,
  say: (row) =>
    `the action ${row.action} of ${at(row)} is ${row.state}, its ${row.limit_field} is not up to ${row.limit_max}, and no approval says yes`,
};

const UNDONE: AuditCheck = {
  wrong: 'an action was taken back and stands, or was taken back twice',
  sql: `select u.flow as log, u.event_position as position, u.undoes as action, min(coalesce(a.state, 'gone')) as state, count(*) as undos
    from actions u left join actions a on a.tenant = u.tenant and a.flow = u.flow and a.event_position = u.event_position and a.action = u.undoes
    where u.tenant = $1 and u.undoes is not null group by u.flow, u.event_position, u.undoes
    having count(*) > 1 or bool_or(a.state is distinct from 'done' or a.ended_at > u.planned_at)`,
  say: (row) =>
    `the action ${row.action} of ${at(row)} is ${row.state}, and ${row.undos} actions take it back: one of them, after it was done, is right`,
};

const ORDER: AuditCheck = {
  wrong: 'an action was taken though one before it was not',
  sql: `select distinct a.flow as log, a.event_position as position, a.action, f.action as before, f.state from actions a
    join actions f on f.tenant = a.tenant and f.flow = a.flow and f.event_position = a.event_position and f.step < a.step and f.undoes is null and not f.asked
    where a.tenant = $1 and a.undoes is null and not a.asked and a.state = 'done' and f.state in ('planned', 'dead', 'refused', 'skipped')`,
  say: (row) => `the action ${row.action} of ${at(row)} is done, and ${row.before} before it is ${row.state}`,
};

export const ACTION_CHECKS: readonly AuditCheck[] = [ACTIONS, BY_REFLEX, UNACTED, BYTES, LIMITS, UNDONE, ORDER];
