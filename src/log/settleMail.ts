/**
 * Takes events out of their case's mailbox when nothing of them is open any more, and moves `settled` up.
 *
 * The delivery row is locked in a statement of its own before `settled` is worked out: a statement that waits for the lock still
 * sees the mailbox from before the wait, and a `settled` worked out from that would have the case started again for ever.
 */
import type { CaseLogWriter } from './caseLog.ts';
import type { Client, Pool } from './db/database.ts';

/** Every event at or below has its end, and none of its actions is open: `$1`-`$3` are the case's key. */
const SETTLED = `coalesce((select min(m.position) from mailboxes m where m.tenant = $1 and m.flow = $2 and m.case_id = $3 and m.position <= d.taken) - 1, d.taken)`;

export interface CaseKey {
  readonly tenant: string;
  readonly flow: string;
  readonly caseId: string;
}

/** Locks the delivery row, so that what is worked out after it holds until the commit. */
export async function lockDelivery(client: Client, { tenant, flow, caseId }: CaseKey): Promise<void> {
  await client.query('select from deliveries where tenant = $1 and flow = $2 and case_id = $3 for no key update', [tenant, flow, caseId]);
}

/** The caller has locked the row. */
export async function moveSettled(client: Client, { tenant, flow, caseId }: CaseKey): Promise<void> {
  await client.query(`update deliveries d set settled = ${SETTLED} where d.tenant = $1 and d.flow = $2 and d.case_id = $3`, [
    tenant,
    flow,
    caseId,
  ]);
}

/** The subject of a case, whatever the case itself knows of it; null where it never had mail. */
export async function readCaseSubject(pool: Pool, { tenant, flow, caseId }: CaseKey): Promise<string | null> {
  const { rows } = await pool.query<{ subject: string }>(
    'select subject from deliveries where tenant = $1 and flow = $2 and case_id = $3',
    [tenant, flow, caseId],
  );
  return rows[0]?.subject ?? null;
}

/** What the reflex decided acts, and its actions are not planned yet. */
const UNPLANNED = `((select count(*) from actions a where a.tenant = $1 and a.flow = $2 and a.event_position = m.position) = 0
        and (select count(*) from decisions d join policies p on p.tenant = d.tenant and p.version = d.policy
          where d.tenant = $1 and d.flow = $2 and d.event_position = m.position and d.revision = 0 and not d.provisional and d.outcome = any(p.reflex_acts_on)) > 0)`;
/** Null where the event has none. */
const STORY = '(select s.open from stories s where s.tenant = $1 and s.flow = $2 and s.position = m.position)';

/**
 * Events that wait, that have a planned action, whose actions are still to be planned or whose story is open stay: their case is not done
 * with them. One that is looked at again stays until its story was told.
 */
export async function settleMail(
  { client }: CaseLogWriter,
  { tenant, flow, caseId }: CaseKey,
  positions: readonly number[],
): Promise<void> {
  // scalar subqueries, looked up by key row by row: as `not exists` they became joins that, on tables without statistics yet,
  // compared each position with every waiting entry (1.5 s for 500 of 12,000)
  await client.query(
    `delete from mailboxes m where m.tenant = $1 and m.flow = $2 and m.case_id = $3 and m.position = any($4::bigint[])
      and (select e.ending from entries e where e.tenant = $1 and e.log = $2 and e.position = m.position) is distinct from 'waiting'
      and (select count(*) from actions a where a.tenant = $1 and a.flow = $2 and a.event_position = m.position and a.state = 'planned') = 0
      and (m.why = 'decide' or not ${UNPLANNED})
      and case m.why when 'look' then ${STORY} is false else ${STORY} is not true end`,
    [tenant, flow, caseId, positions],
  );
  await lockDelivery(client, { tenant, flow, caseId });
  await moveSettled(client, { tenant, flow, caseId });
}
