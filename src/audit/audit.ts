/**
 * Proves from the tables that every accepted event ended as exactly one thing or still waits. All checks read one snapshot,
 * so a service that goes on accepting does not disturb them; one that adds up here adds up at that instant.
 */

import type { QueryConfig } from 'pg';
import type { Client, Pool } from '../log/db/database.ts';
import { AUDIT_CHECKS, type AuditCheck } from './auditChecks.ts';

export interface AuditCounts {
  accepted: number;
  reflex: number;
  case: number;
  recorded: number;
  unrouted: number;
  expired: number;
  quarantined: number;
  waiting: number;
}

export interface Audit {
  ok: boolean;
  flows: Record<string, AuditCounts>;
  findings: string[];
}

/** Rows shown of one check; the rest is counted. */
const SHOWN_MAX = 20;

const COUNTS = `select h.log, count(e.position) as accepted,
    ${['reflex', 'case', 'recorded', 'unrouted', 'expired', 'quarantined', 'waiting'].map((ending) => `count(*) filter (where e.ending = '${ending}') as "${ending}"`).join(', ')}
  from (select log from heads where tenant = $1 and log not like '%/cases' union select log from entries where tenant = $1) h
  left join entries e on e.tenant = $1 and e.log = h.log and e.kind in ('event', 'adopt') group by h.log order by h.log`;

/** A check may take longer than the statements of a service: 1.3 million events took tens of seconds, and a busy machine ran into its time limits. */
const CHECK_MS_MAX = 30 * 60_000;

/** Whether every accepted event has one end, by the tables alone. */
export async function audit(pool: Pool, tenant = 'default'): Promise<Audit> {
  const client = await pool.connect();
  try {
    await client.query(
      "begin isolation level repeatable read read only; set local work_mem = '128MB'; set local enable_nestloop = off; set local idle_in_transaction_session_timeout = 0; set local statement_timeout = '30min'",
    );
    const flows = await countEndings(client, tenant);
    const findings: string[] = [];
    for (const check of AUDIT_CHECKS) findings.push(...(await findingsOf(client, tenant, check)));
    for (const [log, { accepted, ...endings }] of Object.entries(flows)) {
      const sum = Object.values(endings).reduce((total, count) => total + count, 0);
      if (sum !== accepted) findings.push(`the log ${log} accepted ${accepted} events, its endings add up to ${sum}`);
    }
    await client.query('rollback');
    client.release();
    return { ok: findings.length === 0, flows, findings };
  } catch (error) {
    client.release(true);
    throw error;
  }
}

async function countEndings(client: Client, tenant: string): Promise<Record<string, AuditCounts>> {
  const { rows } = await client.query<AuditCounts & { log: string }>({
    text: COUNTS,
    values: [tenant],
    query_timeout: CHECK_MS_MAX,
  } as QueryConfig);
  return Object.fromEntries(rows.map(({ log, ...counts }) => [log, counts]));
}

async function findingsOf(client: Client, tenant: string, { wrong, sql, say }: AuditCheck): Promise<string[]> {
  const { rows } = await client.query<{ found: number } & Record<string, unknown>>({
    text: `select *, count(*) over () as found from (${sql}) broken order by log limit ${SHOWN_MAX}`,
    values: [tenant],
    query_timeout: CHECK_MS_MAX,
  } as QueryConfig);
  const hidden = (rows[0]?.found ?? 0) - rows.length;
  const shown = rows.map((row) => `${wrong}: ${say(row)}`);
  return hidden > 0 ? [...shown, `${wrong}: ${hidden} more like these`] : shown;
}
