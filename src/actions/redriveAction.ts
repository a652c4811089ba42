/**
 * Has a dead letter sent again, or what was not sent as no webhook was configured: the same key, the same bytes, the schedule from its beginning.
 * The event goes back into its case's mailbox, and the case takes the action as it takes any other.
 *
 * One whose outcome was taken back stays dead: it would stand alone. One that only skipped others brings those back too, and with one that
 * was not sent go the others of its outcome that were not, in their order.
 */
import { SignalboxError } from '../domain/errors.ts';
import type { CaseIds } from '../log/caseIds.ts';
import { type CaseLogWriter, storable, writeCaseLog } from '../log/caseLog.ts';
import { caseText } from '../log/caseText.ts';
import type { Pool } from '../log/db/database.ts';
import type { ActionState } from '../wire/action.ts';
import { type ActionKey, THIS_ACTION } from './actions.ts';
import { mailAgain } from './mailAgain.ts';
import { readReceiver } from './receivers.ts';

export interface RedriveActionDeps {
  readonly pool: Pool;
  readonly caseIds: CaseIds;
  readonly mailed: (cases: readonly string[]) => void;
}

export interface RedriveRequest extends ActionKey {
  readonly actor: string;
  /** Whom actions go to now; null where that is not known here: then whom the last try was for. */
  readonly receiver: string | null;
}

interface Row {
  state: ActionState;
  subject: string;
  step: number;
  undoes: string | null;
  /** No step of its outcome's saga: it has nobody before or behind it. */
  asked: boolean;
  receiver: string | null;
  taken_back: boolean;
  /** One behind it was sent: it would come out of its order. */
  overtaken: boolean;
}

/**
 * False where there is no such action. Throws `not-dead` where it may not be sent again, `receiver-disabled`, and `case-busy` where trying
 * again in a moment helps.
 */
export async function redriveAction({ pool, caseIds, mailed }: RedriveActionDeps, request: RedriveRequest): Promise<boolean> {
  const { tenant, flow } = request;
  const caseId = await writeCaseLog(pool, request, async (log) => {
    const row = await readRow(log, request);
    if (row === null) return null;
    await assertMayGo(log, row, request);
    await planAgain(log, row, request);
    const id = caseIds.of({ tenant, flow, subject: row.subject });
    await mailAgain(log, { ...request, caseId: id, subject: row.subject });
    return id;
  });
  if (caseId !== null) mailed([caseText({ tenant, flow, caseId })]);
  return caseId !== null;
}

async function readRow({ client }: CaseLogWriter, { tenant, flow, eventPosition, action }: ActionKey): Promise<Row | null> {
  const { rows } = await client.query<Row>(
    `select state, subject, step, undoes, asked, receiver,
      exists (select from actions u where u.tenant = a.tenant and u.flow = a.flow and u.event_position = a.event_position and u.undoes is not null) as taken_back,
      exists (select from actions l where l.tenant = a.tenant and l.flow = a.flow and l.event_position = a.event_position and l.step > a.step and l.undoes is null
        and not l.asked and l.state = 'done') as overtaken
    from actions a where ${THIS_ACTION}`,
    [tenant, flow, eventPosition, action],
  );
  return rows[0] ?? null;
}

async function assertMayGo({ client, tenant }: CaseLogWriter, row: Row, { receiver }: RedriveRequest): Promise<void> {
  if (row.state !== 'dead' && row.state !== 'not-sent') throw new SignalboxError('not-dead', `The action is ${row.state}`);
  const step = row.undoes === null && !row.asked;
  if (step && row.taken_back)
    throw new SignalboxError('not-dead', 'The others of its outcome are taken back: sent now, it would stand alone');
  if (step && row.overtaken) throw new SignalboxError('not-dead', 'Another of its outcome, which is to come behind it, was sent already');
  const id = receiver ?? row.receiver;
  const known = id === null ? null : await readReceiver(client, tenant, id);
  if (known?.state === 'disabled')
    throw new SignalboxError('receiver-disabled', `${known.id} (${known.url}) is disabled since ${known.disabledAt}: it ${known.why}`);
}

async function planAgain(log: CaseLogWriter, { state, subject, step, undoes, asked }: Row, request: RedriveRequest): Promise<void> {
  const { tenant, flow, eventPosition, action } = request;
  const { rows } = await log.client.query<{ key: string; redrives: number; decision: string }>(
    `update actions set state = 'planned', tries = 0, not_before = '-infinity', ended_at = null, last_error = null, error_code = null, redrives = redrives + 1
    where ${THIS_ACTION} returning key, redrives, decision`,
    [tenant, flow, eventPosition, action],
  );
  // neither an undo nor what a story asked for has anybody behind it that waits for it
  if (undoes === null && !asked)
    await planOthers(log, request, state === 'dead' ? { state: 'skipped', after: step } : { state, after: null });
  const { key = '', redrives = 0, decision = '' } = rows[0] ?? {};
  const actor = storable(request.actor);
  await log.record([
    {
      ...{ kind: 'action', eventPosition, subject, key: `tried anew ${key} ${redrives}` },
      title: `${action}: tried anew, by ${actor}`,
      detail: { action, key, state: 'planned', redrives, actor, decision },
    },
  ]);
}

/** Those of the same outcome that had the same fate come back with it; they end anew, under a key of their own on the timeline. */
async function planOthers(
  { client }: CaseLogWriter,
  { tenant, flow, eventPosition }: ActionKey,
  { state, after }: { state: ActionState; after: number | null },
): Promise<void> {
  await client.query(
    `update actions set state = 'planned', tries = 0, not_before = '-infinity', ended_at = null, last_error = null, error_code = null,
      redrives = redrives + case when state = 'not-sent' then 1 else 0 end
    where tenant = $1 and flow = $2 and event_position = $3 and ($4::smallint is null or step > $4) and undoes is null and not asked and state = $5`,
    [tenant, flow, eventPosition, after, state],
  );
}
