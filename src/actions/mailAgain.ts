/** Puts an event back into its case's mailbox, so that the case takes what is planned of it. */
import type { CaseLogWriter } from '../log/caseLog.ts';
import { NOTHING_FOUND, rewindCase } from '../log/rewindCase.ts';
import type { ActionKey } from './actions.ts';

const WAITING_STORY = 'select position from stories where tenant = $1 and flow = $2 and position = $3 and open';

/**
 * Where its mail is still there, the case is at it and comes to its actions by itself: false then, unless its story waits for something else.
 * That one is sent its event again, which makes it look at its actions. Throws `case-busy` where trying again in a moment helps.
 */
export async function mailAgain({ client }: CaseLogWriter, mail: ActionKey & { caseId: string; subject: string }): Promise<boolean> {
  const { tenant, flow, caseId, eventPosition, subject } = mail;
  const { rowCount } = await client.query(
    `insert into mailboxes (tenant, flow, case_id, position, subject, bytes, found, why)
    values ($1, $2, $3, $4, $5, coalesce((select length(body) from bodies where tenant = $1 and log = $2 and position = $4), 0), $6, 'act') on conflict do nothing`,
    [tenant, flow, caseId, eventPosition, subject, NOTHING_FOUND],
  );
  const told = rowCount === 1 || (await client.query(WAITING_STORY, [tenant, flow, eventPosition])).rows.length > 0;
  if (told) await rewindCase(client, mail, eventPosition);
  return told;
}
