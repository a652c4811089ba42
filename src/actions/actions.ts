/**
 * Outside effects as rows: planned with their key and their bytes, ended once. The row, not the run, says whether an action may be tried:
 * a terminated run may leave a try in the air behind it.
 */
import { actionId, eventId } from '../domain/ids.ts';
import { type CaseLogWriter, storable } from '../log/caseLog.ts';
import type { Client, Pool } from '../log/db/database.ts';
import type { ActionState } from '../wire/action.ts';

export interface ActionKey {
  readonly tenant: string;
  readonly flow: string;
  readonly eventPosition: number;
  readonly action: string;
}

/** How a try may end an action. */
export type ActionEnd = 'done' | 'not-sent' | 'dead';
export interface KeptAction {
  readonly state: ActionState;
  /** The idempotency key: the same at every try. */
  readonly key: string;
  /** What every try sends, byte for byte. */
  readonly body: string;
  /** Since it was planned, or tried anew. */
  readonly tries: number;
  readonly lastError: string | null;
}

/** A row as it is planned. */
export interface NewAction {
  readonly action: string;
  readonly eventPosition: number;
  readonly subject: string;
  /** The decision that it follows from, and what of it is told. */
  readonly decision: string;
  readonly told: { readonly outcome: string; readonly result: unknown };
  readonly timestamp: string;
  /** In this order they are taken. */
  readonly step: number;
  readonly undo: string | null;
  readonly undoes: string | null;
  readonly limit: { readonly field: string; readonly max: number } | null;
  /** A story asked for it: it is no step of its outcome's saga. */
  readonly asked?: true;
  readonly state: 'planned' | 'refused' | 'skipped';
  readonly error: { readonly code: string; readonly said: string } | null;
}

export const keyOf = ({ tenant, flow }: Pick<ActionKey, 'tenant' | 'flow'>, position: number, action: string): string =>
  actionId({ tenant, log: flow, position }, action);

function bodyOf({ tenant, flow }: CaseLogWriter, { action, eventPosition, decision, subject, told, timestamp, undoes }: NewAction): string {
  const event = eventId({ tenant, log: flow, position: eventPosition });
  const undone = undoes === null ? {} : { undoes: keyOf({ tenant, flow }, eventPosition, undoes) };
  const { outcome, result } = told;
  return JSON.stringify({
    type: `${flow}.${action}`,
    timestamp,
    data: { action, flow, subject, event, decision, outcome, result, ...undone },
  });
}

/** Each takes a position of the log, for the list. The caller knows that none of them is there yet. */
export async function insertActions(log: CaseLogWriter, actions: readonly NewAction[]): Promise<void> {
  if (actions.length === 0) return;
  const column = <Value>(of: (action: NewAction) => Value): Value[] => actions.map(of);
  await log.client.query(
    `insert into actions (tenant, flow, position, planned_at, ended_at, event_position, action, key, decision, subject, state, body,
      step, undo, undoes, limit_field, limit_max, last_error, error_code, asked)
    select $1, $2, $3::bigint + q.nth, $4::timestamptz, case when q.state <> 'planned' then $4::timestamptz end, q.event_position, q.action, q.key, q.decision,
      q.subject, q.state, q.body, q.step, q.undo, q.undoes, q.limit_field, q.limit_max, q.last_error, q.error_code, q.asked
    from unnest($5::bigint[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[], $12::smallint[], $13::text[], $14::text[], $15::text[],
      $16::float8[], $17::text[], $18::text[], $19::bool[]) with ordinality
      as q(event_position, action, key, decision, subject, state, body, step, undo, undoes, limit_field, limit_max, last_error, error_code, asked, nth)`,
    [
      ...[log.tenant, log.flow, log.draw(actions.length), log.at],
      ...[column((a) => a.eventPosition), column((a) => a.action), column((a) => keyOf(log, a.eventPosition, a.action))],
      ...[column((a) => a.decision), column((a) => a.subject), column((a) => a.state), column((a) => bodyOf(log, a))],
      ...[column((a) => a.step), column((a) => a.undo), column((a) => a.undoes)],
      ...[column((a) => a.limit?.field ?? null), column((a) => a.limit?.max ?? null)],
      ...[column((a) => a.error?.said ?? null), column((a) => a.error?.code ?? null), column((a) => a.asked === true)],
    ],
  );
}

/** What of an event's actions is left to be taken, in order, and which ended badly. */
export interface Standing {
  readonly planned: string[];
  readonly failed: string[];
}

export async function readStanding(
  client: Client | Pool,
  { tenant, flow }: Pick<ActionKey, 'tenant' | 'flow'>,
  positions: readonly number[],
): Promise<Map<number, Standing>> {
  const { rows } = await client.query<{ event_position: number; action: string; planned: boolean }>(
    `select event_position, action, state = 'planned' as planned from actions
    where tenant = $1 and flow = $2 and event_position = any($3::bigint[]) and state in ('planned', 'dead', 'refused') order by event_position, step, action`,
    [tenant, flow, positions],
  );
  const named = (position: number, planned: boolean): string[] =>
    rows.filter((row) => row.event_position === position && row.planned === planned).map(({ action }) => action);
  return new Map(positions.map((position) => [position, { planned: named(position, true), failed: named(position, false) }]));
}

/** Of those events that have actions to be taken: these, in order. */
export async function readPlanned(
  pool: Pool,
  of: Pick<ActionKey, 'tenant' | 'flow'>,
  positions: readonly number[],
): Promise<{ position: number; actions: string[] }[]> {
  const standing = await readStanding(pool, of, positions);
  return [...standing].flatMap(([position, { planned }]) => (planned.length === 0 ? [] : [{ position, actions: planned }]));
}

interface Row {
  state: ActionState;
  key: string;
  body: string;
  tries: number;
  last_error: string | null;
  now_ms: number;
  wait_ms: number;
  behind: boolean;
}

const RETURNED = `(extract(epoch from clock_timestamp()) * 1000)::float8 as now_ms, state, key, body, tries, last_error, case when not_before > now() then extract(epoch from not_before - now()) * 1000 else 0 end::float8 as wait_ms`;
export const THIS_ACTION = 'tenant = $1 and flow = $2 and event_position = $3 and action = $4';
const BEHIND = `exists (select from actions b where b.tenant = a.tenant and b.flow = a.flow and b.event_position = a.event_position and b.step < a.step and b.state = 'planned')`;

const keptAction = ({ state, key, body, tries, last_error: lastError }: Row): KeptAction => ({ state, key, body, tries, lastError });

/** A try that has not said how it went is given this long: its timeout, and time to record it. */
export const TRY_LEASE_MS = 40_000;

export type Try =
  /** It is this caller's turn, for `leaseMs`; `action.tries` counts it. `atMs` is the database's clock. */
  | { readonly turn: 'now'; readonly atMs: number; readonly action: KeptAction }
  | { readonly turn: 'later'; readonly waitMs: number; readonly action: KeptAction }
  /** One before it is to be taken first: it was sent again, or whoever asks has an old list. */
  | { readonly turn: 'behind'; readonly action: KeptAction }
  | { readonly turn: 'over'; readonly action: KeptAction };

/** Counts a try and takes the turn in one statement, so that two tries are never in the air at once. Null: no such action. */
export async function beginTry(
  pool: Pool,
  { tenant, flow, eventPosition, action }: ActionKey,
  { leaseMs, receiver }: { leaseMs: number; receiver: string | null },
): Promise<Try | null> {
  const key = [tenant, flow, eventPosition, action];
  const begun = await pool.query<Row>(
    `update actions a set tries = tries + 1, not_before = now() + $5 * interval '1 ms', receiver = $6
    where ${THIS_ACTION} and state = 'planned' and not_before <= now() and not ${BEHIND} returning ${RETURNED}, false as behind`,
    [...key, leaseMs, receiver],
  );
  if (begun.rows[0] !== undefined) return { turn: 'now', atMs: begun.rows[0].now_ms, action: keptAction(begun.rows[0]) };
  const { rows } = await pool.query<Row>(`select ${RETURNED}, ${BEHIND} as behind from actions a where ${THIS_ACTION}`, key);
  const row = rows[0];
  if (row === undefined) return null;
  const kept = keptAction(row);
  if (row.state !== 'planned') return { turn: 'over', action: kept };
  return row.behind ? { turn: 'behind', action: kept } : { turn: 'later', waitMs: Math.ceil(row.wait_ms), action: kept };
}

/** Ends a try that failed: the next one waits for the schedule. */
export async function failTry(
  pool: Pool,
  { tenant, flow, eventPosition, action }: ActionKey,
  { error, waitMs }: { error: string; waitMs: number },
): Promise<void> {
  await pool.query(
    `update actions set last_error = $5, not_before = now() + $6 * interval '1 ms' where ${THIS_ACTION} and state = 'planned'`,
    [...[tenant, flow, eventPosition, action, storable(error), waitMs]],
  );
}
