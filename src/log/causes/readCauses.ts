/**
 * The causal graph around an event: back along what is known to have caused it, then on through what was asked, decided and done, to the events that
 * followed, and theirs. Level by level, so that a graph that is cut has what is nearest.
 */
import type { Flow } from '../../domain/flow.ts';
import type { Place } from '../../domain/ids.ts';
import type { EventSource } from '../read/events.ts';
import { type CauseEdge, CauseGraph, type CauseNode } from './cause.ts';
import { readBack } from './readBack.ts';
import { readEventNodes } from './readEventNodes.ts';
import { readOn } from './readOn.ts';

export interface CausesRead {
  readonly nodes: readonly CauseNode[];
  readonly edges: readonly CauseEdge[];
  /** There are more events behind the last ones; there are more nodes. */
  readonly cut: { readonly depth: boolean; readonly nodes: boolean };
}

/** Null where there is no such event. */
export async function readCauses(
  { pool, caseIds, flows }: EventSource & { readonly flows: readonly Flow[] },
  { tenant, log, position }: Place,
  { depth, nodes }: { depth: number; nodes: number },
): Promise<CausesRead | null> {
  const [first] = await readEventNodes(pool, tenant, [{ log, position }]);
  if (first === undefined) return null;
  const graph = new CauseGraph(nodes);
  // half of the nodes at most: what followed is asked for too
  const before = await readBack(pool, tenant, { first, depth, eventsMax: Math.floor(nodes / 2) });
  for (const { node } of [...before.events].reverse()) graph.add(node);
  graph.add(first.node);
  for (const edge of before.edges) graph.join(edge);
  const caseOf = (flow: string, subject: string): string => caseIds.of({ tenant, flow, subject });
  const deeper = await readOn({ pool, tenant, flows, caseOf, graph }, first, depth);
  return { nodes: [...graph.nodes.values()], edges: graph.edges, cut: { depth: before.deeper || deeper, nodes: graph.cut || before.more } };
}
