/**
 * Looking up what belongs to an event, in SQL: `$1` is the tenant, `$2` the flow, `position` an expression.
 *
 * Written as a range in the order of the one index that has it. With `event_position = ...` other indexes that begin with tenant and flow
 * cost the planner the same while there are no statistics: it read 10,000 decisions for each look (seen).
 */
const LAST = '9223372036854775807';

export const finalOf = (position: string): string => `select * from decisions where tenant = $1 and flow = $2
  and (event_position, revision) >= (${position}, 0) and event_position <= ${position} and not provisional order by event_position, revision limit 1`;

/** The label that counts: of the last position. */
export const lastLabelOf = (position: string): string => `select position, truth, at from labels where tenant = $1 and flow = $2
  and (event_position, position) <= (${position}, ${LAST}) and event_position >= ${position} order by event_position desc, position desc limit 1`;
