/**
 * Brings the next try of an action forward: an operator has mended the receiver, and its schedule may wait for a day. The row says when a try may
 * begin; the case, whose activity sleeps until then, is woken. The try counts as the next of the schedule.
 */
import { SignalboxError } from '../domain/errors.ts';
import type { CaseIds } from '../log/caseIds.ts';
import { storable, writeCaseLog } from '../log/caseLog.ts';
import type { Pool } from '../log/db/database.ts';
import type { ActionState } from '../wire/action.ts';
import { type ActionKey, THIS_ACTION, TRY_LEASE_MS } from './actions.ts';

export interface SendNowDeps {
  readonly pool: Pool;
  readonly caseIds: CaseIds;
  /** Has the case look at its actions' rows at once. Throws where Temporal does not take it. */
  readonly wake: (caseId: string) => Promise<void>;
}

interface Row {
  state: ActionState;
  subject: string;
  key: string;
  decision: string;
  tries: number;
  redrives: number;
  wait_ms: number;
}

/**
 * Again: wakes the case again. False where there is no such action. Throws `not-planned` where it waits for no try, `action-underway` where one begins
 * within the time that a try may take, or is in the air: the row does not tell these apart.
 */
export async function sendNow({ pool, caseIds, wake }: SendNowDeps, request: ActionKey & { actor: string }): Promise<boolean> {
  const { tenant, flow, eventPosition, action } = request;
  const actor = storable(request.actor);
  const subject = await writeCaseLog(pool, request, async (log) => {
    const key = [tenant, flow, eventPosition, action];
    const { rows } = await log.client.query<Row>(
      `select state, subject, key, decision, tries, redrives,
        case when not_before > now() then extract(epoch from not_before - now()) * 1000 else 0 end::float8 as wait_ms
      from actions where ${THIS_ACTION}`,
      key,
    );
    const row = rows[0];
    if (row === undefined) return null;
    if (row.state !== 'planned') throw new SignalboxError('not-planned', `The action is ${row.state}`);
    if (row.wait_ms === 0) return row.subject;
    if (row.wait_ms <= TRY_LEASE_MS)
      throw new SignalboxError('action-underway', undefined, { retryAfterSeconds: Math.ceil(row.wait_ms / 1000) });
    await log.client.query(`update actions set not_before = now() where ${THIS_ACTION}`, key);
    await log.record([
      {
        ...{ kind: 'action', eventPosition, subject: row.subject, key: `sent now ${row.key} ${row.redrives} ${row.tries}` },
        title: `${action}: its next try is brought forward, by ${actor}`,
        detail: { action, key: row.key, state: 'planned', tries: row.tries, actor, decision: row.decision },
      },
    ]);
    return row.subject;
  });
  if (subject === null) return false;
  await wake(caseIds.of({ tenant, flow, subject }));
  return true;
}
