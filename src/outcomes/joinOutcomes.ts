/**
 * Follows a flow's logs: joins labels and decisions, and keeps the counters that the quality report reads.
 *
 * The cursor moves in the transaction that writes what it stands for, under its row's lock: however often this is killed, and however
 * many try, each entry counts once. What a decision is counted under follows from its row, the log and its labels alone, so the
 * counter that it must leave when its truth changes need not be remembered.
 */
import type { PoolClient } from 'pg';
import type { FlowLog } from '../log/caseLog.ts';
import type { Client, Pool } from '../log/db/database.ts';
import { CellChanges } from './cellChanges.ts';
import { followDrift } from './drift/followDrift.ts';
import { type FinalDecision, readFinalsOf } from './finalDecision.ts';
import { joinLabels, type TruthChange } from './joinLabels.ts';
import { dropWaiting, readTruths, WAITING_MAX } from './labelRows.ts';
import { type Followed, type OutcomeBatch, type OutcomeContext, readOutcomeBatch } from './outcomeBatch.ts';

interface Cursor extends Followed {
  readonly waiting: number;
}

/** `all`: everything up to now is followed; `more`: a batch was, and there may be another; `busy`: somebody else is at it. */
export interface Followings {
  readonly state: 'all' | 'more' | 'busy';
  /** What the flow's own code threw. */
  readonly failures: readonly unknown[];
}

const nothing = (state: Followings['state']): Followings => ({ state, failures: [] });

/**
 * Each look is written in the order of the one index that it is meant for; without sorting, no other index will do. With statistics from when
 * the tables were small, an index that shares only tenant and flow cost the planner less, and each look read all labels of the flow (seen).
 */
const BEGIN = 'begin; set local enable_sort = off';

/** Follows one batch of the flow, in one transaction. */
export async function joinOutcomes(pool: Pool, context: OutcomeContext, limits = { waitingMax: WAITING_MAX }): Promise<Followings> {
  const at = { tenant: context.tenant, flow: context.flow.name };
  if (!(await hasNews(pool, at))) return nothing('all');
  let client: PoolClient | undefined;
  try {
    client = await pool.connect();
    await client.query(BEGIN);
    const cursor = await lockCursor(client, at);
    const followed = cursor === null ? nothing('busy') : await follow(client, context, { cursor, limits });
    await client.query('commit');
    client.release();
    return followed;
  } catch (error) {
    // closing the connection rolls back
    client?.release(true);
    throw error;
  }
}

async function hasNews(pool: Pool, { tenant, flow }: FlowLog): Promise<boolean> {
  const { rows } = await pool.query<{ news: boolean }>(
    `select bool_or(h.position > coalesce(case when h.log = $2 then c.accepted else c.cases end, 0)) as news from heads h
     left join outcome_cursors c on c.tenant = $1 and c.flow = $2 where h.tenant = $1 and h.log in ($2, $2 || '/cases')`,
    [tenant, flow],
  );
  return rows[0]?.news === true;
}

/** Null where another transaction holds it. */
async function lockCursor(client: Client, { tenant, flow }: FlowLog): Promise<Cursor | null> {
  await client.query('insert into outcome_cursors (tenant, flow) values ($1, $2) on conflict do nothing', [tenant, flow]);
  const { rows } = await client.query<Cursor>(
    'select accepted, cases, waiting from outcome_cursors where tenant = $1 and flow = $2 for update skip locked',
    [tenant, flow],
  );
  return rows[0] ?? null;
}

async function follow(
  client: Client,
  context: OutcomeContext,
  { cursor, limits }: { cursor: Cursor; limits: { waitingMax: number } },
): Promise<Followings> {
  const at = { tenant: context.tenant, flow: context.flow.name };
  const batch = await readOutcomeBatch(client, context, cursor);
  const joined = await joinLabels(client, context, { batch, after: cursor.accepted });
  const changes = new CellChanges(await readCodes(client, at, batch));
  await recount(client, at, { cursor, truths: joined.changes, changes });
  const truthOf = await readTruthsOf(client, at, { batch, changes: joined.changes });
  for (const decision of batch.finals) changes.count(decision, 1, truthOf(decision));
  await changes.write(client, at);
  await followDrift(client, context, { batch, after: cursor.accepted, truths: joined.changes });
  const waiting = cursor.waiting + joined.waiting;
  const dropped = Math.max(0, waiting - limits.waitingMax);
  if (dropped > 0) await dropWaiting(client, at, dropped);
  await client.query(
    `update outcome_cursors set accepted = $3, cases = $4, newest = greatest(newest, $5), waiting = $6, dropped = dropped + $7
     where tenant = $1 and flow = $2`,
    [
      at.tenant,
      at.flow,
      batch.upTo.accepted,
      batch.upTo.cases,
      batch.newestMs === null ? null : new Date(batch.newestMs).toISOString(),
      waiting - dropped,
      dropped,
    ],
  );
  return { state: batch.more ? 'more' : 'all', failures: joined.failures };
}

/**
 * What is known of the decisions of a batch. One that was made as its event was accepted can only have labels of this very batch; the others
 * are looked up.
 */
async function readTruthsOf(
  client: Client,
  at: FlowLog,
  { batch: { finals }, changes }: { batch: OutcomeBatch; changes: ReadonlyMap<number, TruthChange> },
): Promise<(decision: FinalDecision) => string> {
  const atOnce = ({ byCase, position, eventPosition }: FinalDecision): boolean => !byCase && position === eventPosition;
  const later = finals.filter((decision) => !atOnce(decision)).map(({ eventPosition }) => eventPosition);
  const truths = await readTruths(client, at, later);
  return (decision) => (atOnce(decision) ? changes.get(decision.eventPosition)?.after : truths.get(decision.eventPosition)) ?? '';
}

/** Moves decisions that were counted before this batch, and of which something else is true now. */
async function recount(
  client: Client,
  at: FlowLog,
  { cursor, truths, changes }: { cursor: Cursor; truths: ReadonlyMap<number, TruthChange>; changes: CellChanges },
): Promise<void> {
  const changed = [...truths].filter(([, { before, after }]) => before !== after);
  const wasCounted = ({ byCase, position }: FinalDecision): boolean => position <= (byCase ? cursor.cases : cursor.accepted);
  const finals = await readFinalsOf(
    client,
    at,
    changed.map(([position]) => position),
  );
  for (const decision of finals.filter(wasCounted)) {
    const { before, after } = truths.get(decision.eventPosition) as TruthChange;
    changes.count(decision, -1, before);
    changes.count(decision, 1, after);
  }
}

/** Keeps the switches of the batch; gives what folded an event at a position. */
async function readCodes(client: Client, { tenant, flow }: FlowLog, { codes }: OutcomeBatch): Promise<(position: number) => string> {
  for (const { position, code } of codes)
    await client.query('insert into folding_codes (tenant, flow, position, code) values ($1, $2, $3, $4)', [tenant, flow, position, code]);
  const { rows } = await client.query<{ position: number; code: string }>(
    'select position, code from folding_codes where tenant = $1 and flow = $2 order by position desc',
    [tenant, flow],
  );
  return (position) => rows.find((row) => row.position <= position)?.code ?? '';
}
