/** The database as the verbs on it open it: one line where it or its schema is not there, and no time limit on a statement over a whole log. */
import { CannotRun } from '../../domain/errors.ts';
import { openDatabase, type Pool } from '../../log/db/database.ts';
import { assertSchema } from '../../log/db/migrate.ts';

/** Two connections: a report reads in one transaction. */
const CONNECTIONS = 2;

export async function openReport(url: string, name: string): Promise<Pool> {
  const pool = openDatabase(url, { name, size: CONNECTIONS, statementTimeoutMs: 0 });
  try {
    await assertSchema(pool);
    return pool;
  } catch (error) {
    await pool.end();
    throw error instanceof CannotRun
      ? error
      : new CannotRun(`Cannot open the database: ${(error as Error).message || String(error)}`, { cause: error });
  }
}
