/**
 * Which actions follow from a decision: those that its policy declares for the outcome, in the order of the list, as one saga. Worked out
 * in the transaction that records the decision, from what the log holds, so that no rung and no workflow code can add to it.
 *
 * Above its limit an action follows only where a person has approved that very outcome. Where one is refused so, none of its saga
 * is taken: what came before it would only be done to be taken back.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Decision } from '../domain/decision.ts';
import { SignalboxError } from '../domain/errors.ts';
import type { JsonObject } from '../domain/event.ts';
import { storedObject } from '../domain/storedData.ts';
import type { CaseLogWriter, CaseRecord } from '../log/caseLog.ts';
import type { DecisionRow } from '../log/eventDecisions.ts';
import { askedAction, type DecidedBy, followingActions } from '../policy/followingActions.ts';
import { type ActionPolicy, DECISION_REVISED, type FieldLimit } from '../policy/ladderPolicy.ts';
import { insertActions, keyOf, type NewAction } from './actions.ts';

export interface Decided {
  readonly position: number;
  readonly decision: Decision;
  readonly by: DecidedBy;
  /** What was said before, provisionally, where anything was. */
  readonly said: Pick<DecisionRow, 'outcome' | 'body'> | null;
  /** Its content, checked against the flow's schema. */
  readonly policy: unknown;
}

export interface Planning {
  readonly subject: string;
  /** Whether anybody is told: a revision is announced only then. */
  readonly announces: boolean;
}

/** What an action is judged by, of its event. */
interface Known {
  readonly data: JsonObject;
  /** The outcomes that people approved. */
  readonly approved: ReadonlySet<string>;
}

type Followed = Pick<ActionPolicy, 'name' | 'on' | 'limit' | 'undo'>;

function following({ decision, by, said, policy }: Decided, announces: boolean): readonly Followed[] {
  const own = followingActions(policy, decision.outcome, by);
  if (own.length > 0 || said === null || !announces) return own;
  const { result } = JSON.parse(said.body) as Pick<Decision, 'result'>;
  const same = said.outcome === decision.outcome && isDeepStrictEqual(result, decision.result);
  return same ? [] : [{ name: DECISION_REVISED, on: decision.outcome }];
}

export async function planActions(log: CaseLogWriter, { subject, announces }: Planning, decided: readonly Decided[]): Promise<void> {
  const sagas = decided.map((one) => ({ ...one, actions: following(one, announces) })).filter(({ actions }) => actions.length > 0);
  const limited = sagas.filter(({ actions }) => actions.some(({ limit }) => limit !== undefined));
  const known = await readKnown(
    log,
    limited.map(({ position }) => position),
  );
  const planned = sagas.flatMap(({ position, decision, actions }): NewAction[] => {
    const refusals = actions.map(({ limit }) => refusal(limit, decision.outcome, known.get(position)));
    const refused = actions.find((_, at) => refusals[at] !== null);
    return actions.map(({ name, undo = null, limit = null }, step) => {
      const because = refused === undefined ? null : (refusals[step] ?? `${refused.name} of the same outcome was refused`);
      return {
        ...{ action: name, eventPosition: position, subject, decision: decision.id, told: decision, timestamp: decision.at },
        ...{ step, undo, undoes: null, limit },
        state: because === null ? 'planned' : refusals[step] === null ? 'skipped' : 'refused',
        error: because === null ? null : { code: 'above-limit', said: because },
      };
    });
  });
  await insertActions(log, planned);
  await log.record(planned.filter(({ state }) => state !== 'planned').map((action) => refusedRecord(log, action)));
}

/**
 * Plans the action that the story of a decided event asks for by name, once. Throws `not-found` where its policy has none of that name to be
 * asked for after this outcome.
 */
export async function planAsked(
  log: CaseLogWriter,
  subject: string,
  { position, decision, by, policy, name }: Omit<Decided, 'said'> & { readonly name: string },
): Promise<void> {
  const action = askedAction(policy, { outcome: decision.outcome, by, name });
  if (action === null) throw new SignalboxError('not-found', `The policy has no action ${name} to be asked for after ${decision.outcome}`);
  const { rows } = await log.client.query<{ step: number; known: boolean }>(
    `select coalesce(max(step), -1)::int + 1 as step, coalesce(bool_or(action = $4), false) as known
    from actions where tenant = $1 and flow = $2 and event_position = $3`,
    [log.tenant, log.flow, position, name],
  );
  const { step = 0, known = false } = rows[0] ?? {};
  if (known) return;
  const { limit = null } = action;
  const because = limit === null ? null : refusal(limit, decision.outcome, (await readKnown(log, [position])).get(position));
  const planned: NewAction = {
    ...{ action: name, eventPosition: position, subject, decision: decision.id, told: decision, timestamp: log.at },
    ...{ step, undo: null, undoes: null, limit, asked: true },
    state: because === null ? 'planned' : 'refused',
    error: because === null ? null : { code: 'above-limit', said: because },
  };
  await insertActions(log, [planned]);
  if (because !== null) await log.record([refusedRecord(log, planned)]);
}

/** Why an action may not be taken; null where it may. What is missing or no number counts as above. */
function refusal(limit: FieldLimit | undefined, outcome: string, known: Known | undefined): string | null {
  if (limit === undefined) return null;
  const { field, max } = limit;
  const value = known !== undefined && Object.hasOwn(known.data, field) ? known.data[field] : undefined;
  if (typeof value === 'number' && value <= max) return null;
  if (known?.approved.has(outcome) === true) return null;
  const above =
    typeof value === 'number'
      ? `${field} is above the limit of ${max}`
      : `${field} is no number, which counts as above the limit of ${max}`;
  return `${above}, and no person has approved ${outcome}`;
}

function refusedRecord(log: CaseLogWriter, { action, eventPosition, subject, state, error, decision }: NewAction): CaseRecord {
  const key = keyOf(log, eventPosition, action);
  const title = `${action}: ${state}, as ${error?.said}`;
  const detail = { action, key, state, tries: 0, decision, code: error?.code, error: error?.said };
  return { kind: 'action', eventPosition, subject, key: `action ${key}`, title, detail };
}

/** From the log: what a case says of its event counts for nothing here. */
async function readKnown({ client, tenant, flow }: CaseLogWriter, positions: readonly number[]): Promise<Map<number, Known>> {
  if (positions.length === 0) return new Map();
  const { rows } = await client.query<{ position: number; body: string | null; asked: string[] }>(
    `select q.position, b.body,
      array(select a.body from approvals a where a.tenant = $1 and a.flow = $2 and a.event_position = q.position
        and a.state = 'decided' and a.verdict = 'approve' and a.via <> 'default' order by a.turn) as asked
    from unnest($3::bigint[]) as q(position)
      left join lateral (select body from bodies where tenant = $1 and log = $2 and position = q.position limit 1) b on true`,
    [tenant, flow, positions],
  );
  return new Map(
    rows.map(({ position, body, asked }) => {
      const approved = asked.map((text) => (JSON.parse(text) as { proposed: { outcome: string } }).proposed.outcome);
      return [position, { data: storedObject(body) ?? {}, approved: new Set(approved) }];
    }),
  );
}
