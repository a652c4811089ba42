import { type Receiver, readReceiver, receiverAt } from '../actions/receivers.ts';
import { sendWebhook, type WebhookTarget } from '../actions/sendWebhook.ts';
import { type KeptApproval, readApproval } from '../approvals/approval.ts';
import { createLink } from '../approvals/links.ts';
import type { MailText } from '../approvals/notices.ts';
import type { NoticeTargets } from '../approvals/noticeTargets.ts';
import { beginNoticeTry, endNotice, failNoticeTry, type KeptNotice, type NoticeEnd, type NoticeKey } from '../approvals/noticeTries.ts';
import { sendMail } from '../approvals/sendMail.ts';
import type { Pool } from '../log/db/database.ts';
import { failure } from './asFailure.ts';

const MINUTE_MS = 60_000;
/** The pauses before each try: the last one comes within the hour, as a reminder that comes tomorrow reminds nobody. */
const NOTICE_SCHEDULE_MS: readonly number[] = [0, MINUTE_MS / 2, 2 * MINUTE_MS, 10 * MINUTE_MS, 45 * MINUTE_MS];
/** A try that has not said how it went is given this long: its timeouts, and time to record it. */
const LEASE_MS = 60_000;

export interface SendNoticeDeps {
  readonly pool: Pool;
  /** Absent: nothing is configured. */
  readonly noticeTargets?: NoticeTargets | undefined;
  readonly noticeScheduleMs?: readonly number[] | undefined;
}

interface Told {
  readonly result: 'taken' | 'gone' | 'refused' | 'barred';
  readonly said: string;
  /** The receiver that answered 410. */
  readonly gone?: Receiver;
}

/**
 * Tells somebody of an approval, by webhook or mail, and records how that ended. No case waits for it.
 *
 * *Retries*: five tries within an hour, counted and timed in the notice's row. A `410 Gone`, which disables the receiver, a receiver that is disabled, a mailbox that the server does not know, or the fifth failure
 * ends it as failed, which is on the timeline.
 * *Idempotency*: by the notice's key, which is the webhook's id and makes the mail's Message-ID. A turn is leased in the row, so that no two tries are in the
 * air at once, and none follows a recorded end. Each try of a mail makes a link of its own: of the one before only a hash is left.
 * *Fails with*: `receiver-refused` and `action-underway` (tried again when the row allows it), `database-away`; `not-found` where there is no such
 * notice (not retried).
 */
export function createSendNotice({ pool, noticeTargets, noticeScheduleMs = NOTICE_SCHEDULE_MS }: SendNoticeDeps) {
  async function send(key: NoticeKey, { notice, atMs }: { notice: KeptNotice; atMs: number }, kept: KeptApproval): Promise<Told> {
    const { channel, recipient, body } = notice;
    const { webhook = null, mail = null, publicUrl = '' } = noticeTargets ?? {};
    if (channel === 'webhook' && webhook !== null) return sendHook(webhook, { key, body, atMs });
    if (channel === 'webhook' || mail === null || recipient === null)
      return { result: 'gone', said: `this worker has no address for the channel ${channel}` };
    const { subject, text } = JSON.parse(body) as MailText;
    const link = notice.kind === 'decided' ? null : await linkOf(pool, { kept, recipient, publicUrl });
    return sendMail(mail, { id: key.key, to: recipient, subject, text: link === null ? `${text}\n` : `${text}\n\n${link}\n` });
  }

  /** As of actions: who answered 410 is sent nothing more until somebody says so. */
  async function sendHook(webhook: WebhookTarget, { key, body, atMs }: { key: NoticeKey; body: string; atMs: number }): Promise<Told> {
    const receiver = receiverAt(webhook.url);
    const known = await readReceiver(pool, key.tenant, receiver.id);
    if (known?.state === 'disabled')
      return { result: 'barred', said: `nothing was sent, as ${receiver.id} is disabled since ${known.disabledAt}: it ${known.why}` };
    const answer = await sendWebhook(webhook, { id: key.key, body, sentAtMs: atMs });
    return answer.result === 'gone' ? { ...answer, gone: receiver } : answer;
  }

  return async ({ tenant, key: id }: NoticeKey): Promise<NoticeEnd | 'over'> => {
    const key = { tenant, key: id };
    const begun = await beginNoticeTry(pool, key, LEASE_MS);
    if (begun === null) throw failure('not-found', `There is no notice ${id}`);
    if (begun.turn === 'over') return 'over';
    if (begun.turn === 'later')
      throw failure('action-underway', `The next try of ${id} may begin in ${begun.waitMs} ms`, { nextRetryDelayMs: begun.waitMs + 1 });
    const { notice } = begun;
    const kept = await readApproval(pool, notice.approval);
    if (kept === null) throw failure('not-found', `There is no approval for the notice ${id}`);
    const end = async (state: NoticeEnd, error: string | null, gone?: Receiver): Promise<NoticeEnd> => {
      const { id: approval, subject } = kept.approval;
      const how = { state, error, ...(gone === undefined ? {} : { gone }) };
      await endNotice(pool, { ...key, approval: { ...kept.key, id: approval, subject } }, how);
      return state;
    };
    if (kept.approval.state !== 'open' && notice.kind !== 'decided') return end('late', null);
    // the last try's process died before it said how it went
    if (notice.tries > noticeScheduleMs.length) return end('failed', 'the last try has no known answer');
    const { result, said, gone } = await send(key, begun, kept);
    if (result === 'taken') return end('sent', null);
    const waitMs = noticeScheduleMs[notice.tries];
    if (result === 'gone' || result === 'barred' || waitMs === undefined) return end('failed', said, gone);
    await failNoticeTry(pool, key, { error: said, waitMs });
    throw failure('receiver-refused', `Try ${notice.tries} of ${noticeScheduleMs.length}: ${said}`, {
      nextRetryDelayMs: Math.max(1, waitMs),
    });
  };
}

/** The last lines of a mail. */
async function linkOf(
  pool: Pool,
  { kept, recipient, publicUrl }: { kept: KeptApproval; recipient: string; publicUrl: string },
): Promise<string> {
  const { deadline } = kept.approval;
  const token = await createLink(pool, { ...kept.key, mail: recipient, expiresAt: deadline });
  return `Look at it and answer here (yours alone; it gives one verdict, until ${deadline}):\n${publicUrl}/approve/${token}`;
}
