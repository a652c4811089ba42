import { queryOf } from '../../client/queryOf.ts';
import type { Causes } from '../../wire/causes.ts';
import { printJson, printLine, say } from './print.ts';
import { openService } from './target.ts';

type Node = Causes['nodes'][number];

/** As a tree: each node once with all that followed, and where it comes again only its name. */
export function causeLines({ event, nodes, edges }: Causes): string[] {
  const lines: string[] = [];
  const told = new Set<string>();
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const tell = (node: Node, text: string, depth: number): void => {
    const again = told.has(node.id);
    told.add(node.id);
    const what = node.kind === 'case' ? `case ${node.id}` : `${node.kind} ${node.title}  ${node.id}`;
    const state = node.state === null ? '' : `  (${node.state})`;
    const mark = node.id === event ? '  <- this one' : again ? '  (see above)' : '';
    lines.push(`${'  '.repeat(depth)}${text === '' ? '' : `${text}: `}${what}${state}${mark}`);
    if (again) return;
    for (const edge of edges.filter(({ from }) => from === node.id)) {
      const next = byId.get(edge.to);
      if (next !== undefined) tell(next, edge.text, depth + 1);
    }
  };
  const led = new Set(edges.map(({ to }) => to));
  for (const node of nodes) if (!led.has(node.id)) tell(node, '', 0);
  // what is in a circle has no beginning
  for (const node of nodes) if (!told.has(node.id)) tell(node, '', 0);
  return lines;
}

/** Prints what led to an event and what followed. */
export async function printCauses(event: string, { json, ...limits }: { depth?: number; nodes?: number; json?: true }): Promise<void> {
  const service = await openService();
  const causes = await service.ask<Causes>(`/v1/events/${encodeURIComponent(event)}/graph${queryOf({ ...limits })}`);
  if (json === true) return printJson(causes);
  for (const line of causeLines(causes)) printLine(line);
  if (causes.cut.depth) say('There is more behind the last events: --depth');
  if (causes.cut.nodes) say('There is more than is shown: --nodes');
}
