/** Ends whoever is frozen while it holds a log's head. */
import type { Client, Pool } from './database.ts';

const STUCK_MS = 2000;

const END_STUCK = `select pg_terminate_backend(pid) from pg_stat_activity
  where pid = any(pg_blocking_pids($1)) and wait_event = 'ClientRead' and application_name like 'signalbox %' and state_change < now() - interval '${STUCK_MS} ms'`;

/**
 * While the client waits, ends the session that blocks it when that one is stuck in the middle of a message: its process is frozen,
 * PostgreSQL waits for the rest of what it was sending, and none of the timeouts runs (tried). Only our own sessions are ended.
 * Gives the call that ends the watch.
 */
export function watchBlockers(pool: Pool, client: Client): () => void {
  const { processID } = client as unknown as { processID: number };
  // when this fails the database is away, and whoever waits finds out
  const timer = setInterval(() => void pool.query(END_STUCK, [processID]).catch(() => undefined), STUCK_MS);
  return () => clearInterval(timer);
}
