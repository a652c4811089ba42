/** The row of a log: where it ends, and what folds it. Whoever writes to the log locks it first. */
import type { Client } from './database.ts';

export interface Head {
  readonly position: number;
  readonly code: string | null;
  readonly policy: string | null;
}

/** Names are `[a-z0-9-]`, checked where flows and tenants are made; quoted all the same. */
const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** Opens the transaction and locks the head: one round trip, two statements, each with its own snapshot. Null where the log has none yet. */
export async function findHead(client: Client, tenant: string, log: string): Promise<Head | null> {
  const results = (await client.query(
    `begin; select position, code, policy from heads where tenant = ${literal(tenant)} and log = ${literal(log)} for no key update`,
  )) as unknown as { rows: Head[] }[];
  return results[1]?.rows[0] ?? null;
}

/** As `findHead`, of a log that must have one. */
export async function lockHead(client: Client, tenant: string, log: string): Promise<Head> {
  const head = await findHead(client, tenant, log);
  if (head === null) throw new Error(`Cannot append as the log ${tenant}/${log} has no head`);
  return head;
}
