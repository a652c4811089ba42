/** Final decisions with what they are counted by. */
import type { DecisionDraft } from '../domain/decision.ts';
import type { FlowLog } from '../log/caseLog.ts';
import type { Client } from '../log/db/database.ts';
import { finalOf } from './byEvent.ts';

/** Of one reading of a cases' log. */
const FINALS_MAX = 2000;

export type FinalBody = Pick<DecisionDraft, 'confidence' | 'score' | 'rung' | 'reasons' | 'result' | 'rungs'>;

export interface FinalDecision {
  readonly eventPosition: number;
  /** Where it was recorded: in the flow's log, or in that of its cases. */
  readonly byCase: boolean;
  readonly position: number;
  readonly outcome: string;
  readonly policy: string;
  /** Who gave the verdict, where a person decided. */
  readonly reviewer: string | null;
  /** Of the event. */
  readonly timeMs: number;
  readonly body: FinalBody;
}

interface Row {
  event_position: number;
  by_case: boolean;
  position: number;
  outcome: string;
  policy: string;
  reviewer: string | null;
  timeMs: number;
  body: string;
}

const COLUMNS = `d.event_position, d.log <> d.flow as by_case, d.position, d.outcome, d.policy, d.body, e."timeMs",
    case when d.log <> d.flow then (select a.actor from approvals a where a.tenant = d.tenant and a.flow = d.flow and a.state = 'decided'
      and (a.event_position, a.turn) <= (d.event_position, 32767) and a.event_position >= d.event_position
      order by a.event_position desc, a.turn desc limit 1) end as reviewer`;
const ITS_EVENT = `cross join lateral (select (extract(epoch from time) * 1000)::float8 as "timeMs" from entries e where e.tenant = d.tenant and e.log = d.flow and e.position = d.event_position limit 1) e`;

/** Recorded in one log, in order. */
const recorded = (columns: string): string => `select ${columns} from decisions d
  where d.tenant = $1 and d.log = $2 and d.position > $3 and d.position <= $4 and not d.provisional order by d.position`;
/** Without the times of their events, which the caller has read: a look for each would cost as much as the decisions. */
const BY_REFLEX = recorded('d.event_position, false as by_case, d.position, d.outcome, d.policy, d.body, null as reviewer');
const BY_CASES = `select ${COLUMNS} from (${recorded('d.*')} limit ${FINALS_MAX}) d ${ITS_EVENT} order by d.position`;
const OF_EVENTS = `select ${COLUMNS} from unnest($3::bigint[]) q(position) cross join lateral (${finalOf('q.position')}) d ${ITS_EVENT}`;

function decisionOf({ event_position: eventPosition, by_case: byCase, body, ...row }: Row): FinalDecision {
  return { eventPosition, byCase, body: JSON.parse(body) as FinalBody, ...row };
}

interface Stretch {
  readonly after: number;
  readonly upTo: number;
}

/** At most as many as the entries of the stretch. `timeMsOf` knows its events. */
export async function readReflexFinals(
  client: Client,
  { tenant, flow }: FlowLog,
  { after, upTo, timeMsOf }: Stretch & { timeMsOf: ReadonlyMap<number, number> },
): Promise<FinalDecision[]> {
  if (upTo <= after) return [];
  const { rows } = await client.query<Omit<Row, 'timeMs'>>(BY_REFLEX, [tenant, flow, after, upTo]);
  return rows.map((row) => decisionOf({ ...row, timeMs: timeMsOf.get(row.event_position) as number }));
}

/** `cut`: there may be more. */
export async function readCaseFinals(
  client: Client,
  { tenant, flow }: FlowLog,
  { after, upTo }: Stretch,
): Promise<{ decisions: FinalDecision[]; cut: boolean }> {
  if (upTo <= after) return { decisions: [], cut: false };
  const { rows } = await client.query<Row>(BY_CASES, [tenant, `${flow}/cases`, after, upTo]);
  return { decisions: rows.map(decisionOf), cut: rows.length === FINALS_MAX };
}

export async function readFinalsOf(client: Client, { tenant, flow }: FlowLog, positions: readonly number[]): Promise<FinalDecision[]> {
  if (positions.length === 0) return [];
  return (await client.query<Row>(OF_EVENTS, [tenant, flow, positions])).rows.map(decisionOf);
}
