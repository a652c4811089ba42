/** The event that a business key means, among the earlier events of its subject: newest first, by the index on subjects. */
import type { Ending } from '../domain/event.ts';
import { storedObject } from '../domain/storedData.ts';
import type { Client } from '../log/db/database.ts';
import { lookupOfEvent } from './labelOf.ts';
import type { OutcomeContext } from './outcomeBatch.ts';

/** As many as a card of the fraud flow remembers. A label further back waits for a newer event, in vain. */
const SUBJECT_EVENTS_MAX = 2000;
/** Most labels are about one of the last; a page is cut at these bytes. */
const PAGE = 50;
const PAGE_BYTES_MAX = 4 * 1024 * 1024;

interface Row {
  position: number;
  type: string;
  subject: string;
  ending: Ending;
  body: string | null;
}

/** `(subject, position) < ...`, so written that only the index on the subject gives the order that is asked for. */
const PAGE_BEFORE = `select * from (
    select e.*, b.body, coalesce(sum(octet_length(b.body)) over (order by e.position desc rows between unbounded preceding and 1 preceding), 0) as bytes_before
    from (select position, type, subject, ending from entries e
      where e.tenant = $1 and e.log = $2 and (e.subject, e.position) < ($3, $4) and e.subject >= $3 and e.kind in ('event', 'adopt')
      order by e.subject desc, e.position desc limit ${PAGE}) e
    left join lateral (select body from bodies b where e.ending not in ('recorded', 'quarantined')
      and b.tenant = $1 and b.log = $2 and b.position = e.position limit 1) b on true
  ) sized where bytes_before < ${PAGE_BYTES_MAX} order by position desc`;

/** Of the lookups, those that an event up to the position has, each with its newest. All are of one subject. */
export async function findLabelled(
  client: Client,
  { tenant, flow }: OutcomeContext,
  { subject, lookups, upTo }: { subject: string; lookups: ReadonlySet<string>; upTo: number },
): Promise<Map<string, number>> {
  const found = new Map<string, number>();
  let before = upTo + 1;
  for (let read = 0; read < SUBJECT_EVENTS_MAX && found.size < lookups.size; ) {
    const { rows } = await client.query<Row>(PAGE_BEFORE, [tenant, flow.name, subject, before]);
    const last = rows.at(-1);
    if (last === undefined) break;
    for (const { body, ...event } of rows) {
      const data = storedObject(body);
      const lookup = lookupOfEvent(flow, { ...event, data });
      if (lookup !== null && lookups.has(lookup) && !found.has(lookup)) found.set(lookup, event.position);
    }
    read += rows.length;
    before = last.position;
  }
  return found;
}
