/** Decisions as the API shows them. */
import type { Decision, DecisionDraft, RungFinding } from '../../domain/decision.ts';
import type { EventRef } from '../../domain/event.ts';
import { decisionId, eventId, type Place } from '../../domain/ids.ts';
import type { Pool } from '../db/database.ts';
import type { LogPlace } from './feed.ts';

export interface DecisionItem extends Decision {
  flow: string;
  subject: string;
  event: EventRef;
}

export interface KeptDecision {
  readonly item: DecisionItem;
  readonly rungs: readonly RungFinding[];
}

/** The columns of a decision, from a row or out of a JSON aggregate (where the time is text). */
export interface DecisionColumns {
  revision: number;
  /** The revision before this one, where there is one. */
  before: number | null;
  outcome: string;
  provisional: boolean;
  policy: string;
  at: Date | string;
  body: string;
}

type DecisionBody = Pick<DecisionDraft, 'confidence' | 'score' | 'rung' | 'reasons' | 'result' | 'rungs'>;

/** `event` is where the decided event stands. */
export function decisionOf(row: DecisionColumns, event: Place): Decision {
  const { confidence, score, rung, reasons, result } = JSON.parse(row.body) as DecisionBody;
  return {
    id: decisionId(event, row.revision),
    outcome: row.outcome,
    confidence,
    score,
    rung,
    reasons,
    result,
    provisional: row.provisional,
    revises: row.before === null ? null : decisionId(event, row.before),
    policy: row.policy,
    at: new Date(row.at).toISOString(),
  };
}

interface DecisionRow extends DecisionColumns {
  flow: string;
  event_position: number;
  subject: string;
  source: string;
  id: string;
  type: string;
  time: Date;
}

const COLUMNS = `d.flow, d.event_position, d.revision, d.subject, d.outcome, d.provisional, d.policy, d.at, d.body, e.source, e.id, e.type, e.time,
    (select max(p.revision) from decisions p where p.tenant = d.tenant and p.flow = d.flow and p.event_position = d.event_position and p.revision < d.revision) as before`;
const ITS_EVENT = `cross join lateral (
    select * from entries e where e.tenant = d.tenant and e.log = d.flow and e.position = d.event_position limit 1) e`;

function keptDecision(tenant: string, row: DecisionRow): KeptDecision {
  const place = { tenant, log: row.flow, position: row.event_position };
  const event = { event: eventId(place), source: row.source, id: row.id, type: row.type, time: row.time.toISOString() };
  const { rungs } = JSON.parse(row.body) as DecisionBody;
  return { item: { ...decisionOf(row, place), flow: row.flow, subject: row.subject, event }, rungs: rungs ?? [] };
}

/** Those recorded at the places, in their order. */
export async function readDecisions(pool: Pool, tenant: string, places: readonly LogPlace[]): Promise<DecisionItem[]> {
  if (places.length === 0) return [];
  const { rows } = await pool.query<DecisionRow>(
    `select ${COLUMNS} from unnest($2::text[], $3::bigint[]) with ordinality as q(log, position, nth)
     cross join lateral (select * from decisions d where d.tenant = $1 and d.log = q.log and d.position = q.position limit 1) d ${ITS_EVENT}
     order by q.nth`,
    [tenant, places.map(({ log }) => log), places.map(({ position }) => position)],
  );
  return rows.map((row) => keptDecision(tenant, row).item);
}

export async function readDecision(pool: Pool, { tenant, log, position }: Place, revision: number): Promise<KeptDecision | null> {
  const { rows } = await pool.query<DecisionRow>(
    `select ${COLUMNS} from decisions d ${ITS_EVENT} where d.tenant = $1 and d.flow = $2 and d.event_position = $3 and d.revision = $4`,
    [tenant, log, position, revision],
  );
  return rows[0] === undefined ? null : keptDecision(tenant, rows[0]);
}
