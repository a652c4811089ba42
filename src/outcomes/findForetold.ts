/** The decision that an event speaks of in hindsight: the one that foretold it, or the newest one, which did not. */
import type { Hindsight } from '../domain/flow/flowOutcomes.ts';
import type { Client } from '../log/db/database.ts';
import type { Label } from './labelOf.ts';
import type { OutcomeContext } from './outcomeBatch.ts';

/** A machine that is read each second has so many in a day. What was foretold further back is not found. */
const DECISIONS_MAX = 100_000;

/**
 * Decisions of the reflex, which stand with their events, newest first by the index on subjects: whatever a case made of one, it was
 * said. An event that tells of what happened earlier is behind decisions that came after that: by the times of events they are passed over.
 * Ordered as the index gives it, so that the look ends with the first that fits.
 */
const newest = (fits: string): string => `select r.position from (
    select subject, position, outcome from decisions
    where tenant = $1 and flow = $2 and (subject, position) < ($3, $4) and subject >= $3 and log = $2 and revision = 0
    order by subject desc, position desc limit ${DECISIONS_MAX}) r
  cross join lateral (select time from entries where tenant = $1 and log = $2 and position = r.position limit 1) e
  where e.time <= $5 and ${fits} order by r.subject desc, r.position desc limit 1`;
const FORETOLD = newest('r.outcome = any($6) and e.time >= $7');
const NEWEST = newest('true');

/** The position of its event; null where nothing was decided before. */
export async function findForetold(
  client: Client,
  { tenant, flow }: OutcomeContext,
  { subject, position, atMs, hindsight }: Pick<Label, 'subject' | 'position' | 'atMs'> & { readonly hindsight: Hindsight },
): Promise<number | null> {
  const [at, from] = [atMs, atMs - hindsight.withinMs].map((timeMs) => new Date(timeMs).toISOString());
  const before = [tenant, flow.name, subject, position, at];
  const foretold = await client.query<{ position: number }>(FORETOLD, [...before, hindsight.outcomes, from]);
  if (foretold.rows[0] !== undefined) return foretold.rows[0].position;
  const missed = await client.query<{ position: number }>(NEWEST, before);
  return missed.rows[0]?.position ?? null;
}
