/**
 * Folds a log again from its first entry, each event with the policy that held then, and compares what comes out with the states
 * that the service keeps. One snapshot for both, so it can run beside live ingresses.
 *
 * Writing right is done beside them too: the long part, folding, holds no lock, and states are written some at a time, each piece under the
 * head's lock for its moment. All in one transaction, accepting waited until our own watchdog ended it.
 */

import type { Flow } from '../domain/flow.ts';
import type { Client, Pool } from './db/database.ts';
import { lockHead } from './head.ts';
import { Refold } from './refold.ts';

const PAGE = 5000;
/** States written under one lock. */
const PIECE = 1000;
/** What an ingress folds on states that are still wrong may make others wrong: it is looked at again until nothing is. */
const ROUNDS_MAX = 10;

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

interface Place {
  readonly tenant: string;
  readonly flow: Flow;
}

/** `write` puts the folded states in place of the kept ones that differ. Throws where others write wrong ones faster than that. */
export async function rebuild(pool: Pool, { tenant, flow, write }: Place & { write: boolean }): Promise<Rebuilt> {
  const of = { tenant, flow };
  const client = await pool.connect();
  try {
    await beginSnapshot(client);
    const refold = await Refold.begin(client, { ...of, anew: false });
    const { refolding } = refold;
    const differ = (text: string): void => refolding.differ(text);
    await refolding.memory?.read(client, { tenant, log: flow.name }, differ);
    await refold.goOn(client);
    const wrong = await compare(client, of, { refold, differ });
    await refolding.watches.compare(client, of, differ);
    await refolding.memory?.compare(client, { tenant, log: flow.name }, differ);
    await client.query('rollback');
    if (write) await writeRight(client, of, { refold, wrong });
    client.release();
    const { entries, events, otherCode, differences } = refolding;
    return { flow: flow.name, entries, events, keys: refolding.states.size, otherCode, differences, written: write };
  } catch (error) {
    client.release(true);
    throw error;
  }
}

async function beginSnapshot(client: Client): Promise<void> {
  await client.query('begin isolation level repeatable read read only; set local idle_in_transaction_session_timeout = 0');
}

/** Gives the keys whose kept state differs. */
async function compare(
  client: Client,
  { tenant, flow }: Place,
  { refold: { refolding }, differ }: { refold: Refold; differ: (text: string) => void },
): Promise<string[]> {
  const missing = new Set(refolding.states.keys());
  const wrong: string[] = [];
  const found = (key: string, what: string): void => {
    wrong.push(key);
    differ(`the state of ${key} ${what}`);
  };
  for (let after = ''; ; ) {
    const { rows } = await client.query<{ key: string; value: Buffer }>(
      `select key, value from states where tenant = $1 and log = $2 and key > $3 order by key limit ${PAGE}`,
      [tenant, flow.name, after],
    );
    for (const { key, value } of rows) {
      missing.delete(key);
      const folded = refolding.states.get(key);
      if (folded == null) found(key, 'is kept, and nothing folds to it');
      else if (!value.equals(folded)) found(key, 'is not what its events fold to');
    }
    const last = rows.at(-1);
    if (last === undefined) break;
    after = last.key;
  }
  for (const key of missing) if (refolding.states.get(key) != null) found(key, 'is missing');
  return wrong;
}

async function writeRight(client: Client, of: Place, { refold, wrong }: { refold: Refold; wrong: readonly string[] }): Promise<void> {
  for (let [round, left] = [0, wrong]; left.length > 0; round += 1) {
    if (round === ROUNDS_MAX)
      throw new Error(`Cannot write ${of.flow.name} right as ${left.length} of its states are made wrong all the time`);
    for (let from = 0; from < left.length; from += PIECE) await writePiece(client, of, { refold, keys: left.slice(from, from + PIECE) });
    await beginSnapshot(client);
    await refold.goOn(client);
    left = await compare(client, of, { refold, differ: () => undefined });
    await client.query('rollback');
  }
  await locked(client, of, refold, async (position) => {
    await refold.refolding.watches.replace(client, of);
    await refold.refolding.memory?.replace(client, { tenant: of.tenant, log: of.flow.name }, position);
  });
}

function writePiece(client: Client, of: Place, { refold, keys }: { refold: Refold; keys: readonly string[] }): Promise<void> {
  const { tenant, flow } = of;
  return locked(client, of, refold, async () => {
    const folded = keys.map((key) => [key, refold.refolding.states.get(key) ?? null] as const);
    const kept = folded.filter((one): one is [string, Uint8Array] => one[1] !== null);
    const gone = folded.filter(([, value]) => value === null).map(([key]) => key);
    await client.query('delete from states where tenant = $1 and log = $2 and key = any($3::text[])', [tenant, flow.name, gone]);
    await client.query(
      `insert into states (tenant, log, key, format, value) select $1, $2, q.key, $3, q.value from unnest($4::text[], $5::bytea[]) as q(key, value)
       on conflict (tenant, log, key) do update set format = excluded.format, value = excluded.value`,
      [...[tenant, flow.name, flow.reflex?.format ?? 0], ...[kept.map(([key]) => key), kept.map(([, value]) => value)]],
    );
  });
}

/** Under the head's lock, with all folded that stands before it. What was folded meanwhile is folded before the lock is had. */
async function locked(client: Client, { tenant, flow }: Place, refold: Refold, write: (position: number) => Promise<void>): Promise<void> {
  await refold.goOn(client);
  const position = (await lockHead(client, tenant, flow.name)).position + 1;
  await refold.goOn(client);
  await write(position);
  await leaveEntry(client, { tenant, flow, position });
  await client.query('commit');
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
