/**
 * Asks for emissions, in the transaction that records why. Each is made once, by the event that opened it and its type: whoever is killed and
 * asks again changes nothing.
 */
import type { JsonObject } from '../../domain/event.ts';
import { ownSource } from '../../domain/ownEvent.ts';
import type { FlowLog } from '../caseLog.ts';
import type { Client } from '../db/database.ts';
import { type Carried, carriedFrom } from '../watch/watchWrite.ts';

export interface AskedEmission {
  readonly type: string;
  readonly subject: string;
  readonly data: JsonObject;
  /** Of the event that opened it, in the flow's log. */
  readonly position: number;
  /** Of events that led to it too. */
  readonly causes: readonly number[];
}

interface Inherited extends Carried {
  readonly cause: number;
}

const SOURCES = ownSource('');

/** Bodies of those alone that pass anything on: the one that opened it, and events that flows made. */
async function inherited(client: Client, { tenant, flow }: FlowLog, { position, causes }: AskedEmission): Promise<Inherited> {
  const { rows } = await client.query<{ position: number; source: string; body: string | null }>(
    `select e.position, e.source, b.body from unnest($3::bigint[]) as q(position)
     cross join lateral (select position, source from entries e where e.tenant = $1 and e.log = $2 and e.position = q.position limit 1) e
     left join lateral (select body from bodies b where b.tenant = $1 and b.log = $2 and b.position = e.position limit 1) b on true
     where e.position = $4 or starts_with(e.source, $5)`,
    [tenant, flow, [...new Set([position, ...causes])], position, SOURCES],
  );
  const from = rows.map(({ position: cause, source, body }) => ({ cause, ...carriedFrom({ source, body: body ?? '{}' }) }));
  const opener = from.find(({ cause }) => cause === position) ?? { cause: position, correlation: null, hops: 0 };
  // the longest way here counts: a circle is found whichever of its events is heard of
  const longest = from.reduce((most, one) => (one.hops > most.hops ? one : most), opener);
  return { cause: longest.cause, hops: longest.hops, correlation: opener.correlation ?? longest.correlation };
}

/** `at`: RFC 3339; absent: now. The caller holds a lock that orders those who ask for the flow. */
export async function askEmissions(client: Client, of: FlowLog, asked: readonly AskedEmission[], at?: string): Promise<void> {
  for (const one of asked) {
    const { cause, correlation, hops } = await inherited(client, of, one);
    await client.query(
      `with m as (
         insert into emission_marks (tenant, flow, name, position, subject, hops, at) values ($1, $2, $3, $4, $5, $6, coalesce($7::timestamptz, now()))
         on conflict do nothing returning name
       )
       insert into emissions (tenant, flow, name, position, subject, hops, at, data, cause, correlation)
       select $1, $2, m.name, $4, $5, $6, coalesce($7::timestamptz, now()), $8, $9, $10 from m`,
      [of.tenant, of.flow, one.type, one.position, one.subject, hops + 1, at ?? null, JSON.stringify(one.data), cause, correlation],
    );
  }
}
