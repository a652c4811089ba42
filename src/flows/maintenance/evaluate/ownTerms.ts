/** Learning times of single machines, put into the flow's policy as an operator would write them. */
import type { JsonObject } from '../../../domain/event.ts';

export interface OwnTerms {
  readonly learnRows?: number;
  readonly jointLearnRows?: number;
}

/** The least that a policy allows. */
const ROWS_MIN = 100;

export function withLearnRows(content: JsonObject, machines: ReadonlyMap<string, OwnTerms>): JsonObject {
  const own = [...machines].map(([machineId, terms]) => [
    machineId,
    Object.fromEntries(Object.entries(terms).map(([name, rows]) => [name, Math.max(ROWS_MIN, rows)])),
  ]);
  return { ...content, machines: Object.fromEntries(own) as JsonObject };
}
