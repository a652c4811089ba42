/** One subject's timeline: its events, decisions, what its cases recorded and what other rooms add, each read by an index on the subject. */
import { decisionId, eventId } from '../../domain/ids.ts';
import { isOwnSource } from '../../domain/ownEvent.ts';
import type { Pool } from '../db/database.ts';
import { readSubjectEmissions } from '../emit/readEmissions.ts';
import { readSubjectWatches } from '../watch/readWatches.ts';
import type { LogPlace, Positions } from './feed.ts';
import { mergeByTime, PAGE_BYTES_MAX } from './mergeByTime.ts';
import { ORIGIN } from './origin.ts';
import { AFTER, type FoundItem, type ReadPart, type TimelineItem, type TimelineSubject, WITHIN_PAGE } from './timelinePart.ts';

export interface TimelinePage {
  readonly items: readonly TimelineItem[];
  readonly next: Positions;
  readonly more: boolean;
}

async function readSubjectEvents(pool: Pool, { tenant, flow }: TimelineSubject, values: readonly unknown[]): Promise<FoundItem[]> {
  const { rows } = await pool.query<{
    position: number;
    at: Date;
    source: string;
    type: string;
    ending: string;
    note: string | null;
    bytes: number;
    body: string | null;
    origin: LogPlace | null;
  }>(
    `select position, at, source, type, ending, note, origin, ${WITHIN_PAGE('body')} from (
       select e.position, e.accepted_at as at, e.source, e.type, e.ending, e.note, b.body,
         ${ORIGIN} from entries e
         left join lateral (select body from bodies b where b.tenant = e.tenant and b.log = e.log and b.position = e.position limit 1) b on true
       where e.tenant = $1 and e.log = $2 and ${AFTER('e')} and e.kind in ('event', 'adopt') order by e.subject, e.position limit $5) rows
     order by position`,
    [...values],
  );
  return rows.map(({ position, at, source, type, ending, note, bytes, body, origin }) => ({
    ...{ part: 'events', position, at, tie: position, bytes },
    item: {
      at: at.toISOString(),
      kind: 'event',
      id: eventId({ tenant, log: flow, position }),
      title: type,
      detail: `{"ending":${JSON.stringify(ending)},"note":${JSON.stringify(note)},"cloudevent":${body ?? 'null'}}`,
      causes: [...(origin === null ? [] : [eventId({ tenant, ...origin })]), ...causesOf(source, body)],
    },
  }));
}

/** Only what we say ourselves is known to be a cause. */
function causesOf(source: string, body: string | null): string[] {
  if (body === null || !isOwnSource(source)) return [];
  const { causationid } = JSON.parse(body) as { causationid?: string };
  return causationid === undefined ? [] : [causationid];
}

interface DecisionRow {
  position: number;
  event_position: number;
  revision: number;
  outcome: string;
  provisional: boolean;
  policy: string;
  at: Date;
  bytes: number;
  /** Null where no page has room for it. */
  body: string | null;
}

/** `cases`: those that the flow's cases recorded, else those of its reflex. Each has positions of its own log. */
function readSubjectDecisions(cases: boolean): ReadPart {
  return async (pool, { tenant, flow }, values) => {
    const { rows } = await pool.query<DecisionRow>(
      `select position, event_position, revision, outcome, provisional, policy, at, ${WITHIN_PAGE('body')} from (
         select * from decisions where tenant = $1 and flow = $2 and subject = $3 and position > $4 and (log <> flow) = $6
         order by position limit $5) rows
       order by position`,
      [...values, cases],
    );
    return rows.map((row) => {
      const event = { tenant, log: flow, position: row.event_position };
      const { confidence, score, rung, result } = JSON.parse(row.body ?? '{}') as { [name: string]: unknown };
      const { outcome, provisional, policy } = row;
      return {
        part: cases ? 'case-decisions' : 'decisions',
        ...{ position: row.position, at: row.at, tie: row.event_position, bytes: row.bytes },
        item: {
          at: row.at.toISOString(),
          kind: 'decision',
          id: decisionId(event, row.revision),
          title: `${outcome} by ${String(rung)}${provisional ? ', provisional' : ''}`,
          detail: JSON.stringify({ outcome, confidence, score, rung, result, provisional, policy }),
          causes: [eventId(event)],
        },
      };
    });
  };
}

interface RecordRow {
  position: number;
  event_position: number;
  at: Date;
  kind: string;
  title: string;
  bytes: number;
  detail: string | null;
}

async function readSubjectRecords(pool: Pool, { tenant, flow }: TimelineSubject, values: readonly unknown[]): Promise<FoundItem[]> {
  const { rows } = await pool.query<RecordRow>(
    `select position, event_position, at, kind, title, ${WITHIN_PAGE('detail')} from (
       select * from records where tenant = $1 and log = $2 || '/cases' and ${AFTER('records')} order by subject, position limit $5) rows
     order by position`,
    [...values],
  );
  return rows.map(({ position, event_position: eventPosition, at, kind, title, bytes, detail }) => ({
    ...{ part: 'records', position, at, tie: eventPosition, bytes },
    item: {
      at: at.toISOString(),
      kind,
      id: `rec_${tenant === 'default' ? '' : `${tenant}.`}${flow}.${position}`,
      title,
      detail: detail ?? '{}',
      causes: [eventId({ tenant, log: flow, position: eventPosition })],
    },
  }));
}

/** A part by the name under which cursors hold its position. */
export type TimelineSource = readonly [name: string, read: ReadPart];

/** In this order if times are equal: a decision follows its event. */
const PARTS: readonly TimelineSource[] = [
  ['events', readSubjectEvents],
  ['decisions', readSubjectDecisions(false)],
  ['case-decisions', readSubjectDecisions(true)],
  ['watches', readSubjectWatches],
  ['records', readSubjectRecords],
  ['emissions', readSubjectEmissions],
];

/** `more`: parts of other rooms, which come after the log's own. */
export async function readTimeline(
  pool: Pool,
  of: TimelineSubject,
  { after, limit, more: added = [] }: { after: Positions; limit: number; more?: readonly TimelineSource[] },
): Promise<TimelinePage> {
  const parts = await Promise.all(
    [...PARTS, ...added].map(([part, read]) => read(pool, of, [of.tenant, of.flow, of.subject, after.get(part) ?? 0, limit + 1])),
  );
  const taken = mergeByTime(parts, { count: limit, bytes: PAGE_BYTES_MAX });
  const next = new Map(after);
  for (const { part, position } of taken) next.set(part, position);
  return { items: taken.map(({ item }) => item), next, more: parts.some((rest) => rest.length > 0) };
}

/** Whether the flow has any event of the subject. */
export async function hasSubject(pool: Pool, { tenant, flow, subject }: TimelineSubject): Promise<boolean> {
  const { rowCount } = await pool.query(
    "select from entries where tenant = $1 and log = $2 and subject = $3 and kind in ('event', 'adopt') limit 1",
    [tenant, flow, subject],
  );
  return rowCount === 1;
}

/** The bytes that a reflex keeps under a key, and the last run of a case; null where there are none. */
export async function readState(pool: Pool, { tenant, log, key }: { tenant: string; log: string; key: string }): Promise<Buffer | null> {
  const { rows } = await pool.query<{ value: Buffer }>('select value from states where tenant = $1 and log = $2 and key = $3', [
    tenant,
    log,
    key,
  ]);
  return rows[0]?.value ?? null;
}

/** The last run of a case; undefined where there was never mail for one. */
export async function readRun(
  pool: Pool,
  { tenant, flow, caseId }: { tenant: string; flow: string; caseId: string },
): Promise<string | null | undefined> {
  const { rows } = await pool.query<{ run: string | null }>('select run from deliveries where tenant = $1 and flow = $2 and case_id = $3', [
    tenant,
    flow,
    caseId,
  ]);
  return rows[0]?.run;
}
