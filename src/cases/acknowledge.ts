/** A case says what it has taken; only then is it sent more. */
import type { Pool } from '../log/db/database.ts';
import { type CaseKey, lockDelivery, moveSettled } from '../log/settleMail.ts';

/**
 * Gives those of the positions that wait in this case's mailbox, in order, and notes the last of them as taken. What is not there
 * is no business of the case: it has its end already, or a signal by hand made it up.
 */
export async function acknowledge(pool: Pool, key: CaseKey, positions: readonly number[]): Promise<number[]> {
  const { tenant, flow, caseId } = key;
  const client = await pool.connect();
  try {
    await client.query('begin');
    await lockDelivery(client, key);
    const { rows } = await client.query<{ position: number }>(
      'select position from mailboxes where tenant = $1 and flow = $2 and case_id = $3 and position = any($4::bigint[]) order by position',
      [tenant, flow, caseId, positions],
    );
    const known = rows.map(({ position }) => position);
    // whoever sent it may not have lived to note so: who is never noted as sent to is never looked after
    await client.query(
      'update deliveries set taken = greatest(taken, $4), sent = greatest(sent, $4) where tenant = $1 and flow = $2 and case_id = $3',
      [tenant, flow, caseId, known.at(-1) ?? 0],
    );
    await moveSettled(client, key);
    await client.query('commit');
    client.release();
    return known;
  } catch (error) {
    // closing the connection rolls back
    client.release(true);
    throw error;
  }
}
