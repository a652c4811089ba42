/**
 * Stories as rows: those that go on after a decision. An open one keeps its event's mail, so that a run that is lost is followed by one
 * that begins the story anew; its waits and what ended them stand here.
 */
import type { CaseEnding } from '../domain/caseEnding.ts';
import type { KeptStory, KeptWait } from '../domain/story.ts';
import { type CaseLogWriter, writeCaseLog } from '../log/caseLog.ts';
import type { Pool } from '../log/db/database.ts';
import type { CaseKey } from '../log/settleMail.ts';

export interface StoryKey {
  readonly tenant: string;
  readonly flow: string;
  /** As the log knows it. */
  readonly subject: string;
  /** Of its event. */
  readonly position: number;
}

/** Opens stories, and ends those that are over; again: changes nothing. One that is looked at again had none if it opened none. */
export async function markStories(log: CaseLogWriter, key: CaseKey & { subject: string }, endings: readonly CaseEnding[]): Promise<void> {
  const marked = (as: CaseEnding['story']): number[] => endings.flatMap(({ position, story }) => (story === as ? [position] : []));
  const [open, over] = [marked('open'), marked('over')];
  if (open.length > 0)
    await log.client.query(
      `insert into stories (tenant, flow, position, subject, open) select $1, $2, q.position, $3, true from unnest($4::bigint[]) as q(position)
        on conflict do nothing`,
      [log.tenant, log.flow, key.subject, open],
    );
  if (over.length === 0) return;
  await log.client.query(
    'update stories set open = false, due_at = null where tenant = $1 and flow = $2 and position = any($3::bigint[]) and open',
    [log.tenant, log.flow, over],
  );
  await log.client.query(
    `insert into stories (tenant, flow, position, subject, open) select tenant, flow, position, subject, false from mailboxes
      where tenant = $1 and flow = $2 and case_id = $3 and position = any($4::bigint[]) and why = 'look' on conflict do nothing`,
    [log.tenant, log.flow, key.caseId, over],
  );
}

async function readWaits(log: CaseLogWriter, position: number): Promise<KeptWait[]> {
  const { rows } = await log.client.query<{ state: string }>(
    'select state from stories where tenant = $1 and flow = $2 and position = $3',
    [log.tenant, log.flow, position],
  );
  return rows[0] === undefined ? [] : [...(JSON.parse(rows[0].state) as Pick<KeptStory, 'waits'>).waits];
}

async function writeWaits(log: CaseLogWriter, { subject, position }: StoryKey, waits: readonly KeptWait[]): Promise<void> {
  const last = waits.at(-1);
  const dueAt = last === undefined || last.heard !== undefined ? null : new Date(last.untilMs).toISOString();
  await log.client.query(
    `insert into stories (tenant, flow, position, subject, open, state, due_at) values ($1, $2, $3, $4, true, $5, $6)
      on conflict (tenant, flow, position) do update set state = excluded.state, due_at = excluded.due_at`,
    [log.tenant, log.flow, position, subject, JSON.stringify({ waits }), dueAt],
  );
}

export interface NewWait {
  /** Counts the waits of a story, from 0. */
  readonly nth: number;
  /** What it waits for: types of events; none where it waits for the time alone. */
  readonly types: readonly string[];
  readonly untilMs: number;
}

/** The wait as it is kept: an earlier run may have begun it with another time, or ended it. */
export function beginWait(pool: Pool, key: StoryKey, { nth, types, untilMs }: NewWait): Promise<KeptWait> {
  return writeCaseLog(pool, key, async (log) => {
    const waits = await readWaits(log, key.position);
    const known = waits[nth];
    if (known !== undefined) return known;
    const wait: KeptWait = { untilMs };
    await writeWaits(log, key, [...waits, wait]);
    const until = new Date(untilMs).toISOString();
    const title = types.length === 0 ? `Waits until ${until}` : `Waits for ${types.join(' or ')} until ${until}`;
    await log.record([line(key, { kind: 'timer', key: `wait ${key.position} ${nth}`, title, detail: { types, until } })]);
    return wait;
  });
}

/** What ended a wait: an event of the subject, or (null) its time. The first says so; later ones are given that. */
export function endWait(
  pool: Pool,
  key: StoryKey,
  { nth, heard, type }: { nth: number; heard: number | null; type: string | null },
): Promise<KeptWait> {
  return writeCaseLog(pool, key, async (log) => {
    const waits = await readWaits(log, key.position);
    const known = waits[nth];
    if (known === undefined || known.heard !== undefined) return known ?? { untilMs: 0, heard };
    const ended = { ...known, heard };
    await writeWaits(log, key, waits.with(nth, ended));
    const title = heard === null ? 'The time of a wait is over' : `${type ?? 'An event'} came: ${key.flow}.${heard}`;
    const kind = heard === null ? ('timer' as const) : ('signal' as const);
    await log.record([line(key, { kind, key: `waited ${key.position} ${nth}`, title, detail: { event: heard, type } })]);
    return ended;
  });
}

const line = <Line extends object>({ position, subject }: StoryKey, said: Line) => ({ eventPosition: position, subject, ...said });

/** Events of the subject that came to its case after another one, by position: at most `limit`. */
export async function findHanded(
  pool: Pool,
  { tenant, flow, subject }: Omit<StoryKey, 'position'>,
  { types, after, limit }: { types: readonly string[]; after: number; limit: number },
): Promise<number[]> {
  const { rows } = await pool.query<{ position: number }>(
    `select position from entries where tenant = $1 and log = $2 and subject = $3 and type = any($4::text[]) and position > $5
      and (ending in ('waiting', 'case') or note in ('look', 'heard')) order by position limit $6`,
    [tenant, flow, subject, types, after, limit],
  );
  return rows.map(({ position }) => position);
}
