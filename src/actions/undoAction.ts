/**
 * Takes an action back that was done, because a person says so: its policy's `undo` is planned, and the case sends it as it sends any other,
 * with the outcome and result of what it takes back. Only what is over is taken back by hand: while others of the outcome are still to be
 * taken, or its story goes on, the saga itself says what is undone.
 *
 * A flow may want to know (`undone`): what it says then is an event of its own, in the same transaction.
 */
import { SignalboxError } from '../domain/errors.ts';
import type { JsonObject } from '../domain/event.ts';
import type { Flow } from '../domain/flow.ts';
import { emittedSubject } from '../kit/emissions.ts';
import type { CaseIds } from '../log/caseIds.ts';
import { type CaseLogWriter, storable, writeCaseLog } from '../log/caseLog.ts';
import { caseText } from '../log/caseText.ts';
import type { Pool } from '../log/db/database.ts';
import { askEmissions } from '../log/emit/askEmissions.ts';
import type { ActionState } from '../wire/action.ts';
import { type ActionKey, insertActions, keyOf, THIS_ACTION } from './actions.ts';
import { mailAgain } from './mailAgain.ts';

export interface UndoActionDeps {
  readonly pool: Pool;
  readonly flows: readonly Flow[];
  readonly caseIds: CaseIds;
  readonly mailed: (cases: readonly string[]) => void;
}

export interface UndoRequest extends ActionKey {
  readonly actor: string;
  readonly reason: string;
}

interface Row {
  state: ActionState;
  subject: string;
  undo: string | null;
  decision: string;
  body: string;
  /** Behind all that are there. */
  step: number;
  taken_back: boolean;
  underway: boolean;
}

/** The name of the action that takes it back; null where there is no such action. Throws `not-undoable`, and `case-busy` where trying again in a moment helps. */
export async function undoAction({ pool, flows, caseIds, mailed }: UndoActionDeps, request: UndoRequest): Promise<string | null> {
  const { tenant, flow } = request;
  const planned = await writeCaseLog(pool, request, async (log) => {
    const row = await readRow(log, request);
    if (row === null) return null;
    const undo = undoOf(row);
    const caseId = caseIds.of({ tenant, flow, subject: row.subject });
    await plan(log, row, { ...request, undo });
    await tellFlow(log, row, { ...request, flows });
    if (!(await mailAgain(log, { ...request, caseId, subject: row.subject })))
      throw new SignalboxError('not-undoable', 'Its case has not ended it yet');
    return { undo, caseId };
  });
  if (planned === null) return null;
  mailed([caseText({ tenant, flow, caseId: planned.caseId })]);
  return planned.undo;
}

async function readRow({ client }: CaseLogWriter, { tenant, flow, eventPosition, action }: ActionKey): Promise<Row | null> {
  const { rows } = await client.query<Row>(
    `select state, subject, undo, decision, body,
      (select max(o.step) + 1 from actions o where o.tenant = a.tenant and o.flow = a.flow and o.event_position = a.event_position)::int as step,
      exists (select from actions u where u.tenant = a.tenant and u.flow = a.flow and u.event_position = a.event_position and u.undoes = a.action) as taken_back,
      exists (select from actions p where p.tenant = a.tenant and p.flow = a.flow and p.event_position = a.event_position and p.state = 'planned') as underway
    from actions a where ${THIS_ACTION}`,
    [tenant, flow, eventPosition, action],
  );
  return rows[0] ?? null;
}

function undoOf({ state, undo, taken_back: takenBack, underway }: Row): string {
  const refuse = (why: string): SignalboxError => new SignalboxError('not-undoable', why);
  if (state !== 'done') throw refuse(`The action is ${state}`);
  if (undo === null) throw refuse('Its policy named no undo where it was planned');
  if (takenBack) throw refuse('It is taken back already');
  if (underway) throw refuse('Others of its event are still to be taken');
  return undo;
}

async function plan(log: CaseLogWriter, row: Row, request: UndoRequest & { undo: string }): Promise<void> {
  const { eventPosition, action, undo } = request;
  const { subject, decision, body, step } = row;
  const { data } = JSON.parse(body) as { data: { outcome: string; result: unknown } };
  await insertActions(log, [
    {
      ...{ action: undo, eventPosition, subject, decision, timestamp: log.at, told: data, step },
      ...{ undo: null, undoes: action, limit: null, state: 'planned', error: null },
    },
  ]);
  const key = keyOf(log, eventPosition, action);
  const [actor, reason] = [storable(request.actor), storable(request.reason)];
  await log.record([
    {
      ...{ kind: 'action', eventPosition, subject, key: `taken back ${key}` },
      title: `${action}: is taken back, by ${actor}: ${reason}`,
      detail: { action, key, state: 'done', undo, actor, reason, decision },
    },
  ]);
}

async function tellFlow(
  log: CaseLogWriter,
  { body }: Row,
  { flow: name, eventPosition, action, flows }: UndoRequest & { flows: readonly Flow[] },
) {
  const flow = flows.find((one) => one.name === name);
  const { data } = JSON.parse(body) as { data: { subject: string; result: JsonObject } };
  const told = flow?.undone?.({ action, subject: data.subject, result: data.result }) ?? null;
  if (flow === undefined || told === null) return;
  const asked = { ...told, subject: emittedSubject(flow, told), position: eventPosition, causes: [] };
  await askEmissions(log.client, { tenant: log.tenant, flow: name }, [asked], log.at);
}
