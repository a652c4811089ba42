/** What was asked, decided and done about events: each is looked up by the key of its event. */
import { actionId, approvalId, decisionId, eventId, llmCallId } from '../../domain/ids.ts';
import type { Pool } from '../db/database.ts';
import { readableJson } from '../db/readableJson.ts';
import type { LogPlace } from '../read/feed.ts';
import type { CauseEdge, CauseNode } from './cause.ts';

export interface Done {
  readonly node: CauseNode;
  readonly edge: CauseEdge;
}

interface Row {
  kind: 'llm' | 'approval' | 'decision' | 'action';
  flow: string;
  position: number;
  subject: string | null;
  /** Turn, number or revision. */
  nth: number;
  name: string;
  state: string | null;
  at: Date;
  /** Of an action: the decision that it follows from, or the action that it takes back. */
  cause: string | null;
}

/** Rows of one kind about one event: there are a handful, and limits of policies see to it. */
const EACH_MAX = 50;

const STATEMENT = `select f.kind, q.flow, q.position, f.subject, f.nth, f.name, f.state, f.at, f.cause
  from unnest($2::text[], $3::bigint[]) with ordinality as q(flow, position, place)
  cross join lateral (
    (select 1 as part, 'llm' as kind, c.subject, c.number::int as nth, c.model as name, c.state, c.started_at as at, null as cause from llm_calls c
      where c.tenant = $1 and c.flow = q.flow and c.event_position = q.position order by c.number limit ${EACH_MAX})
    union all
    (select 2, 'approval', a.subject, a.turn::int, coalesce(a.verdict, ''), a.state, a.opened_at, null from approvals a
      where a.tenant = $1 and a.flow = q.flow and a.event_position = q.position order by a.turn limit ${EACH_MAX})
    union all
    (select 3, 'decision', d.subject, d.revision::int, d.outcome, case when d.provisional then 'provisional' end, d.at, ${readableJson('d.body')} ->> 'rung' from decisions d
      where d.tenant = $1 and d.flow = q.flow and d.event_position = q.position order by d.revision limit ${EACH_MAX})
    union all
    (select 4, 'action', a.subject, a.step::int, a.action, a.state, a.planned_at, coalesce('undo ' || a.undoes, a.decision) from actions a
      where a.tenant = $1 and a.flow = q.flow and a.event_position = q.position order by a.step, a.action limit ${EACH_MAX})
  ) f order by q.place, f.part, f.nth`;

/** `caseOf`: the id of an event's case. */
export async function readDone(
  pool: Pool,
  tenant: string,
  { places, caseOf }: { places: readonly LogPlace[]; caseOf: (place: LogPlace) => string },
): Promise<Done[]> {
  if (places.length === 0) return [];
  const { rows } = await pool.query<Row>(STATEMENT, [tenant, places.map(({ log }) => log), places.map(({ position }) => position)]);
  return rows.map((row) =>
    doneOf(tenant, row, { caseOf, about: rows.filter((one) => one.flow === row.flow && one.position === row.position) }),
  );
}

function doneOf(tenant: string, row: Row, { caseOf, about }: { caseOf: (place: LogPlace) => string; about: readonly Row[] }): Done {
  const place = { tenant, log: row.flow, position: row.position };
  const ofCase = caseOf(place);
  const shown = (id: string, title: string): CauseNode => {
    const { kind, state, flow, subject } = row;
    return { id, kind, title, state, at: row.at.toISOString(), flow, subject };
  };
  const last = (kind: Row['kind']): Row | undefined => about.findLast((one) => one.kind === kind);
  if (row.kind === 'llm') {
    const id = llmCallId(place, row.nth);
    return { node: shown(id, row.name), edge: { from: ofCase, to: id, text: 'asked' } };
  }
  if (row.kind === 'approval') {
    const id = approvalId(place, row.nth);
    return {
      node: shown(id, row.name === '' ? 'a person is asked' : `a person said ${row.name}`),
      edge: { from: ofCase, to: id, text: 'asked' },
    };
  }
  if (row.kind === 'decision') {
    const id = decisionId(place, row.nth);
    const [call, asked] = [last('llm'), last('approval')];
    const from =
      row.nth === 0
        ? eventId(place)
        : row.cause === 'llm' && call !== undefined
          ? llmCallId(place, call.nth)
          : row.cause === 'human' && asked !== undefined
            ? approvalId(place, asked.nth)
            : ofCase;
    return { node: shown(id, `${row.name} by ${row.cause ?? 'nobody'}`), edge: { from, to: id, text: 'decided' } };
  }
  const id = actionId(place, row.name);
  const undone = /^undo (.+)$/.exec(row.cause ?? '')?.[1];
  const edge =
    undone === undefined ? { from: row.cause ?? ofCase, text: 'acted' } : { from: actionId(place, undone), text: 'taken back by' };
  return { node: shown(id, row.name), edge: { ...edge, to: id } };
}
