/** What a code that is switched on begins with: the memory that is there, where it can read it; else the log is folded anew. */

import type { Memory } from '../../domain/flow/reflex.ts';
import type { Flow } from '../../domain/flow.ts';
import { Remembered } from '../../kit/remembered.ts';
import type { Client, Pool } from '../db/database.ts';
import type { Head } from '../head.ts';
import { Refold } from '../refold.ts';
import { beginMemory, readCheckpoint, readMemory } from './checkpoints.ts';
import { lessonsBetween } from './lessons.ts';

interface Switching {
  readonly tenant: string;
  readonly flow: Flow;
}

/** The caller holds the head's lock, and switches the code on by the entry behind the head's. */
export type SwitchMemory = (client: Client, head: Pick<Head, 'position'>) => Promise<void>;

/** Null for a flow without a memory, or whose code is on. What takes long is done before the lock is had. */
export async function prepareMemory(pool: Pool, of: Switching): Promise<SwitchMemory | null> {
  const memory = of.flow.reflex?.memory;
  if (memory === undefined) return null;
  const client = await pool.connect();
  try {
    const { rows } = await client.query<{ code: string | null }>('select code from heads where tenant = $1 and log = $2', [
      of.tenant,
      of.flow.name,
    ]);
    if (rows[0]?.code === of.flow.code) return null;
    const newest = await readCheckpoint(client, { tenant: of.tenant, log: of.flow.name }, 'newest');
    const refold = newest?.format === memory.format ? null : await Refold.begin(client, { ...of, anew: true });
    await refold?.goOn(client);
    return async (locked, { position }) => {
      const bytes = refold === null ? await carriedOn(locked, of, { memory, position }) : await foldedAnew(locked, refold);
      await beginMemory(locked, { tenant: of.tenant, log: of.flow.name }, { position: position + 1, code: of.flow.code, memory, bytes });
    };
  } finally {
    client.release();
  }
}

async function foldedAnew(client: Client, refold: Refold): Promise<Uint8Array> {
  await refold.goOn(client);
  if (refold.refolding.memory === null) throw new Error('Cannot fold a memory anew as the flow has none');
  return refold.refolding.memory.remembered.snapshot();
}

async function carriedOn(
  client: Client,
  { tenant, flow }: Switching,
  { memory, position: upTo }: { memory: Memory; position: number },
): Promise<Uint8Array> {
  const of = { tenant, log: flow.name };
  const { position, bytes } = await readMemory(client, of, 'newest');
  const remembered = new Remembered(memory, bytes);
  for await (const { lesson } of lessonsBetween(client, of, position, upTo)) remembered.learn(lesson);
  return remembered.snapshot();
}
