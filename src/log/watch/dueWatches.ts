/** Rows of watches whose time has come, and what a look at them leaves. The caller holds the head's lock but for `nextLook`. */
import { shownText } from '../../domain/exposure.ts';
import type { Client, Pool } from '../db/database.ts';

export interface DueWatch {
  readonly subject: string;
  readonly name: string;
  readonly opened: number;
  readonly opened_at: Date;
  readonly due_at: Date;
  readonly correlation: string | null;
  readonly hops: number;
}

export interface WatchesOf {
  readonly tenant: string;
  readonly flow: string;
  readonly names: readonly string[];
}

/** How long until the next row is to be looked at, by the database's clock; null where none is open. */
export async function nextLook(pool: Pool, { tenant, flow, names }: WatchesOf): Promise<number | null> {
  const { rows } = await pool.query<{ wait: number }>(
    `select (extract(epoch from look_at - clock_timestamp()) * 1000)::float8 as wait from watches
     where tenant = $1 and flow = $2 and name = any($3) and look_at < 'infinity' order by look_at limit 1`,
    [tenant, flow, names],
  );
  return rows[0]?.wait ?? null;
}

/** The oldest first. They are nobody else's meanwhile: whoever changes one locks the head first. */
export async function readDue(client: Client, { tenant, flow, names }: WatchesOf, nowMs: number, limit: number): Promise<DueWatch[]> {
  const { rows } = await client.query<DueWatch>(
    `select subject, name, opened, opened_at, due_at, correlation, hops from watches
     where tenant = $1 and flow = $2 and name = any($3) and look_at <= $4 order by look_at limit $5`,
    [tenant, flow, names, new Date(nowMs), limit],
  );
  return rows;
}

export interface Look extends Pick<DueWatch, 'subject' | 'name'> {
  /** Absent: it stays. */
  readonly dueMs?: number;
  /** Null: never again. */
  readonly lookMs: number | null;
  readonly trouble: string | null;
}

const TROUBLE_CHARS_MAX = 500;
const shownTrouble = (trouble: string | null): string | null =>
  trouble === null ? null : shownText(trouble.replaceAll('\u0000', '\ufffd'), TROUBLE_CHARS_MAX);

/** Each row is looked up by its key: a plain join goes through all rows of the flow. */
export async function leaveLooks(
  client: Client,
  { tenant, flow }: Pick<WatchesOf, 'tenant' | 'flow'>,
  looks: readonly Look[],
): Promise<void> {
  if (looks.length === 0) return;
  const instant = (ms: number | null | undefined): Date | null => (ms == null ? null : new Date(ms));
  await client.query(
    `update watches w set due_at = coalesce(q.due_at, w.due_at), look_at = coalesce(q.look_at, 'infinity'), trouble = q.trouble
     from unnest($3::text[], $4::text[], $5::timestamptz[], $6::timestamptz[], $7::text[]) as q(subject, name, due_at, look_at, trouble)
     cross join lateral (select ctid from watches t where t.tenant = $1 and t.flow = $2 and t.subject = q.subject and t.name = q.name limit 1) t
     where w.ctid = t.ctid`,
    [
      ...[tenant, flow, looks.map(({ subject }) => subject), looks.map(({ name }) => name)],
      ...[looks.map(({ dueMs }) => instant(dueMs)), looks.map(({ lookMs }) => instant(lookMs))],
      looks.map(({ trouble }) => shownTrouble(trouble)),
    ],
  );
}
