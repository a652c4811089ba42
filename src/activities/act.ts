import type { ActionEnd, ActionKey } from '../log/actions.ts';
import { beginTry, endAction, failTry } from '../log/actions.ts';
import type { Pool } from '../log/database.ts';
import { failure } from './asFailure.ts';
import { sendWebhook, type WebhookTarget } from './sendWebhook.ts';

/** The pauses before each try, by Standard Webhooks: the last comes 75 hours and 35 minutes after the first. */
const SECONDS = { second: 1, minute: 60, hour: 3600 };
export const SCHEDULE_MS: readonly number[] = [
  0,
  5 * SECONDS.second,
  ...[5, 30].map((minutes) => minutes * SECONDS.minute),
  ...[2, 5, 10, 14, 20, 24].map((hours) => hours * SECONDS.hour),
].map((seconds) => seconds * 1000);

/** A try that has not said how it went is given this long: its timeout, and time to record it. */
const LEASE_MS = 40_000;
/** A lease mostly ends early, so it is looked at again soon; a pause of the schedule does not. */
const LOOK_AGAIN_MS = 2000;

export interface ActDeps {
  readonly pool: Pool;
  /** None: actions are recorded as not sent. */
  readonly webhook: WebhookTarget | null;
  readonly scheduleMs?: readonly number[];
}

export interface Acting extends ActionKey {
  readonly caseId: string;
}

export interface Acted {
  readonly state: ActionEnd;
  readonly tries: number;
  readonly error: string | null;
}

const laterMs = (waitMs: number) => ({ nextRetryDelayMs: Math.max(1, waitMs <= LEASE_MS ? Math.min(waitMs, LOOK_AGAIN_MS) : waitMs) });

/**
 * Takes an action: sends its webhook, and records how that ended.
 *
 * *Retries*: ten tries by Standard Webhooks' schedule. Tries are counted and timed in the action's row, so that a run that starts
 * again goes on with the schedule where the last one was. A `410 Gone` or the tenth failure makes it a dead letter.
 * *Idempotency*: the key and the bytes were fixed with the decision; a turn is leased in the row, so that no two tries are in
 * the air at once, and none follows a recorded end.
 * *Fails with*: `receiver-refused` and `action-underway` (tried again when the row allows it), `database-away`; `not-found` where no
 * such action was planned (not retried).
 */
export function createAct({ pool, webhook, scheduleMs = SCHEDULE_MS }: ActDeps) {
  const end = async (acting: Acting, tries: number, { state, error }: { state: ActionEnd; error: string | null }): Promise<Acted> => {
    await endAction(pool, acting, { state, error });
    return { state, tries, error };
  };
  return async (acting: Acting): Promise<Acted> => {
    const begun = await beginTry(pool, acting, LEASE_MS);
    if (begun === null) throw failure('not-found', `No action ${acting.action} was planned for ${acting.flow}.${acting.eventPosition}`);
    const { state, key, body, tries, lastError } = begun.action;
    if (begun.turn === 'over') return { state: state as ActionEnd, tries, error: lastError };
    if (begun.turn === 'later')
      throw failure('action-underway', `The next try of ${key} may begin in ${begun.waitMs} ms`, laterMs(begun.waitMs));
    if (webhook === null) return end(acting, tries, { state: 'not-sent', error: null });
    // the last try's process died before it said how it went
    if (tries > scheduleMs.length) return end(acting, tries, { state: 'dead', error: lastError ?? 'the last try has no known answer' });
    const { result, said } = await sendWebhook(webhook, { id: key, body });
    if (result === 'taken') return end(acting, tries, { state: 'done', error: null });
    const waitMs = scheduleMs[tries];
    if (result === 'gone' || waitMs === undefined) return end(acting, tries, { state: 'dead', error: said });
    await failTry(pool, acting, { error: said, waitMs });
    throw failure('receiver-refused', `Try ${tries} of ${scheduleMs.length}: ${said}`, { nextRetryDelayMs: Math.max(1, waitMs) });
  };
}
