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
  /** Entries of the story that are older than what a graph can show. */
  readonly leftOut: number;
}

/** More would be no picture. */
const NODES_MAX = 60;

/** All that hangs together with one of them, by causes in either direction. */
function connected(steps: readonly Step[], id: string): ReadonlySet<string> {
  const near = new Map<string, string[]>();
  const join = (one: string, other: string): void => void near.set(one, [...(near.get(one) ?? []), other]);
  for (const step of steps)
    for (const cause of step.causes) {
      join(step.id, cause);
      join(cause, step.id);
    }
  const found = new Set([id]);
  for (const one of found) for (const other of near.get(one) ?? []) found.add(other);
  return found;
}

/** Around an entry, or the newest one; its whole story where that has few enough. */
export function causesOf(steps: readonly Step[], around: string | undefined = steps.at(-1)?.id): CauseGraph {
  const story = around === undefined ? new Set<string>() : connected(steps, around);
  const told = steps.filter(({ id }) => story.has(id));
  const shown = told.slice(-NODES_MAX);
  const known = new Set(shown.map(({ id }) => id));
  const outside = new Map<string, CauseNode>();
  const edges = shown.flatMap(({ id, causes }) =>
    causes.map((cause) => {
      if (!known.has(cause)) outside.set(cause, { id: cause, kind: 'elsewhere', title: cause });
      return [cause, id] as const;
    }),
  );
  const nodes = shown.map(({ id, kind, title }) => ({ id, kind, title }));
  return { nodes: [...outside.values(), ...nodes], edges, leftOut: told.length - shown.length };
}
