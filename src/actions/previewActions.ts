/** Tells what sending many again would do, before it is done: reads in a transaction that may not write. Nobody knows whether a receiver takes it this time. */
import type { CaseIds } from '../log/caseIds.ts';
import type { Client, Pool } from '../log/db/database.ts';
import type { Refused } from '../wire/preview.ts';
import type { ActionKey } from './actions.ts';
import { actionTag, GIVEN_UP_COLUMNS, type GivenUpRow, readReceiverOf, refusalOf } from './redriveAction.ts';

const COUNTED_MAX = 10_000;
const GROUPS_MAX = 50;

export interface ActionFilter {
  readonly tenant: string;
  /** Null: all that fit the rest. */
  readonly actions: readonly ActionKey[] | null;
  readonly state: 'dead' | 'not-sent';
  readonly flow: string | null;
  readonly action: string | null;
  /** Of the last error. */
  readonly code: string | null;
  readonly after: ActionKey | null;
  readonly limit: number;
}

type Row = GivenUpRow & {
  key: string;
  flow: string;
  event_position: number;
  action: string;
  last_error: string | null;
  error_code: string | null;
  /** Others of its outcome that come back with it. */
  brings: string[];
};

export interface PreviewedAction {
  readonly row: Row;
  /** The key of one before it that brings it. */
  readonly comesWith: string | null;
  readonly refused: Refused | null;
  readonly etag: string;
}

export interface ActionsPreviewed {
  readonly items: readonly PreviewedAction[];
  readonly groups: readonly { flow: string; name: string; code: string | null; count: number }[];
  readonly total: { readonly count: number; readonly more: boolean };
  readonly more: boolean;
}

interface PreviewDeps {
  readonly pool: Pool;
  readonly caseIds: CaseIds;
  /** Whom actions go to now; null where that is not known here. */
  readonly receiver: string | null;
}

export async function previewActions({ pool, caseIds, receiver }: PreviewDeps, asked: ActionFilter): Promise<ActionsPreviewed> {
  const client = await pool.connect();
  try {
    await client.query('begin isolation level repeatable read read only');
    const found = await readGivenUp(client, asked);
    const rows = found.slice(0, asked.limit);
    const busy = await busyCases(
      client,
      asked.tenant,
      rows.map((row) => caseIds.of({ tenant: asked.tenant, ...row })),
    );
    const items: PreviewedAction[] = [];
    for (const row of rows) {
      const comesWith = items.find((item) => item.refused === null && item.comesWith === null && brings(item.row, row))?.row.key ?? null;
      const refusal = refusalOf(row, await readReceiverOf(client, asked.tenant, receiver ?? row.receiver));
      const waits = refusal === null && busy.has(caseIds.of({ tenant: asked.tenant, ...row }));
      const refused = waits ? CASE_BUSY : refusal === null ? null : { code: refusal.code, detail: refusal.message };
      items.push({ row, comesWith, refused, etag: actionTag(row.key, row) });
    }
    const { groups, total } = await readGroups(client, asked);
    await client.query('rollback');
    client.release();
    return { items, groups, total, more: found.length > rows.length };
  } catch (error) {
    client.release(true);
    throw error;
  }
}

const CASE_BUSY: Refused = { code: 'case-busy', detail: 'The case has not acknowledged its last signal yet' };

const brings = (one: Row, other: Row): boolean =>
  one.flow === other.flow && one.event_position === other.event_position && one.brings.includes(other.action);

const FITS = `a.tenant = $1 and ($2::text is null or a.flow = $2) and ($3::text is null or a.action = $3) and ($4::text is null or a.error_code = $4)`;
const COLUMNS = `a.key, a.flow, a.event_position, a.action, a.last_error, a.error_code, ${GIVEN_UP_COLUMNS},
    case when a.undoes is not null or a.asked then '{}'::text[] else array(select o.action from actions o
      where o.tenant = a.tenant and o.flow = a.flow and o.event_position = a.event_position and o.undoes is null and not o.asked and o.action <> a.action
        and ((a.state = 'dead' and o.state = 'skipped' and o.step > a.step) or (a.state = 'not-sent' and o.state = 'not-sent'))
      order by o.step, o.action) end as brings`;
/** The state is written out, not a value: the planner sees that the partial index of the dead holds. */
const byFilter = (state: ActionFilter['state']): string => `select ${COLUMNS} from actions a
    where ${FITS} and a.state = '${state}' and (a.flow, a.event_position, a.action) > ($5, $6, $7) order by a.flow, a.event_position, a.action limit $8`;
const DEAD = byFilter('dead');
const NOT_SENT = byFilter('not-sent');
const BY_KEY = `select ${COLUMNS} from unnest($2::text[], $3::bigint[], $4::text[]) as q(flow, event_position, action)
  cross join lateral (select * from actions a
    where a.tenant = $1 and a.flow = q.flow and a.event_position = q.event_position and a.action = q.action limit 1) a
  order by a.flow, a.event_position, a.action`;

async function readGivenUp(client: Client, { tenant, actions, state, flow, action, code, after, limit }: ActionFilter): Promise<Row[]> {
  if (actions !== null) {
    const column = <Value>(of: (key: ActionKey) => Value): Value[] => actions.map(of);
    const { rows } = await client.query<Row>(BY_KEY, [
      tenant,
      column((a) => a.flow),
      column((a) => a.eventPosition),
      column((a) => a.action),
    ]);
    return rows;
  }
  const behind = [after?.flow ?? '', after?.eventPosition ?? 0, after?.action ?? ''];
  const values = [tenant, flow, action, code, ...behind, limit + 1];
  const { rows } = state === 'dead' ? await client.query<Row>(DEAD, values) : await client.query<Row>(NOT_SENT, values);
  return rows;
}

async function busyCases(client: Client, tenant: string, caseIds: readonly string[]): Promise<Set<string>> {
  const { rows } = await client.query<{ case_id: string }>(
    'select case_id from deliveries where tenant = $1 and case_id = any($2::text[]) and sent > taken',
    [tenant, caseIds],
  );
  return new Set(rows.map(({ case_id: caseId }) => caseId));
}

/** How many fit, the most first; of actions by their ids: none. */
async function readGroups(client: Client, { tenant, actions, state, flow, action, code }: ActionFilter) {
  if (actions !== null) return { groups: [], total: { count: actions.length, more: false } };
  const { rows } = await client.query<{ flow: string; name: string; code: string | null; count: number; total: number }>(
    `select a.flow, a.action as name, a.error_code as code, count(*)::int as count, (sum(count(*)) over ())::int as total
     from (select a.flow, a.action, a.error_code from actions a where ${FITS} and a.state = $5 limit ${COUNTED_MAX + 1}) a
     group by a.flow, a.action, a.error_code order by count(*) desc, a.flow, a.action, a.error_code limit ${GROUPS_MAX}`,
    [tenant, flow, action, code, state],
  );
  const total = rows[0]?.total ?? 0;
  return { groups: rows.map(({ total: _, ...group }) => group), total: { count: Math.min(total, COUNTED_MAX), more: total > COUNTED_MAX } };
}
