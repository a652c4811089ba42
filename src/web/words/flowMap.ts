/** Event types to a flow to outcomes to actions, with counts on the arrows. */
import type { FlowItem } from '../../wire/flow.ts';

interface Node {
  readonly id: string;
  readonly kind: string;
  readonly title: string;
}

interface Edge {
  readonly from: string;
  readonly to: string;
  readonly text: string;
}

interface Seen {
  /** The policy that holds, parsed. */
  readonly content: unknown;
  readonly outcomes: readonly { readonly outcome: string; readonly count: number }[];
  readonly actions: readonly { readonly action: string }[];
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

/** `actions: [{ name, on }]` of a policy. */
function actionsOf(content: unknown): { name: string; on: string }[] {
  if (!isObject(content) || !Array.isArray(content.actions)) return [];
  return content.actions
    .filter(isObject)
    .flatMap(({ name, on }) => (typeof name === 'string' && typeof on === 'string' ? [{ name, on }] : []));
}

export function flowMap(
  { name, title, types, follows, own }: Pick<FlowItem, 'name' | 'title' | 'types' | 'follows' | 'own'>,
  seen: Seen,
): { nodes: Node[]; edges: Edge[] } {
  const actions = actionsOf(seen.content);
  const counts = new Map(seen.outcomes.map(({ outcome, count }) => [outcome, count]));
  const outcomes = [...new Set([...counts.keys(), ...actions.map(({ on }) => on)])];
  const came = [...Object.keys(types), ...Object.keys(follows)].map((type) => ({
    id: `type ${type}`,
    kind: own.includes(type) ? 'its own event' : Object.hasOwn(follows, type) ? 'followed' : 'event',
    title: type,
  }));
  const taken = (action: string): number => seen.actions.filter((one) => one.action === action).length;
  return {
    nodes: [
      ...came,
      { id: 'flow', kind: 'flow', title: title === '' ? name : title },
      ...outcomes.map((outcome) => ({ id: `outcome ${outcome}`, kind: 'outcome', title: outcome })),
      ...actions.map((action) => ({ id: `action ${action.name}`, kind: 'action', title: action.name })),
    ],
    edges: [
      ...came.map(({ id }) => ({ from: id, to: 'flow', text: '' })),
      ...outcomes.map((outcome) => ({
        from: 'flow',
        to: `outcome ${outcome}`,
        text: counts.has(outcome) ? String(counts.get(outcome)) : '',
      })),
      ...actions.map((action) => ({
        from: `outcome ${action.on}`,
        to: `action ${action.name}`,
        text: taken(action.name) > 0 ? String(taken(action.name)) : '',
      })),
    ],
  };
}
