/** The brokers that events come from: what they are, how far each was read, what is wrong with it. */
import type { Pool } from '../db/database.ts';
import type { Sealed } from './seals.ts';

export type StreamKind = 'kafka' | 'nats' | 'mqtt';

export interface KeptStream {
  readonly name: string;
  readonly number: number;
  readonly kind: StreamKind;
  /** JSON; its address has no credentials in it. */
  readonly settings: string;
  /** `name:password` as they stand in an address; null: it needs none. */
  readonly credentials: Sealed | null;
  readonly mapping: string | null;
  readonly state: 'running' | 'paused';
  readonly createdAt: Date;
  readonly createdBy: string;
  readonly position: string | null;
  readonly taken: number;
  readonly repeated: number;
  readonly unread: number;
  readonly empty: number;
  readonly lag: number | null;
  readonly seenAt: Date | null;
  readonly failure: string | null;
  readonly failedAt: Date | null;
  readonly gapAt: Date | null;
  /** JSON: by log, the last decision that was published. */
  readonly published: string;
  readonly publishedCount: number;
  readonly publishFailure: string | null;
}

interface Row {
  name: string;
  number: number;
  kind: string;
  settings: string;
  credentials: string | null;
  sealing: string;
  mapping: string | null;
  state: string;
  created_at: Date;
  created_by: string;
  position: string | null;
  taken: number;
  repeated: number;
  unread: number;
  empty: number;
  lag: number | null;
  seen_at: Date | null;
  failure: string | null;
  failed_at: Date | null;
  gap_at: Date | null;
  published: string;
  published_count: number;
  publish_failure: string | null;
}

const keptStream = ({ kind, state, ...row }: Row): KeptStream => ({
  ...{ name: row.name, number: row.number, kind: kind as StreamKind, settings: row.settings, mapping: row.mapping },
  credentials: row.credentials === null ? null : { text: row.credentials, sealing: row.sealing },
  ...{ state: state as KeptStream['state'], createdAt: row.created_at, createdBy: row.created_by, position: row.position },
  ...{ taken: row.taken, repeated: row.repeated, unread: row.unread, empty: row.empty, lag: row.lag, seenAt: row.seen_at },
  ...{ failure: row.failure, failedAt: row.failed_at, gapAt: row.gap_at },
  ...{ published: row.published, publishedCount: row.published_count, publishFailure: row.publish_failure },
});

/** A tenant has some, not thousands: each is a connection of every ingress. */
const STREAMS_MAX = 100;

export async function listStreams(pool: Pool, tenant: string): Promise<KeptStream[]> {
  const { rows } = await pool.query<Row>(
    `select name, number, kind, settings, credentials, sealing, mapping, state, created_at, created_by, position, taken, repeated, unread, empty, lag, seen_at,
      failure, failed_at, gap_at, published, published_count, publish_failure
    from streams where tenant = $1 order by name limit $2`,
    [tenant, STREAMS_MAX],
  );
  return rows.map(keptStream);
}

interface NewStream extends Pick<KeptStream, 'name' | 'kind' | 'settings' | 'credentials' | 'mapping' | 'createdBy' | 'published'> {
  readonly tenant: string;
}

/** False where the name is taken, or there are as many as there may be. */
export async function addStream(pool: Pool, { tenant, name, kind, settings, credentials, mapping, ...more }: NewStream): Promise<boolean> {
  const { rowCount } = await pool.query(
    `insert into streams (tenant, name, kind, settings, mapping, created_by, published, credentials, sealing)
    select $1, $2, $3, $4, $5, $6, $7, $9, $10 where (select count(*) from streams where tenant = $1) < $8
    on conflict (tenant, name) do nothing`,
    [
      ...[tenant, name, kind, settings, mapping, more.createdBy, more.published, STREAMS_MAX],
      ...[credentials?.text ?? null, credentials?.sealing ?? 'none'],
    ],
  );
  return rowCount === 1;
}

interface StreamKey {
  readonly tenant: string;
  readonly name: string;
}

/** False where there is no such stream. */
export async function setStreamState(pool: Pool, { tenant, name, state }: StreamKey & { state: KeptStream['state'] }): Promise<boolean> {
  const { rowCount } = await pool.query('update streams set state = $3 where tenant = $1 and name = $2', [tenant, name, state]);
  return rowCount === 1;
}

export interface Progress {
  readonly position: string | null;
  readonly taken: number;
  readonly repeated: number;
  readonly unread: number;
  readonly empty: number;
}

/** After its events are committed: what was read before a process ended comes again, and is known. */
export async function moveStream(pool: Pool, { tenant, name }: StreamKey, progress: Progress): Promise<void> {
  const { position, taken, repeated, unread, empty } = progress;
  await pool.query(
    `update streams set position = coalesce($3, position), taken = taken + $4, repeated = repeated + $5, unread = unread + $6, empty = empty + $7,
      seen_at = now(), failure = null where tenant = $1 and name = $2`,
    [tenant, name, position, taken, repeated, unread, empty],
  );
}

export async function tellStream(
  pool: Pool,
  { tenant, name }: StreamKey,
  { lag, failure, gap = false }: { lag?: number | null; failure?: string | null; gap?: boolean },
): Promise<void> {
  await pool.query(
    `update streams set lag = case when $3 then $4 else lag end, failure = case when $5 then $6 else failure end,
      failed_at = case when $5 and $6 is not null then now() else failed_at end, gap_at = case when $7 then now() else gap_at end
    where tenant = $1 and name = $2`,
    [tenant, name, lag !== undefined, lag ?? null, failure !== undefined, failure ?? null, gap],
  );
}

export async function tellPublished(
  pool: Pool,
  { tenant, name }: StreamKey,
  { published, count, failure }: { published: string | null; count: number; failure: string | null },
): Promise<void> {
  await pool.query(
    `update streams set published = coalesce($3, published), published_count = published_count + $4, publish_failure = $5 where tenant = $1 and name = $2`,
    [tenant, name, published, count, failure],
  );
}
