/** Notices on their way: found, tried, ended. The row says whether one may be tried, as an action's does. */

import { disableReceiver, type Receiver } from '../actions/receivers.ts';
import { storable, writeCaseLog } from '../log/caseLog.ts';
import type { Pool } from '../log/db/database.ts';
import type { ApprovalKey } from './approval.ts';
import type { NoticeKind } from './notices.ts';

export interface NoticeKey {
  readonly tenant: string;
  /** Its id: `ntc_...`. */
  readonly key: string;
}

/** What Temporal was not told of, or told long ago: one whose next try is later is under way. */
const TOLD_AGAIN_SECONDS = 120;

export async function findUntold(pool: Pool, limit: number): Promise<NoticeKey[]> {
  const { rows } = await pool.query<NoticeKey>(
    `select tenant, key from notices where state = 'waiting' and told_at < now() - interval '${TOLD_AGAIN_SECONDS} s' and not_before <= now()
     order by told_at limit $1`,
    [limit],
  );
  return rows;
}

export async function markTold(pool: Pool, { tenant, key }: NoticeKey): Promise<void> {
  await pool.query('update notices set told_at = now() where tenant = $1 and key = $2', [tenant, key]);
}

export interface KeptNotice {
  readonly approval: ApprovalKey;
  readonly kind: NoticeKind;
  readonly channel: 'webhook' | 'mail';
  readonly recipient: string | null;
  readonly body: string;
  readonly tries: number;
}

export type NoticeTry =
  /** It is this caller's turn, for `leaseMs`; `notice.tries` counts it. `atMs` is the database's clock. */
  | { readonly turn: 'now'; readonly atMs: number; readonly notice: KeptNotice }
  | { readonly turn: 'later'; readonly waitMs: number }
  | { readonly turn: 'over' };

/** Counts a try and takes the turn in one statement, so that two tries are never in the air at once. Null: no such notice. */
export async function beginNoticeTry(pool: Pool, { tenant, key }: NoticeKey, leaseMs: number): Promise<NoticeTry | null> {
  const begun = await pool.query<Omit<KeptNotice, 'approval'> & { now_ms: number; flow: string; event_position: number; turn: number }>(
    `update notices set tries = tries + 1, not_before = now() + $3 * interval '1 ms'
    where tenant = $1 and key = $2 and state = 'waiting' and not_before <= now() returning (extract(epoch from clock_timestamp()) * 1000)::float8 as now_ms, flow, event_position, turn, kind, channel, recipient, body, tries`,
    [tenant, key, leaseMs],
  );
  const row = begun.rows[0];
  if (row !== undefined) {
    const { now_ms: atMs, flow, event_position: eventPosition, turn, ...notice } = row;
    return { turn: 'now', atMs, notice: { ...notice, approval: { tenant, flow, eventPosition, turn } } };
  }
  const { rows } = await pool.query<{ state: string; wait_ms: number }>(
    'select state, greatest(0, extract(epoch from not_before - now()) * 1000)::float8 as wait_ms from notices where tenant = $1 and key = $2',
    [tenant, key],
  );
  if (rows[0] === undefined) return null;
  return rows[0].state === 'waiting' ? { turn: 'later', waitMs: Math.ceil(rows[0].wait_ms) } : { turn: 'over' };
}

/** Ends a try that failed: the next one waits for the schedule. */
export async function failNoticeTry(pool: Pool, { tenant, key }: NoticeKey, failed: { error: string; waitMs: number }): Promise<void> {
  await pool.query(`update notices set last_error = $3, not_before = now() + $4 * interval '1 ms' where tenant = $1 and key = $2`, [
    ...[tenant, key, storable(failed.error), failed.waitMs],
  ]);
}

/** `late`: the approval had ended before it could be sent. */
export type NoticeEnd = 'sent' | 'failed' | 'late';

export interface HowNoticeEnded {
  readonly state: NoticeEnd;
  readonly error: string | null;
  /** Who wants nothing more. */
  readonly gone?: Receiver;
}

/** Ends a notice; that one failed is on the timeline. Again: changes nothing. */
export async function endNotice(
  pool: Pool,
  { tenant, key, approval }: NoticeKey & { readonly approval: ApprovalKey & { readonly id: string; readonly subject: string } },
  { state, error, gone }: HowNoticeEnded,
): Promise<void> {
  const END = "update notices set state = $3, last_error = $4, ended_at = now() where tenant = $1 and key = $2 and state = 'waiting'";
  const values = [tenant, key, state, error === null ? null : storable(error)];
  if (state !== 'failed') {
    await pool.query(END, values);
    return;
  }
  const { eventPosition, subject, id } = approval;
  await writeCaseLog(pool, approval, async (log) => {
    const { rows } = await log.client.query<{ kind: string; channel: string; tries: number }>(
      `${END} returning kind, channel, tries`,
      values,
    );
    if (rows[0] === undefined) return;
    const title = `Nobody could be told by ${rows[0].channel}: ${rows[0].kind}`;
    const detail = { approval: id, notice: key, ...rows[0], error };
    await log.record([{ kind: 'approval', eventPosition, subject, key, title, detail }]);
    if (gone !== undefined) await disableReceiver(log, gone, `answered 410 to ${key}`);
  });
}
