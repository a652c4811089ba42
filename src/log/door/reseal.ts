/** How the secrets that are there are kept, and how those from before a key was set, or from before another one, come under it. */
import type { Pool } from '../db/database.ts';
import { ofStream, ofWebhook, type Seals } from './seals.ts';

/** By way of keeping, how many secrets of providers and brokers there are. */
export async function readSealings(pool: Pool): Promise<readonly { readonly sealing: string; readonly secrets: number }[]> {
  const { rows } = await pool.query<{ sealing: string; secrets: number }>(
    `select sealing, count(*)::int as secrets from (
      select sealing from webhook_secrets union all select sealing from streams where credentials is not null
    ) kept group by sealing order by sealing`,
  );
  return rows;
}

/**
 * Keeps every secret as new ones are kept, one row at a time; gives how many were kept in another way. Again, or beside ingresses: changes nothing more.
 * Throws `secret-sealed` where one is under a key that is not here; those before it are done.
 */
export async function reseal(pool: Pool, seals: Seals): Promise<number> {
  return (await resealWebhooks(pool, seals)) + (await resealStreams(pool, seals));
}

async function resealWebhooks(pool: Pool, seals: Seals): Promise<number> {
  const { rows } = await pool.query<{ tenant: string; source: string; number: number; secret: string; sealing: string }>(
    'select tenant, source, number, secret, sealing from webhook_secrets where sealing <> $1 order by tenant, source, number',
    [seals.sealing],
  );
  for (const { tenant, source, number, secret: text, sealing } of rows) {
    const of = ofWebhook(tenant, source);
    const sealed = seals.seal(seals.open({ text, sealing }, of), of);
    await pool.query(
      'update webhook_secrets set secret = $4, sealing = $5 where tenant = $1 and source = $2 and number = $3 and secret = $6',
      [...[tenant, source, number, sealed.text, sealed.sealing, text]],
    );
  }
  return rows.length;
}

async function resealStreams(pool: Pool, seals: Seals): Promise<number> {
  const { rows } = await pool.query<{ tenant: string; name: string; credentials: string; sealing: string }>(
    'select tenant, name, credentials, sealing from streams where credentials is not null and sealing <> $1 order by tenant, name',
    [seals.sealing],
  );
  for (const { tenant, name, credentials: text, sealing } of rows) {
    const of = ofStream(tenant, name);
    const sealed = seals.seal(seals.open({ text, sealing }, of), of);
    await pool.query('update streams set credentials = $3, sealing = $4 where tenant = $1 and name = $2 and credentials = $5', [
      ...[tenant, name, sealed.text, sealed.sealing, text],
    ]);
  }
  return rows.length;
}
