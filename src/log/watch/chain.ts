/** What led to an event, for whoever must find the circle that was ended. */
import { eventId, type Place, parseId } from '../../domain/ids.ts';
import { HOPS_MAX } from '../../domain/ownEvent.ts';
import type { Client } from '../db/database.ts';

/** The event, what caused it, what caused that: ids with their types, as far back as hops are counted. */
export async function chainOf(client: Client, event: Place): Promise<string> {
  const links: string[] = [];
  for (let at: Place | null = event; at !== null && links.length <= HOPS_MAX; ) {
    const { rows }: { rows: { type: string; body: string | null }[] } = await client.query(
      `select e.type, b.body from entries e left join lateral (
         select body from bodies b where b.tenant = e.tenant and b.log = e.log and b.position = e.position limit 1) b on true
       where e.tenant = $1 and e.log = $2 and e.position = $3`,
      [at.tenant, at.log, at.position],
    );
    links.push(`${eventId(at)} (${rows[0]?.type ?? 'gone'})`);
    const { causationid } = JSON.parse(rows[0]?.body ?? '{}') as { causationid?: unknown };
    at = typeof causationid === 'string' ? parseId('evt', causationid) : null;
  }
  return links.join(' by ');
}
