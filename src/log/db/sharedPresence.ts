/**
 * Who is live: an ingress holds a shared advisory lock while it lives. The lock goes with its connection, so a killed one leaves nothing
 * behind.
 */

import pg from 'pg';
import { BackOff } from '../../domain/backOff.ts';

const RECONNECT = { firstMs: 500, maxMs: 5000 };
/** Any fixed numbers, the same in every version: who is live, and who is just switching. */
const LIVE_LOCK = [0x51b0, 1];
const SWITCH_LOCK = [0x51b0, 2];

/** Keeps the shared lock over reconnects: a database that restarts forgets it. */
export class SharedPresence {
  readonly #url: string;
  #client: pg.Client | null = null;
  #closed = false;
  #timer: NodeJS.Timeout | undefined;
  readonly #backOff = new BackOff(RECONNECT);

  constructor(url: string) {
    this.#url = url;
  }

  /** Holding the switch lock: the caller gives it back by `switched`. */
  async open(): Promise<{ first: boolean; connection: pg.Client }> {
    const client = await this.#connect();
    await client.query('select pg_advisory_lock($1, $2)', SWITCH_LOCK);
    const alone = await client.query<{ got: boolean }>('select pg_try_advisory_lock($1, $2) as got', LIVE_LOCK);
    const first = alone.rows[0]?.got === true;
    await this.#share(client);
    if (first) await client.query('select pg_advisory_unlock($1, $2)', LIVE_LOCK);
    return { first, connection: client };
  }

  async #connect(): Promise<pg.Client> {
    const client = new pg.Client({
      connectionString: this.#url,
      application_name: 'signalbox presence',
      connectionTimeoutMillis: 3000,
      keepAlive: true,
    });
    client.on('error', () => this.#again());
    client.on('end', () => this.#again());
    await client.connect();
    this.#client = client;
    return client;
  }

  async switched(connection: pg.Client): Promise<void> {
    await connection.query('select pg_advisory_unlock($1, $2)', SWITCH_LOCK);
  }

  async #share(client: pg.Client): Promise<void> {
    await client.query('select pg_advisory_lock_shared($1, $2)', LIVE_LOCK);
  }

  #again(): void {
    if (this.#closed || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#connect()
        .then((client) => this.#share(client))
        .then(() => this.#backOff.reset())
        .catch(() => this.#again());
    }, this.#backOff.next());
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#client?.end();
  }
}
