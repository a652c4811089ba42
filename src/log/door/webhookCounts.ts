/** What became of the requests to each webhook, added up over all ingresses. */
import type { WebhookResult } from '../../wire/webhook.ts';
import type { Pool } from '../db/database.ts';

export interface WebhookCount {
  readonly source: string;
  readonly result: WebhookResult;
  readonly count: number;
  readonly lastAt: Date;
}

/** Adds to what is there. In the order of the key: two ingresses that add at once wait for each other and do not block. */
export async function addWebhookCounts(pool: Pool, tenant: string, counts: readonly WebhookCount[]): Promise<void> {
  await pool.query(
    `insert into webhook_counts (tenant, source, result, count, last_at)
    select $1, source, result, count, last_at from unnest($2::text[], $3::text[], $4::bigint[], $5::timestamptz[]) given (source, result, count, last_at)
    order by source, result
    on conflict (tenant, source, result) do update
      set count = webhook_counts.count + excluded.count, last_at = greatest(webhook_counts.last_at, excluded.last_at)`,
    [
      tenant,
      counts.map(({ source }) => source),
      counts.map(({ result }) => result),
      counts.map(({ count }) => count),
      counts.map(({ lastAt }) => lastAt),
    ],
  );
}

/** Of some sources; null: of all. */
export async function readWebhookCounts(pool: Pool, tenant: string, sources: readonly string[] | null): Promise<WebhookCount[]> {
  const { rows } = await pool.query<{ source: string; result: string; count: number; last_at: Date }>(
    `select source, result, count, last_at from webhook_counts where tenant = $1 and ($2::text[] is null or source = any($2::text[]))
    order by source, result`,
    [tenant, sources],
  );
  return rows.map(({ source, result, count, last_at: lastAt }) => ({ source, result: result as WebhookResult, count, lastAt }));
}
