/** A memory's bytes as the database keeps them: what the code that runs began with, and the newest checkpoint. */
import type { Memory } from '../../domain/flow/reflex.ts';
import type { Client, Pool } from '../db/database.ts';
import { underLock } from '../db/underLock.ts';
import { lockHead } from '../head.ts';
import type { LogOf } from './lessons.ts';

export interface Checkpoint {
  /** It is as it was after this entry. */
  readonly position: number;
  readonly code: string;
  readonly format: number;
  /** Lessons up to here are gone. */
  readonly floor: number;
}

type Mark = 'base' | 'newest';

export async function readCheckpoint(client: Client | Pool, { tenant, log }: LogOf, mark: Mark): Promise<Checkpoint | null> {
  const { rows } = await client.query<Checkpoint>(
    'select position, code, format, floor from memories where tenant = $1 and log = $2 and mark = $3',
    [tenant, log, mark],
  );
  return rows[0] ?? null;
}

/** With the position: another process may have written a newer one since. */
export async function readMemory(client: Client | Pool, { tenant, log }: LogOf, mark: Mark): Promise<{ position: number; bytes: Buffer }> {
  const { rows } = await client.query<{ position: number; bytes: Buffer }>(
    'select position, bytes from memories where tenant = $1 and log = $2 and mark = $3',
    [tenant, log, mark],
  );
  const [found] = rows;
  if (found === undefined)
    throw new Error(`Cannot load the memory of ${tenant}/${log} as it was never kept: \`signalbox rebuild --write\` makes it`);
  return found;
}

/** What a code begins with: both are this, and no lesson of before counts any more. The caller holds the head's lock. */
export async function beginMemory(
  client: Client,
  { tenant, log }: LogOf,
  { position, code, memory, bytes }: { position: number; code: string; memory: Memory; bytes: Uint8Array },
): Promise<void> {
  await client.query(
    `insert into memories (tenant, log, mark, position, code, format, bytes, floor)
     select $1, $2, mark, $3, $4, $5, $6, $3 from unnest(array['base', 'newest']) as q(mark)
     on conflict (tenant, log, mark) do update set position = excluded.position, code = excluded.code, format = excluded.format,
       bytes = excluded.bytes, floor = excluded.floor, trouble = null, at = now()`,
    [tenant, log, position, code, memory.format, Buffer.from(bytes)],
  );
  await client.query('delete from lessons where tenant = $1 and log = $2', [tenant, log]);
}

export interface Newer {
  readonly position: number;
  readonly code: string;
  readonly bytes: Uint8Array;
}

/** The newer position wins; nothing is kept of a code that does not run any more. Whether it was the newer one. */
export async function keepNewer(pool: Pool, { tenant, log }: LogOf, { position, code, bytes }: Newer): Promise<boolean> {
  const { rows } = await pool.query<{ before: number }>(
    `with before as (
       select position from memories where tenant = $1 and log = $2 and mark = 'newest' and code = $4 and position < $3 for update)
     update memories m set position = $3, bytes = $5, trouble = null, at = now() from before
     where m.tenant = $1 and m.log = $2 and m.mark = 'newest' and m.code = $4 and m.position < $3 returning before.position as before`,
    [tenant, log, position, code, Buffer.from(bytes)],
  );
  const [kept] = rows;
  if (kept === undefined) return false;
  await underLock(pool, async (client) => {
    const head = await lockHead(client, tenant, log);
    // whoever is no further than the checkpoint before this one loads this one
    if (head.code === code) await forgetLessons(client, { tenant, log }, kept.before);
  });
  return true;
}

/** Under the head's lock: whoever catches up finds all that are behind the floor, or sees that it must load. */
async function forgetLessons(client: Client, { tenant, log }: LogOf, upTo: number): Promise<void> {
  await client.query('delete from lessons where tenant = $1 and log = $2 and position <= $3', [tenant, log, upTo]);
  await client.query("update memories set floor = greatest(floor, $3) where tenant = $1 and log = $2 and mark = 'newest'", [
    tenant,
    log,
    upTo,
  ]);
}

export async function noteTrouble(pool: Pool, { tenant, log }: LogOf, { code, trouble }: { code: string; trouble: string }): Promise<void> {
  await pool.query("update memories set trouble = $4 where tenant = $1 and log = $2 and mark = 'newest' and code = $3", [
    tenant,
    log,
    code,
    trouble,
  ]);
}
