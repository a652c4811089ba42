/** One process at a time reads a stream: an advisory lock of the database says which. */
import pg from 'pg';
import type { Pool } from '../db/database.ts';

/** Any fixed number, the same in every version. */
const STREAM_LOCK = 0x51b1;

/** The numbers of those that some process reads. */
export async function heldStreams(pool: Pool): Promise<ReadonlySet<number>> {
  const { rows } = await pool.query<{ number: number }>(
    `select objid::int as number from pg_locks
    where locktype = 'advisory' and classid = $1 and granted and database = (select oid from pg_database where datname = current_database())`,
    [STREAM_LOCK],
  );
  return new Set(rows.map(({ number }) => number));
}

/** Which streams a process reads: one connection whose locks go with it, so a killed process holds nothing. */
export class StreamLocks {
  readonly #url: string;
  #client: pg.Client | null = null;
  readonly #lost: () => void;

  /** `lost`: others may read now what was held here. */
  constructor(url: string, lost: () => void) {
    this.#url = url;
    this.#lost = lost;
  }

  async take(number: number): Promise<boolean> {
    const client = this.#client ?? (await this.#connect());
    const { rows } = await client.query<{ got: boolean }>('select pg_try_advisory_lock($1, $2) as got', [STREAM_LOCK, number]);
    return rows[0]?.got === true;
  }

  async give(number: number): Promise<void> {
    await this.#client?.query('select pg_advisory_unlock($1, $2)', [STREAM_LOCK, number]);
  }

  async #connect(): Promise<pg.Client> {
    const client = new pg.Client({
      connectionString: this.#url,
      application_name: 'signalbox streams',
      connectionTimeoutMillis: 3000,
      keepAlive: true,
    });
    const gone = (): void => {
      if (this.#client !== client) return;
      this.#client = null;
      this.#lost();
    };
    client.on('error', gone);
    client.on('end', gone);
    await client.connect();
    this.#client = client;
    return client;
  }

  async close(): Promise<void> {
    const client = this.#client;
    this.#client = null;
    await client?.end();
  }
}
