/** Puts what flows and their policies declare together with what was counted. Pure. */
import type { Flow } from '../../domain/flow.ts';
import { isOwnType } from '../../domain/ownEvent.ts';
import type { MapCount } from '../../log/tally/readMapCounts.ts';
import type { FlowMap } from '../../wire/flowMap.ts';

type MapNode = FlowMap['nodes'][number];
type MapEdge = FlowMap['edges'][number];

export interface MappedFlow {
  readonly flow: Flow;
  /** Of the policy that holds. */
  readonly actions: readonly { readonly name: string; readonly on: string }[];
}

const typeId = (type: string): string => `type ${type}`;
const flowId = (flow: string): string => `flow ${flow}`;
const outcomeId = (flow: string, outcome: string): string => `outcome ${flow} ${outcome}`;
const actionId = (flow: string, action: string): string => `action ${flow} ${action}`;

class Drawing {
  readonly nodes = new Map<string, MapNode>();
  readonly edges = new Map<string, MapEdge>();

  node(
    id: string,
    kind: MapNode['kind'],
    { name, flow = null, title = name }: { name: string; flow?: string | null; title?: string },
  ): string {
    if (!this.nodes.has(id)) this.nodes.set(id, { id, kind, name, flow, title });
    return id;
  }

  edge(from: string, to: string, { count = 0, failed = 0 } = {}): void {
    const key = `${from}\n${to}`;
    const known = this.edges.get(key) ?? { from, to, count: 0, failed: 0 };
    this.edges.set(key, { ...known, count: known.count + count, failed: known.failed + failed });
  }
}

function declare(drawing: Drawing, { flow, actions }: MappedFlow): void {
  const { name, title, types, follows = {}, emits = {}, outcomes } = flow;
  const own = new Set([...Object.keys(types).filter((type) => isOwnType(flow, type)), ...Object.keys(emits)]);
  const id = drawing.node(flowId(name), 'flow', { name, ...(title === '' ? {} : { title }) });
  for (const type of own) drawing.edge(id, drawing.node(typeId(type), 'type', { name: type, flow: name }));
  for (const type of [...Object.keys(types), ...Object.keys(follows)]) drawing.edge(drawing.node(typeId(type), 'type', { name: type }), id);
  for (const outcome of outcomes) drawing.edge(id, drawing.node(outcomeId(name, outcome), 'outcome', { name: outcome, flow: name }));
  for (const { name: action, on } of actions) act(drawing, name, { action, on });
}

function act(
  drawing: Drawing,
  flow: string,
  { action, on, ...counts }: { action: string; on: string; count?: number; failed?: number },
): void {
  const from = drawing.node(outcomeId(flow, on), 'outcome', { name: on, flow });
  drawing.edge(from, drawing.node(actionId(flow, action), 'action', { name: action, flow }), counts);
}

function add(drawing: Drawing, { flow, kind, name, by, state, count }: MapCount): void {
  const id = flowId(flow);
  if (kind === 'event') drawing.edge(drawing.node(typeId(name), 'type', { name }), id, { count });
  else if (kind === 'own') drawing.edge(id, drawing.node(typeId(name), 'type', { name, flow }), { count });
  else if (kind === 'outcome') drawing.edge(id, drawing.node(outcomeId(flow, name), 'outcome', { name, flow }), { count });
  else act(drawing, flow, { action: name, on: by, ...(state === 'done' ? { count } : { failed: count }) });
}

/** In the order of the flows; own types are named by who makes them, so makers are declared before takers. */
export function drawMap(flows: readonly MappedFlow[], counts: readonly MapCount[]): Pick<FlowMap, 'nodes' | 'edges'> {
  const drawing = new Drawing();
  const makersFirst = [...flows].sort((one, other) => Number(makes(other)) - Number(makes(one)));
  for (const one of makersFirst) declare(drawing, one);
  for (const count of counts) add(drawing, count);
  return { nodes: [...drawing.nodes.values()], edges: [...drawing.edges.values()] };
}

const makes = ({ flow }: MappedFlow): boolean =>
  Object.keys(flow.emits ?? {}).length > 0 || Object.keys(flow.types).some((type) => isOwnType(flow, type));
