/**
 * Has a dead letter sent again, or what was not sent as no webhook was configured: the same key, the same bytes, the schedule from its beginning.
 * The event goes back into its case's mailbox, and the case takes the action as it takes any other.
 *
 * One whose outcome was taken back stays dead: it would stand alone. One that only skipped others brings those back too, and with one that
 * was not sent go the others of its outcome that were not, in their order.
 */
import { createHash } from 'node:crypto';
import { SignalboxError } from '../domain/errors.ts';
import type { CaseIds } from '../log/caseIds.ts';
import { type CaseLogWriter, storable, writeCaseLog } from '../log/caseLog.ts';
import { caseText } from '../log/caseText.ts';
import type { Pool } from '../log/db/database.ts';
import type { ActionState, Receiver } from '../wire/action.ts';
import { type ActionKey, keyOf, THIS_ACTION } from './actions.ts';
import { mailAgain } from './mailAgain.ts';
import { readReceiver } from './receivers.ts';

export interface RedriveActionDeps {
  readonly pool: Pool;
  readonly caseIds: CaseIds;
  readonly mailed: (cases: readonly string[]) => void;
}

export interface RedriveRequest extends ActionKey {
  readonly actor: string;
  /** From a preview: it must be as it was then. */
  readonly ifMatch?: string;
  /** Whom actions go to now; null where that is not known here: then whom the last try was for. */
  readonly receiver: string | null;
}

export interface GivenUpRow {
  state: ActionState;
  redrives: number;
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

/** Of an action `a`. */
export const GIVEN_UP_COLUMNS = `a.state, a.redrives, a.subject, a.step, a.undoes, a.asked, a.receiver,
      exists (select from actions u where u.tenant = a.tenant and u.flow = a.flow and u.event_position = a.event_position and u.undoes is not null) as taken_back,
      exists (select from actions l where l.tenant = a.tenant and l.flow = a.flow and l.event_position = a.event_position and l.step > a.step and l.undoes is null
        and not l.asked and l.state = 'done') as overtaken`;

/** Stands for an action as it was given up. */
export const actionTag = (key: string, { state, redrives, receiver }: Pick<GivenUpRow, 'state' | 'redrives' | 'receiver'>): string =>
  createHash('sha256')
    .update(JSON.stringify([key, state, redrives, receiver]))
    .digest('hex')
    .slice(0, 16);

/**
 * False where there is no such action. Throws `stale` where it is not as `ifMatch` says, `not-dead` where it may not be sent again,
 * `receiver-disabled`, and `case-busy` where trying again in a moment helps.
 */
export async function redriveAction({ pool, caseIds, mailed }: RedriveActionDeps, request: RedriveRequest): Promise<boolean> {
  const { tenant, flow } = request;
  const caseId = await writeCaseLog(pool, request, async (log) => {
    const row = await readRow(log, request);
    if (row === null) return null;
    const { ifMatch, ...key } = request;
    if (ifMatch !== undefined && ifMatch !== actionTag(keyOf(key, key.eventPosition, key.action), row))
      throw new SignalboxError('stale', 'It is not as it was when it was previewed');
    await assertMayGo(log, row, request);
    await planAgain(log, row, request);
    const id = caseIds.of({ tenant, flow, subject: row.subject });
    await mailAgain(log, { ...request, caseId: id, subject: row.subject });
    return id;
  });
  if (caseId !== null) mailed([caseText({ tenant, flow, caseId })]);
  return caseId !== null;
}

async function readRow({ client }: CaseLogWriter, { tenant, flow, eventPosition, action }: ActionKey): Promise<GivenUpRow | null> {
  const { rows } = await client.query<GivenUpRow>(`select ${GIVEN_UP_COLUMNS} from actions a where ${THIS_ACTION}`, [
    ...[tenant, flow, eventPosition, action],
  ]);
  return rows[0] ?? null;
}

async function assertMayGo({ client, tenant }: CaseLogWriter, row: GivenUpRow, { receiver }: RedriveRequest): Promise<void> {
  const refusal = refusalOf(row, await readReceiverOf(client, tenant, receiver ?? row.receiver));
  if (refusal !== null) throw refusal;
}

export const readReceiverOf = async (client: Pick<Pool, 'query'>, tenant: string, id: string | null): Promise<Receiver | null> =>
  id === null ? null : readReceiver(client, tenant, id);

/** Why it may not be sent again; `receiver` is whom it would go to. */
export function refusalOf(row: Omit<GivenUpRow, 'subject' | 'redrives'>, receiver: Receiver | null): SignalboxError | null {
  if (row.state !== 'dead' && row.state !== 'not-sent') return new SignalboxError('not-dead', `The action is ${row.state}`);
  const step = row.undoes === null && !row.asked;
  if (step && row.taken_back)
    return new SignalboxError('not-dead', 'The others of its outcome are taken back: sent now, it would stand alone');
  if (step && row.overtaken) return new SignalboxError('not-dead', 'Another of its outcome, which is to come behind it, was sent already');
  if (receiver?.state !== 'disabled') return null;
  const { id, url, disabledAt, why } = receiver;
  return new SignalboxError('receiver-disabled', `${id} (${url}) is disabled since ${disabledAt}: it ${why}`);
}

async function planAgain(log: CaseLogWriter, { state, subject, step, undoes, asked }: GivenUpRow, request: RedriveRequest): Promise<void> {
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
