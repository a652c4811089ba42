/** One memory a log and process, for all that fold the log. */
import type { Flow } from '../../domain/flow.ts';
import { type Keeping, LogMemory } from './logMemory.ts';

/** By log; of flows that have a memory. */
export type Memories = ReadonlyMap<string, LogMemory>;

export function openMemories(tenant: string, flows: readonly Flow[], keeping: Keeping): Memories {
  const memories = new Map<string, LogMemory>();
  for (const flow of flows)
    if (flow.reflex?.memory !== undefined) memories.set(flow.name, new LogMemory({ tenant, flow, memory: flow.reflex.memory, keeping }));
  return memories;
}

/** For a log's context. */
export function memoryOf(memories: Memories | undefined, log: string): { readonly memory?: LogMemory } {
  const memory = memories?.get(log);
  return memory === undefined ? {} : { memory };
}

export async function closeMemories(memories: Memories): Promise<void> {
  await Promise.all([...memories.values()].map((memory) => memory.close()));
}
