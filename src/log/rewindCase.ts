/** Has the dispatcher send a case an event from before what it has taken. */
import { SignalboxError } from '../domain/errors.ts';
import type { Client } from './db/database.ts';
import type { CaseKey } from './settleMail.ts';

/** For the event's new mail: the case finds what the reflex found in the decision it may have given. */
export const NOTHING_FOUND = '{"found":{},"rungs":[]}';

/**
 * The case must be sent an event from before what it has taken. Only between two signals: an acknowledgement on its way would move
 * `taken` past the event again. Throws `case-busy` else.
 */
export async function rewindCase(client: Client, { tenant, flow, caseId }: CaseKey, position: number): Promise<void> {
  const key = [tenant, flow, caseId];
  const { rows } = await client.query<{ busy: boolean }>(
    'select sent > taken as busy from deliveries where tenant = $1 and flow = $2 and case_id = $3 for update',
    key,
  );
  if (rows[0]?.busy === true) throw new SignalboxError('case-busy');
  await client.query(
    `update deliveries set sent = least(sent, $4), taken = least(taken, $4), settled = least(settled, $4) where tenant = $1 and flow = $2 and case_id = $3`,
    [...key, position - 1],
  );
}
