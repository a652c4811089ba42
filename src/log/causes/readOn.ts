import type { Flow } from '../../domain/flow.ts';
import { eventId } from '../../domain/ids.ts';
import type { Pool } from '../db/database.ts';
import type { LogPlace } from '../read/feed.ts';
import type { CauseGraph } from './cause.ts';
import { type Done, readDone } from './readDone.ts';
import { type EventNode, freshPlaces, placeKey, readEventNodes } from './readEventNodes.ts';
import { type Followed, readFollowing } from './readFollowing.ts';

interface Walk {
  readonly pool: Pool;
  readonly tenant: string;
  readonly flows: readonly Flow[];
  /** The id of a case. */
  readonly caseOf: (flow: string, subject: string) => string;
  readonly graph: CauseGraph;
}

/** Adds what followed from the event to the graph; whether events are left that are further away than `depth`. */
export async function readOn({ pool, tenant, flows, caseOf, graph }: Walk, first: EventNode, depth: number): Promise<boolean> {
  const seen = new Set([placeKey(first.place)]);
  let level: readonly EventNode[] = [first];
  for (let at = 0; level.length > 0; at += 1) {
    const places = level.map(({ place }) => place);
    const subjects = new Map(level.map(({ place, node }) => [placeKey(place), node.subject ?? '']));
    const caseAt = (place: LogPlace): string => caseOf(place.log, subjects.get(placeKey(place)) ?? '');
    const [done, followed] = await Promise.all([
      readDone(pool, tenant, { places, caseOf: caseAt }),
      readFollowing(pool, { tenant, places, flows, caseOf: caseAt }),
    ]);
    addCases(graph, level, { caseAt, done, followed });
    for (const { node, edge } of done) {
      graph.add(node);
      graph.join(edge);
    }
    for (const { node, from } of followed.waiting) {
      graph.add(node);
      graph.join({ from, to: node.id, text: 'tells others' });
    }
    for (const { place, edge } of followed.events) graph.join({ ...edge, to: eventId({ tenant, ...place }) });
    const next = freshPlaces(
      followed.events.map(({ place }) => place),
      seen,
    );
    if (next.length > 0 && at === depth) return true;
    // one more than there is room for: the graph says then that it is cut
    const near = await readEventNodes(pool, tenant, next.slice(0, graph.left + 1));
    level = near.filter(({ node }) => graph.add(node));
  }
  return false;
}

/** An event that its reflex decided has no case, unless something was done by one. */
function addCases(
  graph: CauseGraph,
  level: readonly EventNode[],
  { caseAt, done, followed }: { caseAt: (place: LogPlace) => string; done: readonly Done[]; followed: Followed },
): void {
  const acting = new Set([...done, ...followed.events].map(({ edge }) => edge.from).concat(followed.waiting.map(({ from }) => from)));
  for (const { node, place, ending } of level) {
    const id = caseAt(place);
    if (node.flow === null || (ending !== 'waiting' && ending !== 'case' && !acting.has(id))) continue;
    const { flow, subject } = node;
    graph.add({ id, kind: 'case', title: subject ?? '', state: null, at: null, flow, subject });
    graph.join({ from: node.id, to: id, text: 'handed to' });
  }
}
