/** The traces that events are part of, with what a case's spans are made from. */
import { eventId } from '../../domain/ids.ts';
import { type SpanContext, storedTrace } from '../../domain/tracer.ts';
import type { Pool } from '../db/database.ts';
import type { LogPlace } from './feed.ts';

export interface EventTrace {
  readonly position: number;
  /** The event's. */
  readonly id: string;
  readonly context: SpanContext;
  readonly acceptedAt: Date;
  /** Those that have their verdict, in order. */
  readonly approvals: readonly { readonly turn: number; readonly openedAt: Date; readonly decidedAt: Date; readonly via: string }[];
}

interface Row {
  position: number;
  accepted_at: Date;
  body: string;
  approvals: { turn: number; opened: string; decided: string; via: string }[] | null;
}

/** Attributes come first in a body: so much of it holds a `traceparent`, if it has one. */
const HEAD_CHARS = 16_384;

/** Of the events at these positions that are part of a trace. */
export async function readEventTraces(
  pool: Pick<Pool, 'query'>,
  { tenant, log }: Pick<LogPlace, 'log'> & { readonly tenant: string },
  positions: readonly number[],
): Promise<EventTrace[]> {
  const { rows } = await pool.query<Row>(
    `select q.position, e.accepted_at, left(b.body, ${HEAD_CHARS}) as body,
      (select json_agg(json_build_object('turn', a.turn, 'opened', a.opened_at, 'decided', a.decided_at, 'via', a.via) order by a.turn) from approvals a
        where a.tenant = $1 and a.flow = $2 and a.event_position = q.position and a.decided_at is not null) as approvals
    from unnest($3::bigint[]) as q(position)
      cross join lateral (select accepted_at from entries e where e.tenant = $1 and e.log = $2 and e.position = q.position and e.kind in ('event', 'adopt') limit 1) e
      cross join lateral (select body from bodies b where b.tenant = $1 and b.log = $2 and b.position = q.position limit 1) b`,
    [tenant, log, positions],
  );
  return rows.flatMap(({ position, accepted_at: acceptedAt, body, approvals }) => {
    const context = storedTrace(body);
    if (context === null) return [];
    const waits = (approvals ?? []).map(({ turn, opened, decided, via }) => ({
      turn,
      openedAt: new Date(opened),
      decidedAt: new Date(decided),
      via,
    }));
    return [{ position, id: eventId({ tenant, log, position }), context, acceptedAt, approvals: waits }];
  });
}
