/**
 * Outside effects as rows: planned with their key and their bytes in the transaction that decides, ended once.
 * The row, not the run, says whether an action may be tried: a terminated run may leave a try in the air behind it.
 */
import type { Decision } from '../decision.ts';
import { actionId, eventId } from '../ids.ts';
import { type CaseLogWriter, storable, writeCaseLog } from './caseLog.ts';
import type { Pool } from './database.ts';
import { settleMail } from './settleMail.ts';

export interface ActionKey {
  readonly tenant: string;
  readonly flow: string;
  readonly eventPosition: number;
  readonly action: string;
}

export type ActionEnd = 'done' | 'not-sent' | 'dead';

export interface KeptAction {
  readonly state: 'planned' | ActionEnd;
  /** The idempotency key: the same at every try. */
  readonly key: string;
  /** What every try sends, byte for byte. */
  readonly body: string;
  readonly tries: number;
  readonly lastError: string | null;
}

export interface PlannedAction {
  readonly action: string;
  readonly eventPosition: number;
  readonly subject: string;
  readonly decision: Decision;
}

/** Plans actions, each once: what is planned or ended already stays as it is. */
export async function planActions(log: CaseLogWriter, planned: readonly PlannedAction[]): Promise<void> {
  const { tenant, flow } = log;
  if (planned.length === 0) return;
  const bodies = planned.map(({ action, eventPosition, subject, decision }) => {
    const event = eventId({ tenant, log: flow, position: eventPosition });
    const { id, outcome, result, at: timestamp } = decision;
    return JSON.stringify({ type: `${flow}.${action}`, timestamp, data: { action, flow, subject, event, decision: id, outcome, result } });
  });
  await log.client.query(
    `insert into actions (tenant, flow, event_position, action, key, decision, subject, state, body, planned_at)
    select $1, $2, q.position, q.action, q.key, q.decision, q.subject, 'planned', q.body, $3::timestamptz
    from unnest($4::bigint[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[]) as q(position, action, key, decision, subject, body)
    on conflict do nothing`,
    [
      ...[tenant, flow, log.at, planned.map(({ eventPosition }) => eventPosition), planned.map(({ action }) => action)],
      planned.map(({ action, eventPosition }) => actionId({ tenant, log: flow, position: eventPosition }, action)),
      ...[planned.map(({ decision }) => decision.id), planned.map(({ subject }) => subject), bodies],
    ],
  );
}

interface Row {
  state: KeptAction['state'];
  key: string;
  body: string;
  tries: number;
  last_error: string | null;
  wait_ms: number;
}

const RETURNED = `state, key, body, tries, last_error, greatest(0, extract(epoch from not_before - now()) * 1000)::float8 as wait_ms`;
const THIS = 'tenant = $1 and flow = $2 and event_position = $3 and action = $4';

const keptAction = ({ state, key, body, tries, last_error: lastError }: Row): KeptAction => ({ state, key, body, tries, lastError });

export type Try =
  /** It is this caller's turn, for `leaseMs`; `action.tries` counts it. */
  | { readonly turn: 'now'; readonly action: KeptAction }
  | { readonly turn: 'later'; readonly waitMs: number; readonly action: KeptAction }
  | { readonly turn: 'over'; readonly action: KeptAction };

/** Counts a try and takes the turn in one statement, so that two tries are never in the air at once. Null: no such action. */
export async function beginTry(pool: Pool, { tenant, flow, eventPosition, action }: ActionKey, leaseMs: number): Promise<Try | null> {
  const key = [tenant, flow, eventPosition, action];
  const begun = await pool.query<Row>(
    `update actions set tries = tries + 1, not_before = now() + $5 * interval '1 ms' where ${THIS} and state = 'planned' and not_before <= now() returning ${RETURNED}`,
    [...key, leaseMs],
  );
  if (begun.rows[0] !== undefined) return { turn: 'now', action: keptAction(begun.rows[0]) };
  const { rows } = await pool.query<Row>(`select ${RETURNED} from actions where ${THIS}`, key);
  const row = rows[0];
  if (row === undefined) return null;
  return row.state === 'planned'
    ? { turn: 'later', waitMs: Math.ceil(row.wait_ms), action: keptAction(row) }
    : { turn: 'over', action: keptAction(row) };
}

/** Ends a try that failed: the next one waits for the schedule. */
export async function failTry(
  pool: Pool,
  { tenant, flow, eventPosition, action }: ActionKey,
  { error, waitMs }: { error: string; waitMs: number },
): Promise<void> {
  await pool.query(`update actions set last_error = $5, not_before = now() + $6 * interval '1 ms' where ${THIS} and state = 'planned'`, [
    ...[tenant, flow, eventPosition, action, storable(error), waitMs],
  ]);
}

const TITLES: Record<ActionEnd, string> = {
  done: 'done',
  'not-sent': 'not sent, as no webhook address is configured',
  dead: 'given up, it is a dead letter',
};

/** Ends an action for good, puts it on the timeline and settles its event when nothing else of it is open. Again: changes nothing. */
export async function endAction(
  pool: Pool,
  key: ActionKey & { caseId: string },
  { state, error }: { state: ActionEnd; error: string | null },
): Promise<void> {
  const { tenant, flow, eventPosition, action } = key;
  await writeCaseLog(pool, key, async (log) => {
    const { rows } = await log.client.query<{ subject: string; key: string; tries: number; decision: string }>(
      `update actions set state = $5, last_error = $6, ended_at = $7 where ${THIS} and state = 'planned' returning subject, key, tries, decision`,
      [tenant, flow, eventPosition, action, state, error === null ? null : storable(error), log.at],
    );
    const ended = rows[0];
    if (ended === undefined) return;
    const detail = { action, key: ended.key, state, tries: ended.tries, decision: ended.decision, ...(error === null ? {} : { error }) };
    await log.record([
      { kind: 'action', eventPosition, subject: ended.subject, key: `action ${ended.key}`, title: `${action}: ${TITLES[state]}`, detail },
    ]);
    await settleMail(log, key, [eventPosition]);
  });
}
