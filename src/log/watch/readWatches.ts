/** Watches that are open, as a list; and what became of a subject's, for its timeline. */
import { eventId } from '../../domain/ids.ts';
import type { Pool } from '../db/database.ts';
import type { Positions } from '../read/feed.ts';
import { AFTER, type FoundItem, type TimelineSubject } from '../read/timelinePart.ts';

export interface OpenWatch {
  readonly flow: string;
  readonly subject: string;
  readonly name: string;
  /** The id of the event that opened it. */
  readonly event: string;
  readonly openedAt: string;
  readonly due: string;
  /** Why it is overdue, where the last look failed or the event was refused. */
  readonly trouble: string | null;
}

export interface WatchFilter {
  readonly tenant: string;
  readonly flows: readonly string[];
  readonly subject: string | null;
}

export interface WatchPage {
  readonly items: readonly OpenWatch[];
  readonly next: Positions;
  readonly more: boolean;
}

interface WatchRow {
  flow: string;
  nth: number;
  subject: string;
  name: string;
  opened: number;
  opened_at: Date;
  due_at: Date;
  trouble: string | null;
}

/** Flow by flow, each in the order in which its watches were opened. */
export async function readWatches(
  pool: Pool,
  { tenant, flows, subject }: WatchFilter,
  { after, limit }: { after: Positions; limit: number },
): Promise<WatchPage> {
  const { rows } = await pool.query<WatchRow>(
    `select w.* from unnest($2::text[], $3::bigint[]) as q(flow, after) cross join lateral (
       select flow, nth, subject, name, opened, opened_at, due_at, trouble from watches w
       where w.tenant = $1 and w.flow = q.flow collate "C" and w.nth > q.after and ($5::text is null or w.subject = $5) order by w.nth limit $4) w
     order by w.flow, w.nth limit $4`,
    [tenant, flows, flows.map((flow) => after.get(flow) ?? 0), limit + 1, subject],
  );
  const page = rows.slice(0, limit);
  const next = new Map(after);
  for (const { flow, nth } of page) next.set(flow, nth);
  const items = page.map(({ flow, subject: of, name, opened, opened_at: openedAt, due_at: dueAt, trouble }) => ({
    ...{ flow, subject: of, name, event: eventId({ tenant, log: flow, position: opened }) },
    ...{ openedAt: openedAt.toISOString(), due: dueAt.toISOString(), trouble },
  }));
  return { items, next, more: rows.length > limit };
}

interface MarkRow {
  position: number;
  event_position: number;
  at: Date;
  marks: { name: string; kind: 'opened' | 'closed' | 'due'; opened: number; due: string | null }[];
}

const SAID = { opened: 'Watching for', closed: 'No longer watching for', due: 'Due:' } as const;

/** One item an entry, as a page may end between two. */
export async function readSubjectWatches(pool: Pool, { tenant, flow }: TimelineSubject, values: readonly unknown[]): Promise<FoundItem[]> {
  const { rows } = await pool.query<MarkRow>(
    `select position, min(event_position) as event_position, min(at) as at,
       json_agg(json_build_object('name', name, 'kind', kind, 'opened', opened, 'due', due_at) order by kind = 'opened', name) as marks
     from watch_marks where tenant = $1 and log = $2 and ${AFTER('watch_marks')} group by subject, position order by subject, position limit $5`,
    [...values],
  );
  return rows.map(({ position, event_position: eventPosition, at, marks }) => ({
    part: 'watches',
    position,
    at,
    tie: eventPosition,
    item: {
      at: at.toISOString(),
      kind: 'timer',
      id: `wat_${tenant === 'default' ? '' : `${tenant}.`}${flow}.${position}`,
      title: marks.map(({ kind, name }) => `${SAID[kind]} ${name}`).join(', '),
      detail: JSON.stringify({
        watches: marks.map(({ name, kind, opened, due }) => ({
          ...{ name, kind, due: due === null ? null : new Date(due).toISOString() },
          opened: eventId({ tenant, log: flow, position: opened }),
        })),
      }),
      causes: [eventId({ tenant, log: flow, position: eventPosition })],
    },
  }));
}
