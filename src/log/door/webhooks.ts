/** The endpoints that providers post to, and the secrets they sign with. */
import type { Pool } from '../db/database.ts';
import type { Sealed } from './seals.ts';

export interface WebhookSecret {
  readonly number: number;
  readonly sealed: Sealed;
  readonly createdAt: Date;
  /** Not valid from then on. */
  readonly until: Date | null;
}

export interface KeptWebhook {
  readonly source: string;
  readonly provider: string;
  /** JSON. */
  readonly settings: string;
  /** YAML; null: the provider's preset. */
  readonly mapping: string | null;
  readonly createdAt: Date;
  readonly createdBy: string;
  readonly disabledAt: Date | null;
  /** All that were not ended more than a day ago, the newest first. */
  readonly secrets: readonly WebhookSecret[];
}

interface Row {
  source: string;
  provider: string;
  settings: string;
  mapping: string | null;
  created_at: Date;
  created_by: string;
  disabled_at: Date | null;
}

interface SecretRow {
  source: string;
  number: number;
  secret: string;
  sealing: string;
  created_at: Date;
  until: Date | null;
}

const keptWebhook = (row: Row, secrets: readonly SecretRow[]): KeptWebhook => ({
  ...{ source: row.source, provider: row.provider, settings: row.settings, mapping: row.mapping },
  ...{ createdAt: row.created_at, createdBy: row.created_by, disabledAt: row.disabled_at },
  secrets: secrets
    .filter(({ source }) => source === row.source)
    .map(({ number, secret: text, sealing, created_at: createdAt, until }) => ({ number, sealed: { text, sealing }, createdAt, until })),
});

async function withSecrets(pool: Pool, tenant: string, rows: readonly Row[]): Promise<KeptWebhook[]> {
  if (rows.length === 0) return [];
  const found = await pool.query<SecretRow>(
    `select source, number, secret, sealing, created_at, until from webhook_secrets
    where tenant = $1 and source = any($2::text[]) and (until is null or until > now() - interval '1 day') order by source, number desc`,
    [tenant, rows.map(({ source }) => source)],
  );
  return rows.map((row) => keptWebhook(row, found.rows));
}

/** Null where there is none of that name. */
export async function findWebhook(pool: Pool, tenant: string, source: string): Promise<KeptWebhook | null> {
  const { rows } = await pool.query<Row>(
    'select source, provider, settings, mapping, created_at, created_by, disabled_at from webhooks where tenant = $1 and source = $2',
    [tenant, source],
  );
  return (await withSecrets(pool, tenant, rows))[0] ?? null;
}

/** In the order of their names, from behind `after`; whether there are more. */
export async function listWebhooks(
  pool: Pool,
  tenant: string,
  { after = '', limit }: { after?: string; limit: number },
): Promise<{ webhooks: KeptWebhook[]; more: boolean }> {
  const { rows } = await pool.query<Row>(
    `select source, provider, settings, mapping, created_at, created_by, disabled_at from webhooks
    where tenant = $1 and source > $2 order by source limit $3`,
    [tenant, after, limit + 1],
  );
  return { webhooks: await withSecrets(pool, tenant, rows.slice(0, limit)), more: rows.length > limit };
}

interface NewWebhook extends Pick<KeptWebhook, 'source' | 'provider' | 'settings' | 'mapping' | 'createdBy'> {
  readonly tenant: string;
  readonly sealed: Sealed;
}

/** False where the name is taken. */
export async function addWebhook(
  pool: Pool,
  { tenant, source, provider, settings, mapping, createdBy, sealed }: NewWebhook,
): Promise<boolean> {
  const { rowCount } = await pool.query(
    `with added as (
      insert into webhooks (tenant, source, provider, settings, mapping, created_by) values ($1, $2, $3, $4, $5, $6)
      on conflict (tenant, source) do nothing returning tenant, source)
    insert into webhook_secrets (tenant, source, number, secret, sealing) select tenant, source, 1, $7, $8 from added`,
    [tenant, source, provider, settings, mapping, createdBy, sealed.text, sealed.sealing],
  );
  return rowCount === 1;
}

/** A further secret; those before it end after so many hours. False where there is no such webhook. */
export async function rotateSecret(
  pool: Pool,
  { tenant, source, sealed, keepHours }: { tenant: string; source: string; sealed: Sealed; keepHours: number },
): Promise<boolean> {
  const { rowCount } = await pool.query(
    `with ended as (
      update webhook_secrets set until = least(until, now() + $4 * interval '1 hour') where tenant = $1 and source = $2 and (until is null or until > now()))
    insert into webhook_secrets (tenant, source, number, secret, sealing)
    select w.tenant, w.source, coalesce((select max(s.number) from webhook_secrets s where s.tenant = $1 and s.source = $2), 0) + 1, $3, $5
    from webhooks w where w.tenant = $1 and w.source = $2`,
    [tenant, source, sealed.text, keepHours, sealed.sealing],
  );
  return rowCount === 1;
}

/** False where there is no such webhook. Again: changes nothing. */
export async function setWebhookState(
  pool: Pool,
  { tenant, source, disabled }: { tenant: string; source: string; disabled: boolean },
): Promise<boolean> {
  const { rowCount } = await pool.query(
    'update webhooks set disabled_at = case when $3 then coalesce(disabled_at, now()) end where tenant = $1 and source = $2',
    [tenant, source, disabled],
  );
  return rowCount === 1;
}

/** False where there is no such webhook. */
export async function setWebhookMapping(
  pool: Pool,
  { tenant, source, mapping }: { tenant: string; source: string; mapping: string | null },
): Promise<boolean> {
  const { rowCount } = await pool.query('update webhooks set mapping = $3 where tenant = $1 and source = $2', [tenant, source, mapping]);
  return rowCount === 1;
}
