/** Puts an event back into its case's mailbox, so that the case takes what is planned of it. */
import type { CaseLogWriter } from '../log/caseLog.ts';
import { NOTHING_FOUND, rewindCase } from '../log/rewindCase.ts';
import type { ActionKey } from './actions.ts';

/** Where its mail is still there, the case is at it and comes to its actions by itself: false then. Throws `case-busy` where trying again in a moment helps. */
export async function mailAgain({ client }: CaseLogWriter, mail: ActionKey & { caseId: string; subject: string }): Promise<boolean> {
  const { tenant, flow, caseId, eventPosition, subject } = mail;
  const { rowCount } = await client.query(
    `insert into mailboxes (tenant, flow, case_id, position, subject, bytes, found, why)
    values ($1, $2, $3, $4, $5, coalesce((select length(body) from bodies where tenant = $1 and log = $2 and position = $4), 0), $6, 'act') on conflict do nothing`,
    [tenant, flow, caseId, eventPosition, subject, NOTHING_FOUND],
  );
  if (rowCount === 1) await rewindCase(client, mail, eventPosition);
  return rowCount === 1;
}
