/** Emissions that were asked for: how they stand by flow, and what became of a subject's, for its timeline. */
import { eventId } from '../../domain/ids.ts';
import { ownSource } from '../../domain/ownEvent.ts';
import type { Pool } from '../db/database.ts';
import type { FoundItem, TimelineSubject } from '../read/timelinePart.ts';

export interface EmissionFigures {
  readonly flow: string;
  /** Asked for, and in no log yet. */
  readonly waiting: number;
  readonly oldestSeconds: number;
  readonly refused: number;
  /** Of these, within the last day. */
  readonly refusedOfLate: number;
  /** Why one of them was: the newest. */
  readonly trouble: string | null;
}

/** By flow; none for a flow without any. */
export async function readEmissions(pool: Pool, tenant: string): Promise<EmissionFigures[]> {
  const { rows } = await pool.query<EmissionFigures>(
    `select flow, count(*) filter (where trouble is null)::int as waiting,
       coalesce(extract(epoch from now() - min(at) filter (where trouble is null)), 0)::int as "oldestSeconds",
       count(*) filter (where trouble is not null)::int as refused,
       count(*) filter (where trouble is not null and at > now() - interval '1 day')::int as "refusedOfLate",
       (array_agg(trouble order by nth desc) filter (where trouble is not null))[1] as trouble
     from emissions where tenant = $1 group by flow order by flow`,
    [tenant],
  );
  return rows;
}

interface MarkRow {
  nth: number;
  name: string;
  position: number;
  at: Date;
  trouble: string | null;
  log: string | null;
  event: number | null;
}

/** Each is looked up by its key. */
export async function readSubjectEmissions(
  pool: Pool,
  { tenant, flow }: TimelineSubject,
  values: readonly unknown[],
): Promise<FoundItem[]> {
  const { rows } = await pool.query<MarkRow>(
    `select m.nth, m.name, m.position, m.at, e.trouble, i.log, i.position as event from (
       select * from emission_marks m where m.tenant = $1 and m.flow = $2 and (m.subject, m.nth) > ($3, $4) and m.subject <= $3
       order by m.subject, m.nth limit $5) m
     left join lateral (select trouble from emissions e where e.tenant = $1 and e.flow = $2 and e.name = m.name and e.position = m.position limit 1) e on true
     left join lateral (select log, position from identities i where i.tenant = $1 and i.source = $6
       and i.id = m.name || ':' || $2 || '.' || m.position limit 1) i on true
     order by m.nth`,
    [...values, ownSource(flow)],
  );
  return rows.map(({ nth, name, position, at, trouble, log, event }) => ({
    ...{ part: 'emissions', position: nth, at, tie: position },
    item: {
      at: at.toISOString(),
      kind: 'signal',
      id: `emi_${tenant === 'default' ? '' : `${tenant}.`}${flow}.${nth}`,
      title: trouble === null ? `Tells others: ${name}` : `Does not tell others: ${name}`,
      detail: JSON.stringify({
        type: name,
        event: log === null || event === null ? null : eventId({ tenant, log, position: event }),
        trouble,
      }),
      causes: [eventId({ tenant, log: flow, position })],
    },
  }));
}
