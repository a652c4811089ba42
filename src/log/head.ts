/** The row of a log: where it ends, and what folds it. Whoever writes to the log locks it first. */
import type { Client } from './db/database.ts';
import type { Statement } from './db/together.ts';

export interface Head {
  readonly position: number;
  readonly code: string | null;
  readonly policy: string | null;
  /** The database's clock as the lock was had, or as waiting for it began. */
  readonly nowMs: number;
}

/** Names are `[a-z0-9-]`, checked where flows and tenants are made; quoted all the same. */
const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

const locking = (tenant: string, log: string): string =>
  `select position, code, policy, (extract(epoch from clock_timestamp()) * 1000)::float8 as "nowMs" from heads where tenant = ${tenant} and log = ${log} for no key update`;

/** Opens the transaction and locks the head: one round trip, two statements, each with its own snapshot. Null where the log has none yet. */
export async function findHead(client: Client, tenant: string, log: string): Promise<Head | null> {
  const results = (await client.query(`begin; ${locking(literal(tenant), literal(log))}`)) as unknown as { rows: Head[] }[];
  return results[1]?.rows[0] ?? null;
}

/** As `findHead`, of a log that must have one. */
export async function lockHead(client: Client, tenant: string, log: string): Promise<Head> {
  return (await findHead(client, tenant, log)) ?? missing(tenant, log);
}

/** Locks the head in a transaction that is open. */
export const headLock = (tenant: string, log: string): Statement => ({
  name: 'signalbox-lock',
  text: locking('$1', '$2'),
  values: [tenant, log],
});

export interface LockAnswer {
  readonly rows: readonly Head[];
}

/** From the answer to `headLock`. */
export const lockedHead = ({ rows }: LockAnswer, tenant: string, log: string): Head => rows[0] ?? missing(tenant, log);

function missing(tenant: string, log: string): never {
  throw new Error(`Cannot append as the log ${tenant}/${log} has no head`);
}
