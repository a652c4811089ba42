/**
 * How an action ends, and what that means for the others of its outcome. When one is given up, those behind it are skipped and those that
 * were done before it are taken back in reverse, each by the action that its policy names. All of it is planned in the transaction
 * that ends the first: whoever is killed then, the rows say what is left.
 */
import type { ErrorCode } from '../domain/errors.ts';
import { type CaseLogWriter, type CaseRecord, storable, writeCaseLog } from '../log/caseLog.ts';
import type { Pool } from '../log/db/database.ts';
import { settleMail } from '../log/settleMail.ts';
import { type ActionEnd, type ActionKey, insertActions, keyOf, readStanding, THIS_ACTION } from './actions.ts';
import { disableReceiver, type Receiver } from './receivers.ts';

export interface HowItEnded {
  readonly state: ActionEnd;
  readonly error: { readonly code: ErrorCode; readonly said: string } | null;
  /** Who wants nothing more. */
  readonly gone?: Receiver;
}

interface Ended {
  readonly action: string;
  readonly subject: string;
  readonly key: string;
  readonly tries: number;
  readonly redrives: number;
  readonly decision: string;
  readonly step: number;
  readonly undo: string | null;
  readonly undoes: string | null;
  readonly asked: boolean;
  readonly body: string;
}

const COLUMNS = 'action, subject, key, tries, redrives, decision, step, undo, undoes, asked, body';

const TITLES: Record<ActionEnd, string> = {
  done: 'done',
  'not-sent': 'not sent, as no webhook address is configured',
  dead: 'given up, it is a dead letter',
};

/**
 * Ends an action for good, puts it on the timeline and settles its event when nothing else of it is open. Gives what is to be taken next.
 * Again: changes nothing.
 */
export async function endAction(pool: Pool, key: ActionKey & { caseId: string }, how: HowItEnded): Promise<string[]> {
  const { tenant, flow, eventPosition, action } = key;
  const { state, error, gone } = how;
  return writeCaseLog(pool, key, async (log) => {
    const { rows } = await log.client.query<Ended>(
      `update actions set state = $5, last_error = $6, error_code = $7, ended_at = $8 where ${THIS_ACTION} and state = 'planned' returning ${COLUMNS}`,
      [tenant, flow, eventPosition, action, state, error === null ? null : storable(error.said), error?.code ?? null, log.at],
    );
    const ended = rows[0];
    if (ended !== undefined) {
      await log.record([...endRecords(log, { ...ended, eventPosition }, how)]);
      if (gone !== undefined) await disableReceiver(log, gone, `answered 410 to ${ended.key}`);
      if (state === 'dead' && ended.undoes === null && !ended.asked) await unwind(log, eventPosition, ended);
      await settleMail(log, key, [eventPosition]);
    }
    return (await readStanding(log.client, key, [eventPosition])).get(eventPosition)?.planned ?? [];
  });
}

function endRecords(log: CaseLogWriter, ended: Ended & { eventPosition: number }, { state, error }: HowItEnded): CaseRecord[] {
  const { action, key, tries, redrives, decision, subject, eventPosition, undoes } = ended;
  const said = error === null ? {} : { error: error.said, code: error.code };
  const detail = { action, key, state, tries, decision, ...(undoes === null ? {} : { undoes }), ...said };
  // an action that was tried anew ends again
  const recordKey = `action ${key}${redrives === 0 ? '' : ` ${redrives}`}`;
  const title = `${action}: ${TITLES[state]}${undoes !== null && state === 'done' ? `, ${undoes} is taken back` : ''}`;
  const line: CaseRecord = { kind: 'action', eventPosition, subject, key: recordKey, title, detail };
  if (undoes === null || state === 'done') return [line];
  const why = state === 'dead' ? `${action} was given up` : 'no webhook address is configured';
  return [line, notUndone({ ...ended, action: undoes, key: keyOf(log, eventPosition, undoes) }, { why, nth: redrives })];
}

interface Standing {
  readonly action: string;
  readonly key: string;
  readonly subject: string;
  readonly decision: string;
  readonly eventPosition: number;
}

/** What stands though its outcome failed is said by name: somebody has to see to it. */
function notUndone({ action, key, subject, decision, eventPosition }: Standing, { why, nth }: { why: string; nth: number }): CaseRecord {
  return {
    ...{ kind: 'action', eventPosition, subject, key: `not undone ${key}${nth === 0 ? '' : ` ${nth}`}` },
    title: `${action}: could not be taken back, as ${why}`,
    detail: { action, key, state: 'done', undone: false, decision, error: why },
  };
}

async function unwind(log: CaseLogWriter, eventPosition: number, failed: Ended): Promise<void> {
  const { client, tenant, flow } = log;
  const why = `${failed.action} of the same outcome was given up`;
  const skipped = await client.query<Ended>(
    `update actions set state = 'skipped', ended_at = $5, last_error = $6
    where tenant = $1 and flow = $2 and event_position = $3 and step > $4 and undoes is null and not asked and state = 'planned' returning ${COLUMNS}`,
    [tenant, flow, eventPosition, failed.step, log.at, why],
  );
  const { rows: done } = await client.query<Ended>(
    `select ${COLUMNS} from actions where tenant = $1 and flow = $2 and event_position = $3 and step < $4 and undoes is null and not asked and state = 'done' order by step desc`,
    [tenant, flow, eventPosition, failed.step],
  );
  const inOrder = skipped.rows.sort((a, b) => a.step - b.step);
  await log.record([
    ...inOrder.map(({ action, key, subject, decision }): CaseRecord => {
      const detail = { action, key, state: 'skipped', tries: 0, decision, error: why };
      const recordKey = `action ${key} skipped ${failed.key} ${failed.redrives}`;
      return { kind: 'action', eventPosition, subject, key: recordKey, title: `${action}: skipped, as ${why}`, detail };
    }),
    ...done
      .filter(({ undo }) => undo === null)
      .map((one) => notUndone({ ...one, eventPosition }, { why: 'its policy names no undo', nth: failed.redrives })),
  ]);
  const last = await client.query<{ step: number }>(
    'select max(step) as step from actions where tenant = $1 and flow = $2 and event_position = $3',
    [tenant, flow, eventPosition],
  );
  const behind = (last.rows[0]?.step ?? 0) + 1;
  await insertActions(
    log,
    done
      .filter(({ undo }) => undo !== null)
      .map((one, at) => ({
        ...{ action: one.undo ?? '', eventPosition, subject: one.subject, decision: one.decision, timestamp: log.at },
        told: (JSON.parse(one.body) as { data: { outcome: string; result: unknown } }).data,
        ...{ step: behind + at, undo: null, undoes: one.action, limit: null, state: 'planned', error: null },
      })),
  );
}
