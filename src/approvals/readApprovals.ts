/** Pages of approvals, and the events in quarantine. */

import type { Pool } from '../log/db/database.ts';
import { type FeedPage, type FeedSource, type LogPlace, type Positions, readFeed } from '../log/read/feed.ts';
import type { Approval } from '../wire/approval.ts';
import type { KeptApproval } from './approval.ts';
import { APPROVAL_COLUMNS, APPROVAL_EVENT, keptApproval } from './approvalRow.ts';

type State = Approval['state'] | 'all';

export interface ApprovalFilter {
  readonly state: State;
  /** Those alone that were handed on to this person last, or to one of these roles. */
  readonly handedTo?: { readonly actor: string; readonly roles: readonly string[] };
}

/** Written out, not a value: the planner sees that the partial index on open ones holds. */
const WHERE: Readonly<Record<State, string>> = {
  open: "t.state = 'open'",
  decided: "t.state = 'decided'",
  expired: "t.state = 'expired'",
  all: 'true',
};

/** Handed on are few: of the open ones, whose index is small, or found in a bounded stretch. */
const HANDED_TO = "(t.handed::jsonb -> 'to' ->> 'person' = $6 or t.handed::jsonb -> 'to' ->> 'role' = any($7::text[]))";

const feedSource = ({ state, handedTo }: ApprovalFilter): FeedSource => ({
  table: 'approvals',
  logColumn: 'flow',
  timeColumn: 'opened_at',
  where: handedTo === undefined ? WHERE[state] : `${WHERE[state]} and ${HANDED_TO}`,
  values: handedTo === undefined ? [] : [handedTo.actor, handedTo.roles],
  scan: state !== 'open' && (state !== 'all' || handedTo !== undefined),
  bytes: 'octet_length(t.body)',
});

/** Approvals take their positions from the flow's second log; here they go under the flow's name. */
export function readApprovalFeed(
  pool: Pool,
  filter: ApprovalFilter,
  reading: { tenant: string; upTo: Positions; after: Positions; limit: number },
): Promise<FeedPage> {
  return readFeed(pool, feedSource(filter), reading);
}

/** Those at the places, in their order. */
export async function readApprovals(pool: Pool, tenant: string, places: readonly LogPlace[]): Promise<KeptApproval[]> {
  if (places.length === 0) return [];
  const { rows } = await pool.query(
    `select ${APPROVAL_COLUMNS} from unnest($2::text[], $3::bigint[]) with ordinality as q(flow, position, nth)
     cross join lateral (select * from approvals a where a.tenant = $1 and a.flow = q.flow and a.position = q.position limit 1) a ${APPROVAL_EVENT}
     order by q.nth`,
    [tenant, places.map(({ log }) => log), places.map(({ position }) => position)],
  );
  return rows.map(keptApproval);
}
