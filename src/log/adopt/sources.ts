/** Where a flow finds events that others accepted: of its own types among the unrouted ones, of those that it follows in their flows' logs too. */
import type { Flow } from '../../domain/flow.ts';
import { UNROUTED } from '../../domain/ids.ts';

/** A log that a flow goes through, and the types that it takes from there. */
export interface Source {
  readonly log: string;
  /** By type: whether the flow answers it, or follows it. */
  readonly types: ReadonlyMap<string, boolean>;
}

/** None for a flow that can have missed nothing: one without types. */
export function sourcesOf(flow: Flow, flows: readonly Flow[]): Source[] {
  // its own events come from nobody else, whatever somebody sent under their type before
  const answered = Object.keys(flow.types).filter((type) => flow.types[type]?.own !== true);
  const followed = Object.keys(flow.follows ?? {});
  const own = new Map([...answered.map((type) => [type, true] as const), ...followed.map((type) => [type, false] as const)]);
  const others = flows
    .filter((other) => other.name !== flow.name)
    .map(({ name, types }) => ({
      log: name,
      types: new Map(followed.filter((type) => Object.hasOwn(types, type)).map((type) => [type, false])),
    }));
  return [{ log: UNROUTED, types: own }, ...others].filter(({ types }) => types.size > 0);
}
