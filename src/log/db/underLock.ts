/** One transaction that begins by waiting for a lock, with an end for whoever is frozen while holding it. */
import type { PoolClient } from 'pg';
import { databaseAway, isDatabaseAway, type Pool } from './database.ts';
import { watchBlockers } from './watchdog.ts';

/** Locked too long, cancelled or picked as a deadlock's victim: the same work may succeed when tried again. */
const AGAIN: ReadonlySet<string> = new Set(['55P03', '57014', '40P01', '40001']);

/**
 * `work` begins the transaction with its lock and does all that belongs to it; then it is committed. Nothing of one that throws is kept.
 * Throws SignalboxError `database-away` where trying again helps, which the SQL states in `again` say too.
 */
export async function underLock<Result>(
  pool: Pool,
  work: (client: PoolClient) => Promise<Result>,
  again: readonly string[] = [],
): Promise<Result> {
  let client: PoolClient | undefined;
  let unwatch: (() => void) | undefined;
  try {
    client = await pool.connect();
    unwatch = watchBlockers(pool, client);
    const result = await work(client);
    await client.query('commit');
    client.release();
    return result;
  } catch (error) {
    // a connection in doubt is closed, which rolls back; a server that is frozen would not answer that either
    const kept =
      !isDatabaseAway(error) &&
      (await client?.query('rollback').then(
        () => true,
        () => false,
      ));
    client?.release(kept !== true);
    const { code = '' } = error as { code?: string };
    if (isDatabaseAway(error) || AGAIN.has(code) || again.includes(code)) throw databaseAway(error);
    throw error;
  } finally {
    unwatch?.();
  }
}
