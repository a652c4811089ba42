/** The database as the reports open it: one line where it is not there, and no time limit on a statement over a whole log. */
import { CannotRun } from '../errors.ts';
import { openDatabase, type Pool } from '../log/database.ts';

/** Two connections: a report reads in one transaction. */
const CONNECTIONS = 2;

export async function openReport(url: string, name: string): Promise<Pool> {
  const pool = openDatabase(url, { name, size: CONNECTIONS, statementTimeoutMs: 0 });
  try {
    const { rows } = await pool.query<{ found: string | null }>("select to_regclass('heads') as found");
    if (rows[0]?.found == null) throw new CannotRun('Cannot use this database as it has no Signalbox tables: start Signalbox on it first');
    return pool;
  } catch (error) {
    await pool.end();
    throw error instanceof CannotRun
      ? error
      : new CannotRun(`Cannot open the database: ${(error as Error).message || String(error)}`, { cause: error });
  }
}
