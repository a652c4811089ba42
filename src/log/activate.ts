/**
 * What folds a log is written in the log: the code and the policy, each switched on by an entry, so that a rebuild folds each
 * event with what held then.
 *
 * An ingress holds a shared advisory lock while it lives; the lock goes with its connection, so a killed one leaves nothing
 * behind. Only a process that finds no other holder switches its own code and policy on by itself.
 */
import pg from 'pg';
import type { Flow } from '../flow.ts';
import { UNROUTED } from '../ids.ts';
import type { Client, Pool } from './database.ts';
import { lockHead } from './head.ts';
import { Policies } from './policies.ts';

/** Any fixed numbers, the same in every version: who is live, and who is just switching. */
const LIVE_LOCK = [0x51b0, 1];
const SWITCH_LOCK = [0x51b0, 2];

export interface Activation {
  readonly flow: string;
  readonly what: 'code' | 'policy';
  readonly from: string | null;
  readonly to: string;
}

/** Appends the entries that switch this flow's code and policy on, where they differ from what the head has. */
export async function activateFlow(pool: Pool, tenant: string, flow: Flow): Promise<Activation[]> {
  const client = await pool.connect();
  const done: Activation[] = [];
  try {
    const policy = await new Policies().store(client, tenant, flow);
    await ensureHead(client, tenant, flow.name);
    const head = await lockHead(client, tenant, flow.name);
    if (head.code !== flow.code) done.push({ flow: flow.name, what: 'code', from: head.code, to: flow.code });
    if (head.policy !== policy.version) done.push({ flow: flow.name, what: 'policy', from: head.policy, to: policy.version });
    for (const [at, { what, to }] of done.entries()) {
      await client.query('insert into entries (tenant, log, position, kind, accepted_at, note) values ($1, $2, $3, $4, now(), $5)', [
        tenant,
        flow.name,
        head.position + at + 1,
        what,
        to,
      ]);
    }
    await client.query('update heads set position = $3, code = $4, policy = $5 where tenant = $1 and log = $2', [
      tenant,
      flow.name,
      head.position + done.length,
      flow.code,
      policy.version,
    ]);
    await client.query('commit');
    client.release();
    return done;
  } catch (error) {
    client.release(true);
    throw error;
  }
}

async function ensureHead(client: Client | Pool, tenant: string, log: string): Promise<void> {
  await client.query('insert into heads (tenant, log) values ($1, $2) on conflict do nothing', [tenant, log]);
}

/** Heads for all flows and for unrouted events; the flows' second logs too. */
export async function ensureHeads(pool: Pool, tenant: string, flows: readonly Flow[]): Promise<void> {
  for (const log of [UNROUTED, ...flows.flatMap(({ name }) => [name, `${name}/cases`])]) await ensureHead(pool, tenant, log);
}

export interface Presence {
  /** What this process switched on when it found itself alone. */
  readonly activated: readonly Activation[];
  close(): Promise<void>;
}

/** Joins the live ingresses; switches its own code and policies on first where there is no other. */
export async function joinIngresses(
  url: string,
  pool: Pool,
  { tenant, flows }: { tenant: string; flows: readonly Flow[] },
): Promise<Presence> {
  await ensureHeads(pool, tenant, flows);
  const presence = new SharedPresence(url);
  const { first, connection } = await presence.open();
  const activated: Activation[] = [];
  try {
    const known = await pool.query<{ log: string; code: string | null }>('select log, code from heads where tenant = $1', [tenant]);
    for (const flow of flows) {
      const fresh = known.rows.find(({ log }) => log === flow.name)?.code == null;
      if (first || fresh) activated.push(...(await activateFlow(pool, tenant, flow)));
    }
  } finally {
    await connection.query('select pg_advisory_unlock($1, $2)', SWITCH_LOCK);
  }
  return { activated, close: () => presence.close() };
}

/** Keeps the shared lock over reconnects: a database that restarts forgets it. */
class SharedPresence {
  readonly #url: string;
  #client: pg.Client | null = null;
  #closed = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(url: string) {
    this.#url = url;
  }

  /** Holding the switch lock: the caller gives it back. */
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

  async #share(client: pg.Client): Promise<void> {
    await client.query('select pg_advisory_lock_shared($1, $2)', LIVE_LOCK);
  }

  #again(): void {
    if (this.#closed || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#connect()
        .then((client) => this.#share(client))
        .catch(() => this.#again());
    }, 1000);
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#client?.end();
  }
}
