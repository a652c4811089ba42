/**
 * One transaction under a model's lock: who may ask it is decided one after the other, by all workers together.
 *
 * The lock is taken in a statement of its own, and the clock is read in the one after it: a statement that waits for a lock still
 * sees the snapshot from before the wait, and `now()` the time from before it.
 */
import type { PoolClient } from 'pg';
import type { Client, Pool } from '../../log/db/database.ts';
import { underLock } from '../../log/db/underLock.ts';
import type { Breaker } from '../wire/breaker.ts';

export interface LlmLogDeps {
  readonly pool: Pool;
  /** In place of the database's clock, for tests that skip time. */
  readonly now?: (() => Promise<number> | number) | undefined;
}

export interface ModelRow extends Breaker {
  readonly pausedUntilMs: number | null;
  readonly queuedUntilMs: number | null;
  /** Why it was left alone last. */
  readonly trouble: string | null;
  readonly answeredMs: number | null;
  /** Since when it has been asked without an answer. */
  readonly silentSinceMs: number | null;
}

export interface LockedModel {
  readonly client: Client;
  readonly model: string;
  readonly row: ModelRow;
  readonly nowMs: number;
}

interface Row {
  paused: number | null;
  queued: number | null;
  failures: number;
  open: number | null;
  openings: number;
  open_why: 'failing' | 'quota' | null;
  probe: number | null;
  trouble: string | null;
  answered: number | null;
  silent: number | null;
}

/** Servers of one's own drop a model that nobody asked for so long, and load it again when somebody does. */
const AWAKE_MS = 240_000;
const LOADING_MS = 180_000;

export const isAwake = ({ answeredMs }: ModelRow, nowMs: number): boolean => answeredMs !== null && nowMs - answeredMs < AWAKE_MS;

/** It may still be loading: who hung up on it has learned nothing. */
export const mayBeLoading = (row: ModelRow, nowMs: number): boolean =>
  !isAwake(row, nowMs) && row.silentSinceMs !== null && nowMs - row.silentSinceMs < LOADING_MS;

/** Two ways into one event at once: the second finds its row's number taken, and looks again. */
const TAKEN = '23505';

export const epochMs = (column: string): string => `floor(extract(epoch from ${column}) * 1000)::float8`;
/** A parameter in milliseconds, or null, as a time. */
export const timeOf = (parameter: string): string => `to_timestamp(${parameter}::float8 / 1000)`;

/** One round trip; each statement has its own snapshot. */
async function lock(client: Client, model: string): Promise<{ row: ModelRow; databaseMs: number }> {
  const name = (client as PoolClient).escapeLiteral(model);
  const results = (await client.query(
    `begin; insert into llm_models (model) values (${name}) on conflict do nothing;
    select ${epochMs('paused_until')} as paused, ${epochMs('queued_until')} as queued, failures, ${epochMs('open_until')} as open, openings,
      open_why, ${epochMs('probe_until')} as probe, trouble, ${epochMs('answered_at')} as answered, ${epochMs('silent_since')} as silent from llm_models where model = ${name} for update;
    select ${epochMs('clock_timestamp()')} as ms`,
  )) as unknown as [unknown, unknown, { rows: Row[] }, { rows: { ms: number }[] }];
  const found = results[2].rows[0];
  const clock = results[3].rows[0];
  if (found === undefined || clock === undefined) throw new Error(`Cannot ask the model ${model} as its row is gone`);
  const { paused, queued, failures, open, openings, open_why: openWhy, probe, trouble, answered, silent } = found;
  return {
    row: {
      ...{ pausedUntilMs: paused, queuedUntilMs: queued, failures, openUntilMs: open, openings, openWhy, probeUntilMs: probe },
      ...{ trouble, answeredMs: answered, silentSinceMs: silent },
    },
    databaseMs: clock.ms,
  };
}

/** Writes the row of the model that the transaction has locked. */
export async function keepModel({ client, model }: LockedModel, row: ModelRow): Promise<void> {
  await client.query(
    `update llm_models set paused_until = ${timeOf('$2')}, queued_until = ${timeOf('$3')}, failures = $4, open_until = ${timeOf('$5')},
      openings = $6, open_why = $7, probe_until = ${timeOf('$8')}, trouble = $9, answered_at = ${timeOf('$10')}, silent_since = ${timeOf('$11')}
    where model = $1`,
    [
      ...[model, row.pausedUntilMs, row.queuedUntilMs, row.failures, row.openUntilMs, row.openings, row.openWhy, row.probeUntilMs],
      ...[row.trouble, row.answeredMs, row.silentSinceMs],
    ],
  );
}

/** Throws SignalboxError `database-away` where trying again helps; nothing of a failed try is kept. */
export function underModel<Result>(
  { pool, now }: LlmLogDeps,
  model: string,
  work: (locked: LockedModel) => Promise<Result>,
): Promise<Result> {
  const locked = async (client: PoolClient): Promise<Result> => {
    const { row, databaseMs } = await lock(client, model);
    return work({ client, model, row, nowMs: now === undefined ? databaseMs : await now() });
  };
  return underLock(pool, locked, [TAKEN]);
}
