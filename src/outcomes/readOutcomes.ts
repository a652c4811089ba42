/** Labels as they are asked for: what one says it is about, what is known of a decision, and what a subject's timeline shows. */
import { decisionId, eventId, type Place } from '../domain/ids.ts';
import type { Pool } from '../log/db/database.ts';
import { AFTER, type FoundItem, type TimelineSubject } from '../log/read/timelinePart.ts';
import { finalOf, lastLabelOf } from './byEvent.ts';

/** An event, and the revision of its decision where that was named. */
export interface NamedEvent {
  readonly log: string;
  readonly position: number;
  readonly revision: number | null;
}

/** The subjects of the events, in order; null where there is no such event, or no such decision of it. */
export async function readNamedSubjects(pool: Pool, tenant: string, named: readonly NamedEvent[]): Promise<(string | null)[]> {
  const { rows } = await pool.query<{ subject: string | null }>(
    `select e.subject from unnest($2::text[], $3::bigint[], $4::int[]) with ordinality as q(log, position, revision, nth)
     left join lateral (select subject from entries e where e.tenant = $1 and e.log = q.log and e.position = q.position and e.kind in ('event', 'adopt')
       and (q.revision is null or (select count(*) from decisions d
         where d.tenant = $1 and d.flow = q.log and d.event_position = q.position and d.revision = q.revision) > 0) limit 1) e on true
     order by q.nth`,
    [tenant, named.map(({ log }) => log), named.map(({ position }) => position), named.map(({ revision }) => revision)],
  );
  return rows.map(({ subject }) => subject);
}

/** What turned out to be true of an event's decision, since when, and by which event. */
export interface Truth {
  truth: string;
  at: string;
  event: string;
}

/** By the last label; null: nothing is known. */
export async function readTruth(pool: Pool, { tenant, log, position }: Place): Promise<Truth | null> {
  const { rows } = await pool.query<{ position: number; truth: string; at: Date }>(lastLabelOf('$3'), [tenant, log, position]);
  const last = rows[0];
  return last === undefined
    ? null
    : { truth: last.truth, at: last.at.toISOString(), event: eventId({ tenant, log, position: last.position }) };
}

interface Row {
  position: number;
  accepted_at: Date;
  truth: string;
  event_position: number | null;
  revision: number | null;
}

/** A timeline's part. One that waits for its event is shown too. */
export async function readSubjectOutcomes(pool: Pool, { tenant, flow }: TimelineSubject, values: readonly unknown[]): Promise<FoundItem[]> {
  const { rows } = await pool.query<Row>(
    `select l.position, l.accepted_at, l.truth, l.event_position, d.revision from labels l
     left join lateral (${finalOf('l.event_position')}) d on true
     where l.tenant = $1 and l.flow = $2 and ${AFTER('l')} order by l.subject, l.position limit $5`,
    [...values],
  );
  return rows.map(({ position, accepted_at: at, truth, event_position: labelled, revision }) => {
    const [label, event] = [
      eventId({ tenant, log: flow, position }),
      labelled === null ? null : eventId({ tenant, log: flow, position: labelled }),
    ];
    const decision = labelled === null || revision === null ? null : decisionId({ tenant, log: flow, position: labelled }, revision);
    return {
      part: 'outcomes',
      position,
      at,
      tie: position,
      item: {
        at: at.toISOString(),
        kind: 'outcome',
        id: `out_${tenant === 'default' ? '' : `${tenant}.`}${flow}.${position}`,
        title: event === null ? `${truth}: of an event that is not there yet` : `${truth}: ${decision ?? event}`,
        detail: JSON.stringify({ truth, event, decision, label }),
        causes: event === null ? [label] : [label, event],
      },
    };
  });
}
