/** What a flow tells of itself, from the newest checkpoint of its memory. */
import type { Flow, FlowFigure } from '../domain/flow.ts';
import type { Pool } from '../log/db/database.ts';
import { readCheckpoint, readMemory } from '../log/memory/checkpoints.ts';

/** None where the flow tells nothing, or no checkpoint that its code can read was kept yet. */
export async function readFigures(pool: Pool, tenant: string, { name: log, figures, reflex }: Flow): Promise<FlowFigure[]> {
  const memory = reflex?.memory;
  if (figures === undefined || memory === undefined) return [];
  const checkpoint = await readCheckpoint(pool, { tenant, log }, 'newest');
  if (checkpoint === null || checkpoint.format !== memory.format) return [];
  const { bytes } = await readMemory(pool, { tenant, log }, 'newest');
  return [...figures(memory.load(bytes))];
}
