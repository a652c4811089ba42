/** What must hold of memories of whole flows; what is in them `rebuild` proves. As in auditChecks.ts, none uses the code that writes them. */
import type { AuditCheck } from './auditChecks.ts';

const CHECKPOINTS: AuditCheck = {
  wrong: 'a memory is not kept as of an entry of the code that runs',
  sql: `with b as (select * from memories where tenant = $1 and mark = 'base'), n as (select * from memories where tenant = $1 and mark = 'newest'),
      h as (select log, position, code from heads where tenant = $1)
    select coalesce(b.log, n.log) as log, b.position as base, n.position, n.floor, h.position as head,
      e.position is not null as at_code, n.code is not distinct from h.code and b.code is not distinct from h.code as runs
    from b full join n on n.log = b.log left join h on h.log = coalesce(b.log, n.log)
    left join entries e on e.tenant = $1 and e.log = b.log and e.position = b.position and e.kind = 'code' and e.note = b.code
    where b.position is null or n.position is null or e.position is null or b.code is distinct from h.code or n.code is distinct from h.code
      or n.position < b.position or n.position > h.position or n.floor > n.position or n.floor < b.position`,
  say: ({ log, base, position, floor, head, at_code: atCode, runs }) =>
    `that of ${log} begins at ${base ?? 'nothing'}${atCode === true ? '' : ', no entry of its code'}, its checkpoint is of ${position ?? 'nothing'}, lessons are kept behind ${floor ?? 'nothing'}, its head is at ${head}${runs === true ? '' : ', and other code runs'}`,
};

const LESSONS: AuditCheck = {
  wrong: 'a lesson stands where nothing was folded',
  sql: `select l.log, l.position, e.kind, e.ending from lessons l
    left join memories m on m.tenant = l.tenant and m.log = l.log and m.mark = 'newest'
    left join entries e on e.tenant = l.tenant and e.log = l.log and e.position = l.position
    where l.tenant = $1 and (m.position is null or l.position <= m.floor or e.kind is null or e.kind not in ('event', 'adopt', 'redrive')
      or (e.ending = 'quarantined' and e.note like 'reflex: %') or (e.ending = 'expired' and e.note is not distinct from 'at-acceptance'))`,
  say: ({ log, position, kind, ending }) =>
    `entry ${position} of ${log} is ${kind === null ? 'not there' : `of the kind ${kind}${ending === null ? '' : ` and ended as ${ending}`}`}`,
};

export const MEMORY_CHECKS: readonly AuditCheck[] = [CHECKPOINTS, LESSONS];
