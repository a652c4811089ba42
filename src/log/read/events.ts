/** Stored events with what became of them: one statement, so that an ending and its decision are of one moment. */
import type { Decision } from '../../domain/decision.ts';
import type { Ending } from '../../domain/event.ts';
import type { Place } from '../../domain/ids.ts';
import type { CaseIds } from '../caseIds.ts';
import type { Pool } from '../db/database.ts';
import { type DecisionColumns, decisionOf } from './decisions.ts';
import type { LogPlace } from './feed.ts';
import { ORIGIN } from './origin.ts';
import { readRuns } from './runs.ts';

export interface KeptEvent extends Place {
  readonly source: string;
  readonly id: string;
  readonly type: string;
  readonly subject: string | null;
  readonly time: Date;
  readonly acceptedAt: Date;
  readonly ending: Ending;
  /** Why it was quarantined or recorded. */
  readonly note: string | null;
  /** Structured CloudEvents JSON as it was sent; null once old bodies are gone. */
  readonly body: string | null;
  /** In the order they were made. */
  readonly decisions: readonly Decision[];
  /** The last approval that was asked about it. */
  readonly approvalTurn: number | null;
  /** Actions follow from it, or will. */
  readonly acts: boolean;
  /** The run of its case that took mail last. */
  readonly run: string | null;
  /** For an event that no flow took when it was accepted, and one has taken over: where. What became of it there is told here. */
  readonly answeredAt: Place | null;
  /** Where it stands in the logs of flows that took it over. */
  readonly adoptions: readonly Place[];
  /** Of such an entry: the event that it points to. */
  readonly origin: Place | null;
}

interface Row {
  log: string;
  position: number;
  source: string;
  id: string;
  type: string;
  subject: string | null;
  time: Date;
  accepted_at: Date;
  ending: Ending;
  note: string | null;
  body: string | null;
  decisions: Omit<DecisionColumns, 'before'>[] | null;
  turn: number | null;
  acts: boolean;
  origin: LogPlace | null;
  adoptions: (LogPlace & { answers: boolean })[] | null;
}

/** What the reflex has decided acts before its actions are planned. */
const ACTS = `(exists (select from actions a where a.tenant = e.tenant and a.flow = e.log and a.event_position = e.position)
      or e.ending = 'reflex' and not e.history and exists (select from decisions d join policies p on p.tenant = d.tenant and p.version = d.policy
        where d.tenant = e.tenant and d.flow = e.log and d.event_position = e.position and not d.provisional and d.outcome = any(p.reflex_acts_on)))`;

const SELECT = `select e.log, e.position, e.source, e.id, e.type, e.subject, e.time, e.accepted_at, e.ending, e.note, b.body,
    (select json_agg(json_build_object('revision', d.revision, 'outcome', d.outcome, 'provisional', d.provisional, 'policy', d.policy, 'at', d.at, 'body', d.body)
        order by d.revision)
      from decisions d where d.tenant = e.tenant and d.flow = e.log and d.event_position = e.position) as decisions,
    (select max(a.turn) from approvals a where a.tenant = e.tenant and a.flow = e.log and a.event_position = e.position) as turn,
    ${ACTS} as acts,
    ${ORIGIN},
    case when e.kind = 'event' then (select json_agg(json_build_object('log', a.log, 'position', a.position, 'answers', a.answers) order by a.log)
      from adoptions a where a.tenant = e.tenant and a.origin_log = e.log and a.origin_position = e.position) end as adoptions
  from unnest($2::text[], $3::bigint[]) with ordinality as q(log, position, nth)
    cross join lateral (select * from entries e where e.tenant = $1 and e.log = q.log and e.position = q.position and e.kind in ('event', 'adopt') limit 1) e
    left join lateral (select b.body from bodies b where b.tenant = $1 and b.log = q.log and b.position = q.position limit 1) b on true
  order by q.nth`;

/** What `readEvents` reads of an entry `t`, where that may be much. */
export const EVENT_BYTES = `coalesce((select octet_length(b.body) from bodies b where b.tenant = t.tenant and b.log = t.log and b.position = t.position limit 1), 0)
  + coalesce((select sum(octet_length(d.body)) from decisions d where d.tenant = t.tenant and d.flow = t.log and d.event_position = t.position), 0)`;

/** Where events are read, and what tells which case is whose. */
export interface EventSource {
  readonly pool: Pool;
  readonly caseIds: CaseIds;
}

/** Those at the places, in their order; a place without an event gives none. */
export async function readEvents({ pool, caseIds }: EventSource, tenant: string, places: readonly LogPlace[]): Promise<KeptEvent[]> {
  if (places.length === 0) return [];
  const { rows } = await pool.query<Row>(SELECT, [tenant, places.map(({ log }) => log), places.map(({ position }) => position)]);
  const caseIdOf = ({ log, subject }: Row): string => caseIds.of({ tenant, flow: log, subject: subject ?? '' });
  const caseOf = (row: Row) => ({ flow: row.log, caseId: caseIdOf(row) });
  const runOf = await readRuns(pool, tenant, rows.filter(isHanded).map(caseOf));
  const events = rows.map((row) => keptEvent(tenant, row, isHanded(row) ? runOf(caseOf(row)) : null));
  const answers = rows.flatMap(({ adoptions }) => adoptions?.filter(({ answers }) => answers) ?? []);
  if (answers.length === 0) return events;
  const answered = new Map((await readEvents({ pool, caseIds }, tenant, answers)).map((event) => [placeKey(event.origin), event]));
  return events.map((event) => tellAnswer(event, answered.get(placeKey(event))));
}

const placeKey = (place: LogPlace | null): string => `${place?.log} ${place?.position}`;

/** As its sender knows it, with what the flow that took it over made of it. */
function tellAnswer(event: KeptEvent, answer: KeptEvent | undefined): KeptEvent {
  if (answer === undefined) return event;
  const { tenant, log, position, subject, ending, note, decisions, approvalTurn, acts, run } = answer;
  return { ...event, ...{ subject, ending, note, decisions, approvalTurn, acts, run }, answeredAt: { tenant, log, position } };
}

export async function readEvent(source: EventSource, place: Place): Promise<KeptEvent | null> {
  return (await readEvents(source, place.tenant, [place]))[0] ?? null;
}

/** (tenant, source, id) is an event's identity over all logs. */
export async function findEvent(pool: Pool, tenant: string, { source, id }: { source: string; id: string }): Promise<LogPlace | null> {
  const { rows } = await pool.query<LogPlace>('select log, position from identities where tenant = $1 and source = $2 and id = $3', [
    tenant,
    source,
    id,
  ]);
  return rows[0] ?? null;
}

/**
 * Whatever senders gave this id to. Identities are kept by source, so each source is looked up by itself: there are few, and reading along the logs would
 * cost all of them.
 */
export async function findEventsOf(pool: Pool, tenant: string, id: string): Promise<LogPlace[]> {
  const { rows } = await pool.query<LogPlace>(
    `with recursive senders(source) as (
       (select source from identities where tenant = $1 order by source limit 1)
       union all
       select (select i.source from identities i where i.tenant = $1 and i.source > s.source order by i.source limit 1) from senders s where s.source is not null
     )
     select i.log, i.position from senders s cross join lateral (
       select log, position from identities where tenant = $1 and source = s.source and id = $2 limit 1
     ) i order by i.log, i.position`,
    [tenant, id],
  );
  return rows;
}

/** Where a flow holds an event that was accepted into another log. */
export async function findAdoption(pool: Pool, tenant: string, flow: string, origin: LogPlace): Promise<LogPlace | null> {
  const { rows } = await pool.query<LogPlace>(
    'select log, position from adoptions where tenant = $1 and log = $2 and origin_log = $3 and origin_position = $4',
    [tenant, flow, origin.log, origin.position],
  );
  return rows[0] ?? null;
}

const isHanded = ({ ending, acts }: { ending: Ending; acts: boolean }): boolean => ending === 'waiting' || ending === 'case' || acts;
function keptEvent(tenant: string, row: Row, run: string | null): KeptEvent {
  const place = { tenant, log: row.log, position: row.position };
  const decisions = (row.decisions ?? []).map((columns, at, all) =>
    decisionOf({ ...columns, before: at === 0 ? null : (all[at - 1] as DecisionColumns).revision }, place),
  );
  const { source, id, type, subject, time, ending, note, body } = row;
  return {
    ...place,
    ...{ source, id, type, subject, time, acceptedAt: row.accepted_at, ending, note, body, decisions },
    ...{ approvalTurn: row.turn, acts: row.acts, run, answeredAt: null },
    origin: row.origin === null ? null : { tenant, ...row.origin },
    adoptions: (row.adoptions ?? []).map(({ log, position }) => ({ tenant, log, position })),
  };
}
