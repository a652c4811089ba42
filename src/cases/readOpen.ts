/** Events whose case is open, the oldest first. */
import { approvalId, eventId } from '../domain/ids.ts';
import type { Pool } from '../log/db/database.ts';
import type { EventSource } from '../log/read/events.ts';
import { type FeedPage, type FeedSource, type LogPlace, type Positions, readFeed } from '../log/read/feed.ts';
import { readRuns } from '../log/read/runs.ts';
import type { OpenCase } from '../wire/openCase.ts';

export type OpenState = OpenCase['state'];

const ASKED = `exists (select from approvals a where a.tenant = t.tenant and a.flow = t.log and a.event_position = t.position and a.state = 'open')`;
const LLM = `exists (select from llm_calls c where c.tenant = t.tenant and c.flow = t.log and c.event_position = t.position and c.state = 'open')`;
const WHERE: Readonly<Record<OpenState, string>> = {
  'awaiting-approval': ASKED,
  'asking-llm': `${LLM} and not ${ASKED}`,
  deciding: `not ${LLM} and not ${ASKED}`,
};

const source = (state: OpenState | undefined): FeedSource => ({
  ...{ table: 'entries', logColumn: 'log', timeColumn: 'accepted_at', values: [], scan: false },
  where: state === undefined ? "t.ending = 'waiting'" : `t.ending = 'waiting' and ${WHERE[state]}`,
});

export const readOpenFeed = (
  pool: Pool,
  state: OpenState | undefined,
  reading: { tenant: string; upTo: Positions; after: Positions; limit: number },
): Promise<FeedPage> => readFeed(pool, source(state), reading);

interface Row {
  log: string;
  position: number;
  subject: string | null;
  type: string;
  accepted_at: Date;
  turn: number | null;
  deadline: Date | null;
  opened_at: Date | null;
  question: string | null;
  model: string | null;
  started_at: Date | null;
}

/** As the database knows it: where its run is shown is the edge's to say. */
export type KeptOpenCase = Omit<OpenCase, 'workflow'> & { readonly run: string | null };

/** Those at the places, in their order, by what their case does now. */
export async function readOpenCasesAt(
  { pool, caseIds }: EventSource,
  tenant: string,
  places: readonly LogPlace[],
): Promise<KeptOpenCase[]> {
  if (places.length === 0) return [];
  const { rows } = await pool.query<Row>(
    `select e.log, e.position, e.subject, e.type, e.accepted_at, a.turn, a.deadline, a.opened_at, a.body as question, c.model, c.started_at
     from unnest($2::text[], $3::bigint[]) with ordinality as q(log, position, nth)
     cross join lateral (select * from entries e where e.tenant = $1 and e.log = q.log and e.position = q.position limit 1) e
     left join lateral (select a.turn, a.deadline, a.opened_at, a.body from approvals a
       where a.tenant = $1 and a.flow = q.log and a.event_position = q.position and a.state = 'open' order by a.turn desc limit 1) a on true
     left join lateral (select c.model, c.started_at from llm_calls c
       where c.tenant = $1 and c.flow = q.log and c.event_position = q.position and c.state = 'open' order by c.number desc limit 1) c on true
     order by q.nth`,
    [tenant, places.map(({ log }) => log), places.map(({ position }) => position)],
  );
  const caseOf = ({ log, subject }: Row) => ({ flow: log, caseId: caseIds.of({ tenant, flow: log, subject: subject ?? '' }) });
  const runOf = await readRuns(pool, tenant, rows.map(caseOf));
  return rows.map((row) => ({ ...openCase(tenant, row), run: runOf(caseOf(row)) }));
}

function openCase(tenant: string, row: Row): Omit<OpenCase, 'workflow'> {
  const place = { tenant, log: row.log, position: row.position };
  const subject = row.subject ?? '';
  const links = { event: `/v1/events/${eventId(place)}`, subject: `/v1/flows/${row.log}/subjects/${encodeURIComponent(subject)}` };
  const is = { flow: row.log, subject, event: eventId(place), type: row.type, acceptedAt: row.accepted_at.toISOString(), deadline: null };
  if (row.turn !== null && row.opened_at !== null && row.deadline !== null) {
    const { question } = JSON.parse(row.question ?? '{}') as { question?: string };
    const deadline = row.deadline.toISOString();
    return {
      ...is,
      ...{ state: 'awaiting-approval', since: row.opened_at.toISOString(), waitingFor: `a person: ${question ?? ''}`, deadline },
      links: { ...links, approval: `/v1/approvals/${approvalId(place, row.turn)}` },
    };
  }
  if (row.started_at !== null)
    return { ...is, state: 'asking-llm', since: row.started_at.toISOString(), waitingFor: `${row.model} to answer`, links };
  return { ...is, state: 'deciding', since: is.acceptedAt, waitingFor: 'its case to go on', links };
}
