/** Actions as the API shows them, one or in pages. */
import { eventId } from '../domain/ids.ts';
import type { Pool } from '../log/db/database.ts';
import { type FeedPage, type FeedSource, type LogPlace, type Positions, readFeed } from '../log/read/feed.ts';
import type { ActionItem, ActionState } from '../wire/action.ts';
import { type ActionKey, keyOf, THIS_ACTION } from './actions.ts';

export interface ActionFilter {
  readonly state: ActionState | 'all';
  /** Null: of all events. */
  readonly eventPosition: number | null;
}

interface Row {
  tenant: string;
  flow: string;
  event_position: number;
  action: string;
  key: string;
  decision: string;
  subject: string;
  state: ActionState;
  body: string;
  tries: number;
  redrives: number;
  undoes: string | null;
  last_error: string | null;
  error_code: string | null;
  receiver: string | null;
  planned_at: Date;
  ended_at: Date | null;
  next_at: Date | null;
  source: string;
  id: string;
  type: string;
  time: Date;
}

const COLUMNS = `a.tenant, a.flow, a.event_position, a.action, a.key, a.decision, a.subject, a.state, a.body, a.tries, a.redrives, a.undoes, a.last_error, a.error_code,
    a.receiver, a.planned_at, a.ended_at, case when a.state = 'planned' and a.not_before > now() then a.not_before end as next_at, e.source, e.id, e.type, e.time`;
/** By key, one at a time: see docs/decisions/0007. */
const ITS_EVENT = `cross join lateral (
    select * from entries e where e.tenant = a.tenant and e.log = a.flow and e.position = a.event_position limit 1) e`;

function actionItem(row: Row): ActionItem {
  const place = { tenant: row.tenant, log: row.flow, position: row.event_position };
  const { flow, subject, state, action, decision, tries, redrives, receiver } = row;
  return {
    ...{ id: row.key, state, flow, subject },
    event: { event: eventId(place), source: row.source, id: row.id, type: row.type, time: row.time.toISOString() },
    ...{ action, decision, undoes: row.undoes === null ? null : keyOf(row, row.event_position, row.undoes), tries, redrives },
    error: row.last_error === null ? null : { code: row.error_code, detail: row.last_error },
    receiver,
    plannedAt: row.planned_at.toISOString(),
    nextTryAt: row.next_at?.toISOString() ?? null,
    endedAt: row.ended_at?.toISOString() ?? null,
  };
}

/** The state is written out, not a value: the planner sees that a partial index holds. */
const feedSource = ({ state, eventPosition }: ActionFilter): FeedSource => {
  const where = [state === 'all' ? 'true' : `t.state = '${state}'`, ...(eventPosition === null ? [] : ['t.event_position = $6'])];
  return {
    ...{ table: 'actions', logColumn: 'flow', timeColumn: 'planned_at' },
    where: where.join(' and '),
    values: eventPosition === null ? [] : [eventPosition],
    scan: eventPosition === null && !['all', 'planned', 'dead'].includes(state),
    bytes: 'octet_length(t.body)',
  };
};

/** Actions take their positions from the flow's second log; here they go under the flow's name. */
export function readActionFeed(
  pool: Pool,
  filter: ActionFilter,
  reading: { tenant: string; upTo: Positions; after: Positions; limit: number },
): Promise<FeedPage> {
  return readFeed(pool, feedSource(filter), reading);
}

/** Those at the places, in their order. */
export async function readActions(pool: Pool, tenant: string, places: readonly LogPlace[]): Promise<ActionItem[]> {
  if (places.length === 0) return [];
  const { rows } = await pool.query<Row>(
    `select ${COLUMNS} from unnest($2::text[], $3::bigint[]) with ordinality as q(flow, position, nth)
     cross join lateral (select * from actions a where a.tenant = $1 and a.flow = q.flow and a.position = q.position limit 1) a ${ITS_EVENT}
     order by q.nth`,
    [tenant, places.map(({ log }) => log), places.map(({ position }) => position)],
  );
  return rows.map(actionItem);
}

/** With what every try of it sends. */
export async function readAction(pool: Pool, key: ActionKey): Promise<(ActionItem & { readonly message: Record<string, unknown> }) | null> {
  const { tenant, flow, eventPosition, action } = key;
  const { rows } = await pool.query<Row>(`select ${COLUMNS} from (select * from actions where ${THIS_ACTION}) a ${ITS_EVENT}`, [
    tenant,
    flow,
    eventPosition,
    action,
  ]);
  return rows[0] === undefined ? null : { ...actionItem(rows[0]), message: JSON.parse(rows[0].body) as Record<string, unknown> };
}

export interface TakenAction {
  readonly id: string;
  readonly action: string;
  readonly state: ActionState;
  readonly undoes: string | null;
  /** True where it was done, its outcome failed, and nothing has taken it back. */
  readonly stands: boolean;
}

/** What followed from a decision, in the order of taking. */
export async function readTaken(
  pool: Pool,
  { tenant, flow, eventPosition, decision }: Omit<ActionKey, 'action'> & { decision: string },
): Promise<TakenAction[]> {
  const { rows } = await pool.query<Pick<Row, 'key' | 'action' | 'state' | 'undoes'>>(
    'select key, action, state, undoes from actions where tenant = $1 and flow = $2 and event_position = $3 and decision = $4 order by step, action',
    [tenant, flow, eventPosition, decision],
  );
  const failed = rows.some(({ state, undoes }) => undoes === null && state === 'dead');
  const takenBack = new Set(rows.filter(({ state }) => state === 'done').map(({ undoes }) => undoes));
  return rows.map(({ key, action, state, undoes }) => ({
    ...{ id: key, action, state, undoes: undoes === null ? null : keyOf({ tenant, flow }, eventPosition, undoes) },
    stands: failed && undoes === null && state === 'done' && !takenBack.has(action),
  }));
}
