/** A subject's events before one of them, for whoever judges that one. */
import type { JsonObject } from '../../domain/event.ts';
import { storedObject } from '../../domain/storedData.ts';
import type { Pool } from '../db/database.ts';

export interface PastEvent {
  readonly type: string;
  readonly time: string;
  readonly ending: string;
  readonly data: JsonObject;
}

export interface EventOfSubject {
  readonly tenant: string;
  readonly flow: string;
  readonly subject: string;
  readonly position: number;
}

/** The newest first, up to `limit`: read by the index on subjects. */
export async function readPastEvents(pool: Pool, { tenant, flow, subject, position }: EventOfSubject, limit: number): Promise<PastEvent[]> {
  const { rows } = await pool.query<{ type: string; time: Date; ending: string; body: string | null }>(
    `select e.type, e.time, e.ending, b.body from entries e
       left join lateral (select body from bodies b where b.tenant = e.tenant and b.log = e.log and b.position = e.position limit 1) b on true
     where e.tenant = $1 and e.log = $2 and (e.subject, e.position) < ($3, $4) and e.subject >= $3 and e.kind in ('event', 'adopt')
     order by e.subject desc, e.position desc limit $5`,
    [tenant, flow, subject, position, limit],
  );
  return rows.map(({ type, time, ending, body }) => ({
    type,
    time: time.toISOString(),
    ending,
    data: storedObject(body) ?? {},
  }));
}
