/** Events as nodes of a causal graph, with what led to each. */
import { eventId, parseId, UNROUTED } from '../../domain/ids.ts';
import { ownSource } from '../../domain/ownEvent.ts';
import type { Pool } from '../db/database.ts';
import { readableJson } from '../db/readableJson.ts';
import type { LogPlace } from '../read/feed.ts';
import { ORIGIN } from '../read/origin.ts';
import type { CauseNode } from './cause.ts';

const OWN = ownSource('');

export interface EventNode {
  readonly place: LogPlace;
  readonly node: CauseNode;
  readonly ending: string;
  readonly note: string | null;
  /** The events that led to it, and how. */
  readonly led: readonly { readonly place: LogPlace; readonly text: string }[];
}

export const placeKey = ({ log, position }: LogPlace): string => `${log} ${position}`;

/** Those that were not seen, each once; they count as seen from now on. */
export function freshPlaces(places: readonly LogPlace[], seen: Set<string>): LogPlace[] {
  return places.filter((place) => {
    const key = placeKey(place);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

interface Row {
  log: string;
  position: number;
  type: string;
  subject: string | null;
  accepted_at: Date;
  ending: string;
  note: string | null;
  causation: string | null;
  origin: LogPlace | null;
  labelled: number | null;
}

/** In their order; a place without an event gives none. */
export async function readEventNodes(pool: Pool, tenant: string, places: readonly LogPlace[]): Promise<EventNode[]> {
  if (places.length === 0) return [];
  const { rows } = await pool.query<Row>(
    `select e.log, e.position, e.type, e.subject, e.accepted_at, e.ending, e.note, ${ORIGIN},
       case when starts_with(e.source, $4) then (select ${readableJson('b.body')} ->> 'causationid' from bodies b
         where b.tenant = e.tenant and b.log = e.log and b.position = e.position) end as causation,
       (select l.event_position from labels l where l.tenant = e.tenant and l.flow = e.log and l.position = e.position) as labelled
     from unnest($2::text[], $3::bigint[]) with ordinality as q(log, position, nth)
     cross join lateral (select * from entries e where e.tenant = $1 and e.log = q.log and e.position = q.position and e.kind in ('event', 'adopt') limit 1) e
     order by q.nth`,
    [tenant, places.map(({ log }) => log), places.map(({ position }) => position), OWN],
  );
  return rows.map((row) => {
    const { log, position, type: title, subject, ending, note } = row;
    const id = eventId({ tenant, log, position });
    const flow = log === UNROUTED ? null : log;
    return {
      ...{ place: { log, position }, ending, note, led: ledTo(tenant, row) },
      node: { id, kind: 'event', title, state: ending, at: row.accepted_at.toISOString(), flow, subject },
    };
  });
}

function ledTo(tenant: string, { log, causation, origin, labelled }: Row): EventNode['led'] {
  // only what we say ourselves is known to be a cause; one that was taken over was caused where it came from
  const cause = causation === null || origin !== null ? null : parseId('evt', causation);
  return [
    ...(origin === null ? [] : [{ place: origin, text: 'taken over' }]),
    ...(cause === null || cause.tenant !== tenant ? [] : [{ place: { log: cause.log, position: cause.position }, text: 'led to' }]),
    ...(labelled === null ? [] : [{ place: { log, position: labelled }, text: 'turned out, by' }]),
  ];
}
