import type { Logger } from 'pino';
import { type ActionKey, beginTry, failTry, type KeptAction, readStanding, TRY_LEASE_MS } from '../actions/actions.ts';
import { endAction, type HowItEnded } from '../actions/endAction.ts';
import { type Receiver, readReceiver, receiverAt } from '../actions/receivers.ts';
import { sendWebhook, type WebhookAnswer, type WebhookTarget } from '../actions/sendWebhook.ts';
import type { ErrorCode } from '../domain/errors.ts';
import type { Pool } from '../log/db/database.ts';
import type { ActionState } from '../wire/action.ts';
import { failure } from './asFailure.ts';

/** The pauses before each try, by Standard Webhooks: the last comes 75 hours and 35 minutes after the first. */
const SECONDS = { second: 1, minute: 60, hour: 3600 };
export const SCHEDULE_MS: readonly number[] = [
  0,
  5 * SECONDS.second,
  ...[5, 30].map((minutes) => minutes * SECONDS.minute),
  ...[2, 5, 10, 14, 20, 24].map((hours) => hours * SECONDS.hour),
].map((seconds) => seconds * 1000);

/** A lease mostly ends early, so it is looked at again soon; a pause of the schedule does not. */
const LOOK_AGAIN_MS = 2000;

export interface ActDeps {
  readonly pool: Pool;
  /** None: actions are recorded as not sent. */
  readonly webhook: WebhookTarget | null;
  readonly scheduleMs?: readonly number[];
  readonly logger: Logger;
}

export interface Acting extends ActionKey {
  readonly caseId: string;
}

export interface Acted {
  readonly state: ActionState;
  readonly tries: number;
  readonly error: string | null;
  /** What of the event is to be taken next, in order. Absent in histories that were recorded before 0.2. */
  readonly planned?: string[];
}

const laterMs = (waitMs: number) => ({ nextRetryDelayMs: Math.max(1, waitMs <= TRY_LEASE_MS ? Math.min(waitMs, LOOK_AGAIN_MS) : waitMs) });

const dead = (code: ErrorCode, said: string): HowItEnded => ({ state: 'dead', error: { code, said } });

/** What an answer makes of the action; null where it is to be tried again, while the schedule lasts. */
function judge({ result, said }: WebhookAnswer, receiver: Receiver): HowItEnded | null {
  if (result === 'taken') return { state: 'done', error: null };
  if (result === 'barred') return dead('target-refused', said);
  return result === 'gone' ? { ...dead('receiver-gone', said), gone: receiver } : null;
}

/**
 * Takes an action: sends its webhook, and records how that ended.
 *
 * *Retries*: ten tries by Standard Webhooks' schedule. Tries are counted and timed in the action's row, so that a run that starts
 * again goes on with the schedule where the last one was. The tenth failure makes it a dead letter; a `410 Gone`, which disables the
 * receiver, a receiver that is disabled and a target that may not be called do so at once.
 * *Idempotency*: the key and the bytes were fixed with the decision; a turn is leased in the row, so that no two tries are in
 * the air at once, none comes before an action that is before it (the caller is told which are to be taken first), and none follows a recorded end.
 * *Fails with*: `receiver-refused` and `action-underway` (tried again when the row allows it), `database-away`; `not-found` where no
 * such action was planned (not retried).
 */
export function createAct({ pool, webhook, logger, scheduleMs = SCHEDULE_MS }: ActDeps) {
  const receiver = webhook === null ? null : receiverAt(webhook.url);

  const end = async (acting: Acting, { key, tries }: KeptAction, how: HowItEnded): Promise<Acted> => {
    const planned = await endAction(pool, acting, how);
    const about = { flow: acting.flow, case: acting.caseId, action: key };
    if (how.state === 'dead')
      logger.warn({ ...about, cause: how.error?.said }, 'an action was given up: `signalbox actions redrive` sends it again');
    if (how.state === 'not-sent')
      logger.warn(
        { ...about, cause: 'no webhook is set' },
        'an action was not sent: `signalbox actions redrive` sends it when a webhook is set',
      );
    return { state: how.state, tries, error: how.error?.said ?? null, planned };
  };

  /** One try, at the caller's turn: how the action ended with it, or when to try again. */
  async function send(
    { key, body, tries, lastError }: KeptAction,
    { tenant, atMs }: Acting & { readonly atMs: number },
  ): Promise<HowItEnded | { said: string; waitMs: number }> {
    if (webhook === null || receiver === null) return { state: 'not-sent', error: null };
    // the last try's process died before it said how it went
    if (tries > scheduleMs.length) return dead('receiver-refused', lastError ?? 'the last try has no known answer');
    const known = await readReceiver(pool, tenant, receiver.id);
    if (known?.state === 'disabled')
      return dead('receiver-disabled', `nothing was sent, as ${receiver.id} is disabled since ${known.disabledAt}: it ${known.why}`);
    const answer = await sendWebhook(webhook, { id: key, body, sentAtMs: atMs });
    const waitMs = scheduleMs[tries];
    const how = judge(answer, receiver);
    if (how !== null) return how;
    return waitMs === undefined ? dead('receiver-refused', answer.said) : { said: answer.said, waitMs };
  }

  return async (acting: Acting): Promise<Acted> => {
    const begun = await beginTry(pool, acting, { leaseMs: TRY_LEASE_MS, receiver: receiver?.id ?? null });
    if (begun === null) throw failure('not-found', `No action ${acting.action} was planned for ${acting.flow}.${acting.eventPosition}`);
    const { state, key, tries, lastError } = begun.action;
    if (begun.turn === 'over' || begun.turn === 'behind') {
      const standing = await readStanding(pool, acting, [acting.eventPosition]);
      return { state, tries, error: lastError, planned: standing.get(acting.eventPosition)?.planned ?? [] };
    }
    if (begun.turn === 'later')
      throw failure('action-underway', `The next try of ${key} may begin in ${begun.waitMs} ms`, laterMs(begun.waitMs));
    const how = await send(begun.action, { ...acting, atMs: begun.atMs });
    if ('state' in how) return end(acting, begun.action, how);
    await failTry(pool, acting, { error: how.said, waitMs: how.waitMs });
    throw failure('receiver-refused', `Try ${tries} of ${scheduleMs.length}: ${how.said}`, { nextRetryDelayMs: Math.max(1, how.waitMs) });
  };
}
