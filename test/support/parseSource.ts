/** A TypeScript source as a syntax tree. */
import { parseSync } from '@swc/core';

export interface Node {
  readonly type: string;
  readonly span: { readonly start: number; readonly end: number };
  readonly [key: string]: unknown;
}

export function walk(node: unknown, visit: (node: Node) => void): void {
  if (typeof node !== 'object' || node === null) return;
  if (typeof (node as Node).type === 'string') visit(node as Node);
  for (const value of Object.values(node)) walk(value, visit);
}

/** The tree of a source, and what gives the text of a node: swc counts bytes, from where the last source that it parsed ended. */
export function parseSource(source: string): { tree: Node; textOf: (node: Node) => string; lineOf: (node: Node) => number } {
  // the empty statement before everything says where counting begins
  const bytes = Buffer.from(`;${source}`);
  const tree = parseSync(bytes.toString(), { syntax: 'typescript', target: 'es2023' }) as unknown as Node;
  const base = ((tree.body as Node[])[0] as Node).span.start;
  const slice = (from: number, to: number): string => bytes.subarray(from - base, to - base).toString();
  return {
    tree,
    textOf: ({ span }) => slice(span.start, span.end),
    lineOf: ({ span }) => slice(base, span.start).split('\n').length,
  };
}
