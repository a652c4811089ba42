/** What a case reads of its events before it works on them: all in one round of queries. */

import type { RungFinding } from '../domain/decision.ts';
import type { Ending, JsonObject, MailReason } from '../domain/event.ts';
import { eventId } from '../domain/ids.ts';
import type { LoadedEvent } from '../domain/loadedEvent.ts';
import type { KeptStory } from '../domain/story.ts';
import type { Pool } from './db/database.ts';
import { decisionOf, readDecisions } from './eventDecisions.ts';
import type { Policies } from './policies.ts';
import { type StoredRow, storedEvent } from './storedEvent.ts';

interface Row extends StoredRow {
  ending: Ending;
  found: string | null;
  why: MailReason | null;
  story: string | null;
  planned: string[];
  asked: string | null;
  held: string | null;
  active: string;
  now: Date;
}

/** A history holds what an activity gives, and Temporal refuses more than 2 MB of it. */
const BYTES_MAX = 512 * 1024;

/** By key, row by row (`limit 1` keeps the planner from joining): on tables without statistics yet it joined everything with everything. */
const LOAD = `with sized as (
    select q.position, b.body, sum(octet_length(b.body)) over (order by q.position) - octet_length(b.body) as bytes_before
    from unnest($3::bigint[]) as q(position)
      cross join lateral (select body from bodies where tenant = $1 and log = $2 and position = q.position limit 1) b
  )
  select b.position, e.source, e.id, e.type, e.subject, e.accepted_at, e.ending, b.body, clock_timestamp() as now,
    (select h.policy from heads h where h.tenant = $1 and h.log = $2) as active,
    (select p.note from entries p where p.tenant = $1 and p.log = $2 and p.kind = 'policy' and p.position <= b.position order by p.position desc limit 1) as held,
    (select m.found from mailboxes m where m.tenant = $1 and m.flow = $2 and m.case_id = $4 and m.position = b.position) as found,
    (select m.why from mailboxes m where m.tenant = $1 and m.flow = $2 and m.case_id = $4 and m.position = b.position) as why,
    (select json_build_object('open', s.open, 'waits', s.state::json -> 'waits')::text from stories s where s.tenant = $1 and s.flow = $2 and s.position = b.position) as story,
    array(select a.action::text from actions a where a.tenant = $1 and a.flow = $2 and a.event_position = b.position and a.state = 'planned' order by a.step, a.action) as planned,
    (select p.policy from approvals p where p.tenant = $1 and p.flow = $2 and p.event_position = b.position order by p.turn desc limit 1) as asked
  from sized b
    cross join lateral (select * from entries e where e.tenant = $1 and e.log = $2 and e.position = b.position and e.kind in ('event', 'adopt') limit 1) e
  where b.bytes_before < ${BYTES_MAX} order by b.position`;

/** Those of the positions that the log holds, in order, up to half a megabyte of bodies: at least the first of them. */
export async function loadEvents(
  { pool, policies }: { pool: Pool; policies: Policies },
  key: { tenant: string; flow: string; caseId: string },
  positions: readonly number[],
): Promise<LoadedEvent[]> {
  const { tenant, flow, caseId } = key;
  const { rows } = await pool.query<Row>(LOAD, [tenant, flow, positions, caseId]);
  const decisions = await readDecisions(pool, key, positions);
  const active = rows[0]?.active;
  const follow = active !== undefined && (await policies.runningCases(pool, tenant, active)) === 'follow';
  return rows.map((row): LoadedEvent => {
    const own = decisions.filter(({ event_position: position }) => position === row.position);
    const [provisional, final] = [own.find((decision) => decision.provisional), own.find((decision) => !decision.provisional)];
    const { event, expiresAtMs } = storedEvent(row);
    const { found, rungs } = JSON.parse(row.found ?? '{}') as { found?: JsonObject; rungs?: RungFinding[] };
    const { position, ending, why, story, planned } = row;
    return {
      eventId: eventId({ tenant, log: flow, position }),
      event,
      ending,
      ...(why === 'act' || why === 'look' ? { why } : {}),
      expired: ending === 'waiting' && row.asked === null && expiresAtMs !== null && expiresAtMs <= row.now.getTime(),
      expiresAtMs,
      ...(row.asked === null ? {} : { asked: true }),
      found: found ?? {},
      rungs: rungs ?? [],
      provisional: provisional === undefined ? null : decisionOf(provisional, own),
      final: final === undefined ? null : decisionOf(final, own),
      ...(story === null ? {} : { story: JSON.parse(story) as KeptStory }),
      planned,
      policy: row.asked ?? (follow ? row.active : (provisional?.policy ?? row.held ?? row.active)),
    };
  });
}
