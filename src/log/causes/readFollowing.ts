/** The events that followed from events: taken over, told to others, made by a watch, heard by a story, said to be true. Each is looked up by a key. */
import type { Flow } from '../../domain/flow.ts';
import { eventId } from '../../domain/ids.ts';
import { isOwnType, ownId, ownSource } from '../../domain/ownEvent.ts';
import type { KeptWait } from '../../domain/story.ts';
import type { Pool } from '../db/database.ts';
import type { LogPlace } from '../read/feed.ts';
import type { CauseNode, Following } from './cause.ts';

/** Of one event: labels, say, may be many. */
const EACH_MAX = 50;

export interface Followed {
  readonly events: readonly Following[];
  /** Emissions that are in no log yet, or never will be. */
  readonly waiting: readonly { readonly node: CauseNode; readonly from: string }[];
}

export interface FollowingOf {
  readonly tenant: string;
  readonly places: readonly LogPlace[];
  readonly flows: readonly Flow[];
  /** The id of an event's case. */
  readonly caseOf: (place: LogPlace) => string;
}

export async function readFollowing(pool: Pool, of: FollowingOf): Promise<Followed> {
  if (of.places.length === 0) return { events: [], waiting: [] };
  const [linked, made, heard] = await Promise.all([readLinked(pool, of), readMade(pool, of), readHeard(pool, of)]);
  return { events: [...heard, ...made.events, ...linked], waiting: made.waiting };
}

/** Taken over by other flows, and labels. */
async function readLinked(pool: Pool, { tenant, places }: FollowingOf): Promise<Following[]> {
  const { rows } = await pool.query<{ from_log: string; from_position: number; log: string; position: number; text: string }>(
    `select q.log as from_log, q.position as from_position, f.log, f.position, f.text
     from unnest($2::text[], $3::bigint[]) with ordinality as q(log, position, nth)
     cross join lateral (
       (select a.log, a.position, 'taken over' as text from adoptions a
         where a.tenant = $1 and a.origin_log = q.log and a.origin_position = q.position order by a.log limit ${EACH_MAX})
       union all
       (select l.flow, l.position, 'turned out, by' from labels l
         where l.tenant = $1 and l.flow = q.log and l.event_position = q.position order by l.position limit ${EACH_MAX})
     ) f order by q.nth, f.position`,
    [tenant, places.map(({ log }) => log), places.map(({ position }) => position)],
  );
  return rows.map(({ from_log, from_position, log, position, text }) => ({
    place: { log, position },
    edge: { from: eventId({ tenant, log: from_log, position: from_position }), text },
  }));
}

interface MadeRow {
  log: string;
  position: number;
  name: string;
  asked: boolean;
  subject: string | null;
  at: Date | null;
  trouble: string | null;
  in_log: string | null;
  in_position: number | null;
}

/** The ids of events of a flow's own follow from the event that opened them and their type, so each that may be there is looked for. */
async function readMade(pool: Pool, { tenant, places, flows, caseOf }: FollowingOf): Promise<Followed> {
  const wanted = places.flatMap((place) => {
    const flow = flows.find(({ name }) => name === place.log);
    if (flow === undefined) return [];
    const names = [...Object.keys(flow.types).filter((type) => isOwnType(flow, type)), ...Object.keys(flow.emits ?? {})];
    return [...new Set(names)].map((name) => ({ ...place, name, id: ownId(name, place) }));
  });
  if (wanted.length === 0) return { events: [], waiting: [] };
  const { rows } = await pool.query<MadeRow>(
    `select q.log, q.position, q.name, m.name is not null as asked, m.subject, m.at, e.trouble, i.log as in_log, i.position as in_position
     from unnest($2::text[], $3::bigint[], $4::text[], $5::text[], $6::text[]) with ordinality as q(log, position, name, id, source, nth)
     left join lateral (select name, subject, at from emission_marks where tenant = $1 and flow = q.log and name = q.name and position = q.position limit 1) m on true
     left join lateral (select trouble from emissions where tenant = $1 and flow = q.log and name = q.name and position = q.position limit 1) e on true
     left join lateral (select log, position from identities where tenant = $1 and source = q.source and id = q.id limit 1) i on true
     where m.name is not null or i.position is not null order by q.nth`,
    [
      ...[tenant, wanted.map(({ log }) => log), wanted.map(({ position }) => position), wanted.map(({ name }) => name)],
      ...[wanted.map(({ id }) => id), wanted.map(({ log }) => ownSource(log))],
    ],
  );
  const fromOf = ({ asked, log, position }: MadeRow): string => (asked ? caseOf({ log, position }) : eventId({ tenant, log, position }));
  const events = rows.flatMap((row): Following[] => {
    const { in_log: log, in_position: position, asked } = row;
    if (log === null || position === null) return [];
    return [{ place: { log, position }, edge: { from: fromOf(row), text: asked ? 'told others' : 'was watched' } }];
  });
  const waiting = rows
    .filter(({ in_position: position }) => position === null)
    .map((row) => {
      const { log: flow, position, name: title, subject, at, trouble } = row;
      const id = `emi_${flow}.${position}.${title}`;
      const state = trouble === null ? 'waiting' : 'refused';
      return { from: fromOf(row), node: { id, kind: 'emission' as const, title, state, at: at?.toISOString() ?? null, flow, subject } };
    });
  return { events, waiting };
}

/** Events that a story waited for: they come to its case, and are not caused by it. */
async function readHeard(pool: Pool, { tenant, places, caseOf }: FollowingOf): Promise<Following[]> {
  const { rows } = await pool.query<{ flow: string; position: number; state: string }>(
    `select s.flow, s.position, s.state from unnest($2::text[], $3::bigint[]) with ordinality as q(log, position, nth)
     cross join lateral (select flow, position, state from stories where tenant = $1 and flow = q.log and position = q.position limit 1) s
     order by q.nth`,
    [tenant, places.map(({ log }) => log), places.map(({ position }) => position)],
  );
  return rows.flatMap(({ flow: log, position, state }) => {
    const { waits } = JSON.parse(state) as { waits: readonly KeptWait[] };
    return waits.flatMap(({ heard }): Following[] =>
      typeof heard === 'number' ? [{ place: { log, position: heard }, edge: { from: caseOf({ log, position }), text: 'waited for' } }] : [],
    );
  });
}
