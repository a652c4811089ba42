/** What must hold of the search: it is as far as its cursor says. As in auditChecks.ts, none uses the code that writes it. */
import type { AuditCheck } from './auditChecks.ts';

const FOLLOWED: AuditCheck = {
  wrong: 'the search lacks an event that its cursor has passed',
  sql: `select e.log, e.position from search_cursors c
    join entries e on e.tenant = c.tenant and e.log = c.log and e.position <= c.position and e.kind in ('event', 'adopt')
    left join search s on s.tenant = e.tenant and s.log = e.log and s.position = e.position and s.kind = 'event'
    where c.tenant = $1 and s.position is null`,
  say: ({ log, position }) => `evt_${log}.${position} is not in the search, though its follower has passed it`,
};

export const SEARCH_CHECKS: readonly AuditCheck[] = [FOLLOWED];
