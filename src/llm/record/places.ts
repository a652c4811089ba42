/**
 * How many requests to a model are under way at once, over all workers, and who is next: the earlier deadline, among equal ones the more
 * that is at stake. A server with one slot answers four at once four times as late, which is too late for all of them.
 */
import { type LockedModel, timeOf } from './underModel.ts';

export interface Waiter {
  readonly tenant: string;
  readonly flow: string;
  readonly eventPosition: number;
  readonly step: string;
  readonly untilMs: number;
  readonly value: number;
}

/** Deadlines nearer to each other than this are equal: what is at stake tells them apart. */
const DUE_STEP_MS = 15_000;
/** Only the first of each process looks again and again; one that has not been seen for so long is gone. */
const SEEN_MS = 3000;
const KEPT_MS = 60_000;

const dueOf = (untilMs: number): number => Math.floor(untilMs / DUE_STEP_MS);

/** Below 0: the first one goes first. */
export function compareWaiters(one: Pick<Waiter, 'untilMs' | 'value'>, other: Pick<Waiter, 'untilMs' | 'value'>): number {
  return dueOf(one.untilMs) - dueOf(other.untilMs) || other.value - one.value || one.untilMs - other.untilMs;
}

const ME = '(tenant, flow, event_position, step) = ($2, $3, $4, $5)';

/** Whether there is a place for it. Where there is none it stands in the queue, which is told to all workers. */
export async function takePlace({ client, model, nowMs }: LockedModel, waiter: Waiter, placesMax: number): Promise<boolean> {
  const { tenant, flow, eventPosition, step, untilMs, value } = waiter;
  const me = [model, tenant, flow, eventPosition, step];
  const { rows } = await client.query<{ taken: number; before: number }>(
    `select (select count(*)::int from llm_calls where model = $1 and state = 'open' and coalesce(over_at, '-infinity') > ${timeOf('$8')}) as taken,
      (select count(*)::int from llm_queue where model = $1 and not ${ME} and seen_at > ${timeOf('$9')}
        and (due < $6 or (due = $6 and value > $7))) as before`,
    [...me, dueOf(untilMs), value, nowMs, nowMs - SEEN_MS],
  );
  const { taken = 0, before = 0 } = rows[0] ?? {};
  if (taken + before < placesMax) {
    await client.query(`delete from llm_queue where model = $1 and ${ME}`, me);
    return true;
  }
  await client.query(
    `insert into llm_queue (model, tenant, flow, event_position, step, due, value, seen_at) values ($1, $2, $3, $4, $5, $6, $7, ${timeOf('$8')})
    on conflict (model, tenant, flow, event_position, step) do update set seen_at = excluded.seen_at`,
    [...me, dueOf(untilMs), value, nowMs],
  );
  await client.query(`delete from llm_queue where model = $1 and seen_at < ${timeOf('$2')}`, [model, nowMs - KEPT_MS]);
  return false;
}
