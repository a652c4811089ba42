/** Checks of the counts over time: they add up to the logs as far as their cursor says. As in auditChecks.ts, none uses the code that writes it. */
import type { AuditCheck } from './auditChecks.ts';

const COUNTED: AuditCheck = {
  wrong: 'the final decisions of a flow are not those that were counted over time',
  sql: `select coalesce(c.flow, t.flow) as log, c.decided, t.counted from (
      select d.flow, count(*) as decided from decisions d
      join tally_cursors c on c.tenant = d.tenant and c.log = d.log and d.position <= c.position
      where d.tenant = $1 and not d.provisional group by d.flow
    ) c full join (
      select flow, sum(count) as counted from tallies where tenant = $1 and kind = 'outcome' and step = 1 group by flow
    ) t on t.flow = c.flow where coalesce(c.decided, 0) <> coalesce(t.counted, 0)`,
  say: ({ log, decided, counted }) => `${log} made ${decided ?? 0} final decisions, ${counted ?? 0} are counted over time`,
};

export const TALLY_CHECKS: readonly AuditCheck[] = [COUNTED];
