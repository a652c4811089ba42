/** Approvals by the records of their changes. */
import { parseId } from '../domain/ids.ts';
import type { Pool } from '../log/db/database.ts';
import type { LogPlace } from '../log/read/feed.ts';
import type { Approval } from '../wire/approval.ts';
import { APPROVAL_COLUMNS, APPROVAL_EVENT, type ApprovalRow, keptApproval } from './approvalRow.ts';

/** For each record of a second log that is about an approval, the approval as it stands now, or null. */
export async function readChangedApprovals(pool: Pool, tenant: string, places: readonly LogPlace[]): Promise<(Approval | null)[]> {
  if (places.length === 0) return [];
  const records = await pool.query<{ log: string; position: number; detail: string }>(
    `select r.log, r.position, r.detail from unnest($2::text[], $3::bigint[]) as q(log, position)
     cross join lateral (select * from records r where r.tenant = $1 and r.log = q.log and r.position = q.position limit 1) r`,
    [tenant, places.map(({ log }) => log), places.map(({ position }) => position)],
  );
  const idAt = new Map(records.rows.map(({ log, position, detail }) => [`${log} ${position}`, approvalOf(detail)]));
  const ids = [...new Set([...idAt.values()].filter((id): id is string => id !== null))];
  const keys = ids.map((id) => parseId('apr', id)).filter((key) => key !== null);
  const { rows } = await pool.query<ApprovalRow>(
    `select ${APPROVAL_COLUMNS} from unnest($2::text[], $3::bigint[], $4::int[]) as q(flow, event_position, turn)
     cross join lateral (select * from approvals a
       where a.tenant = $1 and a.flow = q.flow and a.event_position = q.event_position and a.turn = q.turn limit 1) a ${APPROVAL_EVENT}`,
    [tenant, keys.map(({ log }) => log), keys.map(({ position }) => position), keys.map(({ tail }) => Number(tail))],
  );
  const approvals = new Map(rows.map((row) => keptApproval(row).approval).map((approval) => [approval.id, approval]));
  return places.map(({ log, position }) => approvals.get(idAt.get(`${log} ${position}`) ?? '') ?? null);
}

function approvalOf(detail: string): string | null {
  const { approval } = JSON.parse(detail) as { approval?: unknown };
  return typeof approval === 'string' && parseId('apr', approval) !== null ? approval : null;
}
