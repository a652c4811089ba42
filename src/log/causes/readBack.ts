import { eventId } from '../../domain/ids.ts';
import type { Pool } from '../db/database.ts';
import type { CauseEdge } from './cause.ts';
import { type EventNode, freshPlaces, placeKey, readEventNodes } from './readEventNodes.ts';

interface Back {
  readonly events: readonly EventNode[];
  readonly edges: readonly CauseEdge[];
  readonly deeper: boolean;
  readonly more: boolean;
}

/** What led to the event, the nearest first. */
export async function readBack(
  pool: Pool,
  tenant: string,
  { first, depth, eventsMax }: { first: EventNode; depth: number; eventsMax: number },
): Promise<Back> {
  const events: EventNode[] = [];
  const edges: CauseEdge[] = [];
  const seen = new Set([placeKey(first.place)]);
  let level: readonly EventNode[] = [first];
  for (let at = 0; level.length > 0; at += 1) {
    const led = level.flatMap(({ led: places, node }) => places.map((one) => ({ ...one, to: node.id })));
    for (const { place, text, to } of led) edges.push({ from: eventId({ tenant, ...place }), to, text });
    const next = freshPlaces(
      led.map(({ place }) => place),
      seen,
    );
    const deeper = next.length > 0 && at === depth;
    const more = events.length + next.length > eventsMax;
    if (deeper || more) return { events, edges, deeper, more };
    level = await readEventNodes(pool, tenant, next);
    events.push(...level);
  }
  return { events, edges, deeper: false, more: false };
}
