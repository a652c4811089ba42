/**
 * Receivers of actions that answered 410 Gone: nothing more is sent to them until a person says so. A receiver is its whole address;
 * of that only a hash is its name, and what may hold a token is not kept.
 */
import { createHash } from 'node:crypto';
import { type CaseLogWriter, storable } from '../log/caseLog.ts';
import type { Pool } from '../log/db/database.ts';
import { shownTarget } from '../settings/outboundTarget.ts';
import type * as wire from '../wire/action.ts';

export interface Receiver {
  /** `rcv_` and 16 hex digits. */
  readonly id: string;
  /** Without credentials, query and fragment. */
  readonly url: string;
}

export function receiverAt(url: string): Receiver {
  return { id: `rcv_${createHash('sha256').update(url).digest('hex').slice(0, 16)}`, url: shownTarget(url) };
}

interface Row {
  receiver: string;
  url: string;
  disabled_at: Date | null;
  why: string;
  enabled_at: Date | null;
  enabled_by: string | null;
}

const keptReceiver = (row: Row): wire.Receiver => ({
  id: row.receiver,
  url: row.url,
  state: row.disabled_at === null ? 'enabled' : 'disabled',
  disabledAt: row.disabled_at?.toISOString() ?? null,
  why: row.why,
  enabledAt: row.enabled_at?.toISOString() ?? null,
  enabledBy: row.enabled_by,
});

const COLUMNS = 'receiver, url, disabled_at, why, enabled_at, enabled_by';

/** In the transaction that ends the action which was answered 410. */
export async function disableReceiver({ client, tenant, at }: CaseLogWriter, { id, url }: Receiver, why: string): Promise<void> {
  await client.query(
    `insert into receivers (tenant, receiver, url, disabled_at, why) values ($1, $2, $3, $4, $5)
    on conflict (tenant, receiver) do update set disabled_at = coalesce(receivers.disabled_at, excluded.disabled_at), why = excluded.why`,
    [tenant, id, storable(url), at, storable(why)],
  );
}

/** Null where it is none that ever answered 410. */
export async function readReceiver(pool: Pick<Pool, 'query'>, tenant: string, id: string): Promise<wire.Receiver | null> {
  const { rows } = await pool.query<Row>(`select ${COLUMNS} from receivers where tenant = $1 and receiver = $2`, [tenant, id]);
  return rows[0] === undefined ? null : keptReceiver(rows[0]);
}

/** In the order of their ids, from behind `after`; whether there are more. */
export async function listReceivers(
  pool: Pool,
  tenant: string,
  { after = '', limit }: { after?: string; limit: number },
): Promise<{ receivers: wire.Receiver[]; more: boolean }> {
  const { rows } = await pool.query<Row>(
    `select ${COLUMNS} from receivers where tenant = $1 and receiver > $2 order by receiver limit $3`,
    [tenant, after, limit + 1],
  );
  return { receivers: rows.slice(0, limit).map(keptReceiver), more: rows.length > limit };
}

/** Again: changes nothing. Null where there is no such receiver. */
export async function enableReceiver(
  pool: Pool,
  { tenant, id, actor }: { tenant: string; id: string; actor: string },
): Promise<wire.Receiver | null> {
  await pool.query(
    'update receivers set disabled_at = null, enabled_at = now(), enabled_by = $3 where tenant = $1 and receiver = $2 and disabled_at is not null',
    [tenant, id, storable(actor)],
  );
  return readReceiver(pool, tenant, id);
}
