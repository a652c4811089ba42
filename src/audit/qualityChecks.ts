/** What must hold of the counters of quality. As in auditChecks.ts, none uses the code that writes them. */
import { readableJson } from '../log/db/readableJson.ts';
import type { AuditCheck } from './auditChecks.ts';

const COUNTED: AuditCheck = {
  wrong: 'the counters of quality are not what was decided',
  // up to where their follower has come, each final decision is counted once
  sql: `with c as (select flow, accepted, cases from outcome_cursors where tenant = $1),
      d as (select d.flow, count(*) as finals from decisions d join c on c.flow = d.flow
        where d.tenant = $1 and not d.provisional and d.position <= case when d.log = d.flow then c.accepted else c.cases end group by d.flow),
      q as (select flow, sum(decisions)::bigint as counted from quality where tenant = $1 group by flow),
      h as (select log, position from heads where tenant = $1)
    select c.flow as log, c.accepted as position, coalesce(d.finals, 0) as finals, coalesce(q.counted, 0) as counted, coalesce(h.position, 0) as head
    from c left join d on d.flow = c.flow left join q on q.flow = c.flow left join h on h.log = c.flow
    where coalesce(d.finals, 0) <> coalesce(q.counted, 0) or c.accepted > coalesce(h.position, 0)`,
  say: ({ log, position, finals, counted, head }) =>
    `up to entry ${position} of ${head}, ${log} has ${finals} final decisions, and ${counted} are counted`,
};

/** As the follower rounds: half up, each decision by itself. */
const whole = (value: string, unit: string): string => `floor(${value} * ${unit}::float8 + 0.5)::bigint`;

const SUMS: AuditCheck = {
  wrong: 'a counter of quality adds up to something else',
  // up to where their follower has come, by all that a decision's row, its event's day and its last label give
  sql: `with c as (select flow, accepted, cases from outcome_cursors where tenant = $1),
      f as (select d.flow, d.event_position, d.outcome, d.policy, ${readableJson('d.body')} as body from decisions d join c on c.flow = d.flow
        where d.tenant = $1 and not d.provisional and d.position <= case when d.log = d.flow then c.accepted else c.cases end),
      t as (select distinct on (flow, event_position) flow, event_position, truth from labels
        where tenant = $1 and event_position is not null order by flow, event_position, position desc),
      r as (select f.flow, (e.time at time zone 'UTC')::date as day, f.body ->> 'rung' as rung, f.policy, f.outcome, coalesce(t.truth, '') as truth,
          coalesce((f.body ->> 'confidence')::float8, 0) as confidence,
          (select coalesce(sum((one ->> 'costUsd')::float8 order by nth), 0) from json_array_elements(f.body -> 'rungs') with ordinality rungs(one, nth)) as cost
        from f join entries e on e.tenant = $1 and e.log = f.flow and e.position = f.event_position
        left join t on t.flow = f.flow and t.event_position = f.event_position),
      d as (select flow, day, rung, policy, outcome, least(floor(confidence * 10), 9)::int as bucket, truth, count(*) as decisions,
          sum(${whole('confidence', '1e6')}) as confidence, sum(${whole('cost', '1e9')}) as cost from r group by 1, 2, 3, 4, 5, 6, 7),
      q as (select flow, day, rung, policy, outcome, bucket::int as bucket, truth, sum(decisions) as decisions, sum(confidence_millionths) as confidence,
          sum(cost_usd_billionths) as cost from quality where tenant = $1 group by 1, 2, 3, 4, 5, 6, 7)
    select flow as log, day::text, rung, policy, outcome, bucket, truth, coalesce(d.decisions, 0) as decisions, coalesce(d.confidence, 0) as confidence,
      coalesce(d.cost, 0) as cost, coalesce(q.decisions, 0) as counted, coalesce(q.confidence, 0) as counted_confidence, coalesce(q.cost, 0) as counted_cost
    from d full join q using (flow, day, rung, policy, outcome, bucket, truth)
    where (coalesce(d.decisions, 0), coalesce(d.confidence, 0), coalesce(d.cost, 0)) <> (coalesce(q.decisions, 0), coalesce(q.confidence, 0), coalesce(q.cost, 0))`,
  say: (row) =>
    `${row.log} on ${row.day}, by ${row.rung} (${row.policy}), outcome ${row.outcome}, ${row.truth === '' ? 'without a label' : `truly ${row.truth}`}, confidence from ${Number(row.bucket) / 10}: ${row.decisions} decisions with ${row.confidence} millionths of confidence and ${row.cost} billionths of a dollar, the counter says ${row.counted}, ${row.counted_confidence} and ${row.counted_cost}`,
};

export const QUALITY_CHECKS: readonly AuditCheck[] = [COUNTED, SUMS];
