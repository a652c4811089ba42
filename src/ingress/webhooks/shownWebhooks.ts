/** Endpoints as the API tells of them: no secret, and what became of their requests. */
import type { Pool } from '../../log/db/database.ts';
import { readWebhookCounts } from '../../log/door/webhookCounts.ts';
import type { KeptWebhook } from '../../log/door/webhooks.ts';
import type { Webhook, WebhookProvider, WebhookSettings } from '../../wire/webhook.ts';

export async function shownWebhooks(
  { pool, tenant }: { readonly pool: Pool; readonly tenant: string },
  webhooks: readonly KeptWebhook[],
): Promise<Webhook[]> {
  const counts = await readWebhookCounts(
    pool,
    tenant,
    webhooks.map(({ source }) => source),
  );
  return webhooks.map(({ source, provider, settings, mapping, createdAt, createdBy, disabledAt, secrets }) => ({
    ...{ source, provider: provider as WebhookProvider, state: disabledAt === null ? 'enabled' : 'disabled' },
    ...{ path: `/v1/webhooks/${source}`, settings: JSON.parse(settings) as WebhookSettings, mapping },
    secrets: secrets.map(({ number, createdAt: at, until }) => ({
      number,
      createdAt: at.toISOString(),
      until: until?.toISOString() ?? null,
    })),
    requests: counts
      .filter((one) => one.source === source)
      .map(({ result, count, lastAt }) => ({ result, count, lastAt: lastAt.toISOString() })),
    ...{ createdAt: createdAt.toISOString(), createdBy },
  }));
}
