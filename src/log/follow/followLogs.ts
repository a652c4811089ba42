/**
 * Follows the logs of a tenant for what is made out of them: a stretch of one log in one transaction with its cursor. Whoever follows holds the cursor's
 * row; others pass on. So however many processes follow and whenever one is killed, each position counts once.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';
import { type Client, isDatabaseAway, type Pool } from '../db/database.ts';

/** How late something may show. */
const PAUSE_MS = 1000;
/** Pauses after a stretch, in times that it took: it has a tenth of the time, as the follower of outcomes has. */
const PAUSES = 9;

export interface LogStretch {
  readonly tenant: string;
  readonly log: string;
  /** Positions above this one */
  readonly after: number;
  /** up to and with this one. */
  readonly upTo: number;
}

export interface LogFollower {
  /** A table of `(tenant, log, position)`. */
  readonly cursors: 'search_cursors' | 'tally_cursors';
  /** Positions of one transaction. */
  readonly stretch: number;
  write(client: Client, stretch: LogStretch): Promise<void>;
}

interface Behind {
  log: string;
  head: number;
}

/** Follows one stretch of each log of the tenant. Whether there is more. */
export async function followLogs(pool: Pool, tenant: string, follower: LogFollower): Promise<boolean> {
  const { rows } = await pool.query<Behind>(
    `select h.log, h.position as head from heads h left join ${follower.cursors} c on c.tenant = h.tenant and c.log = h.log
     where h.tenant = $1 and h.position > coalesce(c.position, 0)`,
    [tenant],
  );
  let more = false;
  for (const behind of rows) if (await followLog(pool, { tenant, ...behind }, follower)) more = true;
  return more;
}

async function followLog(
  pool: Pool,
  { tenant, log, head }: Behind & { tenant: string },
  { cursors, stretch, write }: LogFollower,
): Promise<boolean> {
  const client = await pool.connect();
  try {
    await client.query(`insert into ${cursors} (tenant, log) values ($1, $2) on conflict do nothing`, [tenant, log]);
    await client.query('begin');
    const { rows } = await client.query<{ position: number }>(
      `select position from ${cursors} where tenant = $1 and log = $2 for update skip locked`,
      [tenant, log],
    );
    const after = rows[0]?.position;
    const upTo = Math.min(head, (after ?? head) + stretch);
    if (after !== undefined && after < upTo) {
      await write(client, { tenant, log, after, upTo });
      await client.query(`update ${cursors} set position = $3 where tenant = $1 and log = $2`, [tenant, log, upTo]);
    }
    await client.query('commit');
    client.release();
    return after !== undefined && upTo < head;
  } catch (error) {
    // closing the connection rolls back
    client.release(true);
    throw error;
  }
}

interface FollowerDeps {
  readonly pool: Pool;
  readonly tenant: string;
  readonly logger: Logger;
}

/** Follows until it is closed. `what`: for the log, such as "the search". */
export function openLogFollower({ pool, tenant, logger }: FollowerDeps, what: string, follower: LogFollower): { close(): Promise<void> } {
  const stopping = new AbortController();
  const { signal } = stopping;
  const running = (async () => {
    while (!signal.aborted) {
      const startedMs = performance.now();
      const more = await followLogs(pool, tenant, follower).catch((error: unknown) => {
        if (isDatabaseAway(error)) logger.debug({ err: error }, `${what} waits for the database`);
        else logger.error({ err: error }, `${what} cannot be followed`);
        return false;
      });
      await pause(more ? PAUSES * (performance.now() - startedMs) : PAUSE_MS, undefined, { signal }).catch(() => undefined);
    }
  })();
  return {
    async close() {
      stopping.abort();
      await running;
    },
  };
}
