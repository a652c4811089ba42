/** Opens the database with the settings that everything here relies on, and refuses one that would lose what it promised. */
import pg from 'pg';
import { CannotRun, SignalboxError } from '../../domain/errors.ts';

export type Pool = pg.Pool;
export type Client = pg.ClientBase;

/** bigint columns are positions and counts, far below 2^53. */
const INT8 = 20;
pg.types.setTypeParser(INT8, Number);

const STATEMENT_MS = 5000;
/**
 * Longer than the server's own limits: a server that is frozen ends nothing by itself, and nothing but a clock of ours tells it from a slow one.
 * The connection is given up then.
 */
const UNANSWERED_MS = 1000;

/** Seconds, not minutes: a transaction that is frozen or waits longer is in trouble, and its work is retried. */
const SESSION = [
  '-c default_transaction_isolation=read\\ committed',
  '-c idle_in_transaction_session_timeout=3000',
  '-c lock_timeout=4000',
  `-c statement_timeout=${STATEMENT_MS}`,
  // generic plans of the batch statements, made while tables were small, scanned them whole later (tried)
  '-c plan_cache_mode=force_custom_plan',
  '-c standard_conforming_strings=on',
  '-c jit=off',
].join(' ');

/**
 * For the few statements of appending: planned once a connection (planning them anew took longer than running them for a batch of one),
 * and only ever by index, so that a plan made while the tables were small holds when they have grown.
 */
const BY_INDEX = [
  'plan_cache_mode=force_generic_plan',
  ...['seqscan', 'bitmapscan', 'hashjoin', 'mergejoin'].map((way) => `enable_${way}=off`),
]
  .map((setting) => `-c ${setting}`)
  .join(' ');

interface DatabaseOptions {
  /** `application_name`, seen in pg_stat_activity; the watchdog ends only sessions named `signalbox ...`. */
  readonly name: string;
  /** Connections at most; 10. */
  readonly size?: number;
  /** For reports over whole tables; 0 is no limit. 5,000 ms unless told. */
  readonly statementTimeoutMs?: number;
  /** For appending: queries are sent without waiting for the answers of those before, and planned once, by index. */
  readonly appending?: boolean;
}

/** A pool. Idle connections that break are dropped quietly: the next query connects again or fails on its own. */
export function openDatabase(url: string, { name, size = 10, statementTimeoutMs, appending = false }: DatabaseOptions): Pool {
  const unanswered = statementTimeoutMs === 0 ? {} : { query_timeout: (statementTimeoutMs ?? STATEMENT_MS) + UNANSWERED_MS };
  const timeout = statementTimeoutMs === undefined ? [] : [`-c statement_timeout=${statementTimeoutMs}`];
  const options = [SESSION, ...timeout, ...(appending ? [BY_INDEX] : [])].join(' ');
  const pool = new pg.Pool({
    connectionString: url,
    application_name: `signalbox ${name}`,
    max: size,
    connectionTimeoutMillis: 3000,
    ...unanswered,
    options,
    keepAlive: true,
    pipeline: appending,
  });
  // without a listener a dropped idle connection would end the process
  pool.on('error', () => undefined);
  // nor must one that breaks between two statements of a transaction: the next statement fails
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}

/** Refuses a server that answers before a commit is on disk: a 2xx would not be kept. */
export async function assertDurable(pool: Pool): Promise<void> {
  const { rows } = await pool.query<{ name: string; setting: string }>(
    "select name, setting from pg_settings where name in ('fsync', 'synchronous_commit', 'full_page_writes')",
  );
  const off = rows.filter((row) => row.setting === 'off').map((row) => row.name);
  if (off.length > 0) throw new CannotRun(`Cannot accept events on a database that loses commits: ${off.join(', ')} must be on`);
}

/** Whether an error is the connection's or the server's state (worth trying again) rather than the statement's. */
export function isDatabaseAway(error: unknown): boolean {
  const { code, message } = error as { code?: string; message?: string };
  if (code !== undefined) {
    // 08 connection, 57P admin shutdown and start-up, 53 out of resources, 25P0[23] idle or whole transaction timed out
    return /^(08|57P|53|25P0[23]|ECONN|EPIPE|ENOENT|ETIMEDOUT|EAI_AGAIN|ENOTFOUND)/.test(code);
  }
  return /connection|timeout exceeded|Query read timeout|Client (was closed|has encountered)/i.test(message ?? '');
}

const DISK_FULL = '53100';

/** What the caller is told of it: trying again helps. */
export function databaseAway(cause: unknown): SignalboxError {
  const full = (cause as { code?: string }).code === DISK_FULL;
  return new SignalboxError('database-away', full ? 'The database has no space left: nothing can be stored' : undefined, { cause });
}
