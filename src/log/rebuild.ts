/**
 * Folds a log again from its first entry, each event with the policy that held then, and compares what comes out with the states
 * that the service keeps. One snapshot for both, so it can run beside live ingresses.
 */

import type { Flow } from '../domain/flow.ts';
import type { States } from '../kit/fold.ts';
import type { Client, Pool } from './db/database.ts';
import { lockHead } from './head.ts';
import { Refold } from './refold.ts';
import type { Refolding } from './refolding.ts';

const PAGE = 5000;

export interface Rebuilt {
  readonly flow: string;
  readonly entries: number;
  readonly events: number;
  readonly keys: number;
  /** Entries folded under code that this build does not have: their states are today's code's. */
  readonly otherCode: number;
  readonly differences: string[];
  readonly written: boolean;
}

/** `write` puts the folded states in place of the kept ones, under the head's lock: accepting waits meanwhile. */
export async function rebuild(pool: Pool, { tenant, flow, write }: { tenant: string; flow: Flow; write: boolean }): Promise<Rebuilt> {
  const client = await pool.connect();
  let position = 0;
  try {
    if (write) {
      position = (await lockHead(client, tenant, flow.name)).position;
      await client.query('set local idle_in_transaction_session_timeout = 0');
    } else await client.query('begin isolation level repeatable read read only; set local idle_in_transaction_session_timeout = 0');
    const of = { tenant, log: flow.name };
    const refold = await Refold.begin(client, { tenant, flow, anew: false });
    const { refolding } = refold;
    const differ = (text: string): void => refolding.differ(text);
    await refolding.memory?.read(client, of, differ);
    await refold.goOn(client);
    await compare(client, { tenant, flow, refolding });
    await refolding.watches.compare(client, { tenant, flow }, differ);
    await refolding.memory?.compare(client, of, differ);
    if (write) {
      await replace(client, { tenant, flow, states: refolding.states });
      await refolding.watches.replace(client, { tenant, flow });
      await refolding.memory?.replace(client, of, position + 1);
      await leaveEntry(client, { tenant, flow, position: position + 1 });
    }
    await client.query(write ? 'commit' : 'rollback');
    client.release();
    const { entries, events, otherCode, differences } = refolding;
    return { flow: flow.name, entries, events, keys: refolding.states.size, otherCode, differences, written: write };
  } catch (error) {
    client.release(true);
    throw error;
  }
}

async function compare(client: Client, { tenant, flow, refolding }: { tenant: string; flow: Flow; refolding: Refolding }): Promise<void> {
  const missing = new Set(refolding.states.keys());
  for (let after = ''; ; ) {
    const { rows } = await client.query<{ key: string; value: Buffer }>(
      `select key, value from states where tenant = $1 and log = $2 and key > $3 order by key limit ${PAGE}`,
      [tenant, flow.name, after],
    );
    for (const { key, value } of rows) {
      missing.delete(key);
      const folded = refolding.states.get(key);
      if (folded == null) refolding.differ(`the state of ${key} is kept, and nothing folds to it`);
      else if (!value.equals(folded)) refolding.differ(`the state of ${key} is not what its events fold to`);
    }
    const last = rows.at(-1);
    if (last === undefined) break;
    after = last.key;
  }
  for (const key of missing) refolding.differ(`the state of ${key} is missing`);
}

async function replace(client: Client, { tenant, flow, states }: { tenant: string; flow: Flow; states: States }): Promise<void> {
  await client.query('delete from states where tenant = $1 and log = $2', [tenant, flow.name]);
  const all = [...states].filter((entry): entry is [string, Uint8Array] => entry[1] !== null);
  for (let from = 0; from < all.length; from += PAGE) {
    const part = all.slice(from, from + PAGE);
    await client.query(
      'insert into states (tenant, log, key, format, value) select $1, $2, q.key, $3, q.value from unnest($4::text[], $5::bytea[]) as q(key, value)',
      [...[tenant, flow.name, flow.reflex?.format ?? 0], ...[part.map(([key]) => key), part.map(([, value]) => value)]],
    );
  }
}

/** Says in the log that its states were written anew, with this code. A batch folded ahead on the old ones finds the head elsewhere. */
async function leaveEntry(client: Client, { tenant, flow, position }: { tenant: string; flow: Flow; position: number }): Promise<void> {
  await client.query("insert into entries (tenant, log, position, kind, accepted_at, note) values ($1, $2, $3, 'code', now(), $4)", [
    tenant,
    flow.name,
    position,
    flow.code,
  ]);
  await client.query('update heads set position = $3, code = $4 where tenant = $1 and log = $2', [tenant, flow.name, position, flow.code]);
}
