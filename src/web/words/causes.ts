/** The entries of a timeline as a graph: what caused what. */
import type { Step } from './timelineRows.ts';

export interface CauseNode {
  readonly id: string;
  readonly kind: string;
  readonly title: string;
}

export interface CauseGraph {
  readonly nodes: readonly CauseNode[];
  readonly edges: readonly (readonly [from: string, to: string])[];
  /** Entries that are older than what a graph can show. */
  readonly leftOut: number;
}

/** More would be no picture. */
const NODES_MAX = 60;

export function causesOf(steps: readonly Step[]): CauseGraph {
  const shown = steps.slice(-NODES_MAX);
  const known = new Set(shown.map(({ id }) => id));
  const outside = new Map<string, CauseNode>();
  const edges = shown.flatMap(({ id, causes }) =>
    causes.map((cause) => {
      if (!known.has(cause)) outside.set(cause, { id: cause, kind: 'elsewhere', title: cause });
      return [cause, id] as const;
    }),
  );
  const nodes = shown.map(({ id, kind, title }) => ({ id, kind, title }));
  return { nodes: [...outside.values(), ...nodes], edges, leftOut: steps.length - shown.length };
}
