/** What the log says of machines that fell silent, held against what they did. */
import type { Pool } from '../../src/log/db/database.ts';

export interface Silence {
  readonly id: string;
  readonly subject: string;
  /** Of its acceptance. */
  readonly atMs: number;
  /** From the due time to the acceptance. */
  readonly lateMs: number;
  /** From the last heartbeat's acceptance to the due time. */
  readonly quietMs: number;
}

export async function readSilences(pool: Pool, log: string): Promise<Silence[]> {
  const { rows } = await pool.query<{ id: string; subject: string; accepted_at: Date; body: string; last: Date }>(
    `select e.id, e.subject, e.accepted_at, b.body, (
       select max(h.accepted_at) from entries h where h.tenant = e.tenant and h.log = e.log and h.subject = e.subject and h.type = 'machine.heartbeat') as last
     from entries e join bodies b using (tenant, log, position)
     where e.log = $1 and e.type = 'machine.silent' order by e.position`,
    [log],
  );
  return rows.map(({ id, subject, accepted_at: acceptedAt, body, last }) => {
    const dueMs = Date.parse((JSON.parse(body) as { data: { due: string } }).data.due);
    return { id, subject, atMs: acceptedAt.getTime(), lateMs: acceptedAt.getTime() - dueMs, quietMs: dueMs - last.getTime() };
  });
}

/** Rows of `watches` that were written since the database was made, as PostgreSQL counts them. */
export async function readWatchWrites(pool: Pool): Promise<{ inserted: number; updated: number; deleted: number }> {
  const { rows } = await pool.query<{ inserted: number; updated: number; deleted: number }>(
    `select n_tup_ins::int as inserted, n_tup_upd::int as updated, n_tup_del::int as deleted from pg_stat_user_tables where relname = 'watches'`,
  );
  return rows[0] ?? { inserted: 0, updated: 0, deleted: 0 };
}
