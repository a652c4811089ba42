/** Keys of callers. Only a key's SHA-256 is stored: the key itself is shown once, when it is made. */
import { createHash, randomBytes } from 'node:crypto';
import type { Scope } from '../domain/caller.ts';
import type { Pool } from './db/database.ts';

export interface KeyHolder {
  readonly tenant: string;
  /** The actor of what is done with the key. */
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** What its holder is: pools of reviewers are made of roles. */
  readonly roles: readonly string[];
  /** Events a second that an ingress takes from it; null: as many as it can. */
  readonly rate: number | null;
}

/** What a key may be made or changed to. */
export const RATE_MAX = 1_000_000;

export interface KeyRow extends KeyHolder {
  readonly createdAt: string;
  readonly revokedAt: string | null;
}

const RANDOM_BYTES = 32;

export const hashKey = (key: string): Buffer => createHash('sha256').update(key, 'utf8').digest();

/** The new key, or null where the name is taken (revoked keys keep theirs: it stands in records as an actor). */
export async function createKey(
  pool: Pool,
  { tenant, name, scopes, roles = [], rate = null }: Pick<KeyHolder, 'tenant' | 'name' | 'scopes'> & Partial<KeyHolder>,
): Promise<string | null> {
  const key = `sbx_${randomBytes(RANDOM_BYTES).toString('base64url')}`;
  const made = await pool.query(
    'insert into keys (tenant, name, hash, scopes, roles, rate) values ($1, $2, $3, $4, $5, $6) on conflict (tenant, name) do nothing',
    [tenant, name, hashKey(key), scopes, roles, rate],
  );
  return made.rowCount === 1 ? key : null;
}

export async function listKeys(pool: Pool, tenant: string): Promise<KeyRow[]> {
  const { rows } = await pool.query<KeyHolder & { created_at: Date; revoked_at: Date | null }>(
    'select tenant, name, scopes, roles, rate, created_at, revoked_at from keys where tenant = $1 order by name',
    [tenant],
  );
  return rows.map(({ created_at: createdAt, revoked_at: revokedAt, ...holder }) => ({
    ...holder,
    createdAt: createdAt.toISOString(),
    revokedAt: revokedAt?.toISOString() ?? null,
  }));
}

/** Whether a live key of that name was revoked now. Ingresses notice within seconds. */
export async function revokeKey(pool: Pool, { tenant, name }: Pick<KeyHolder, 'tenant' | 'name'>): Promise<boolean> {
  const revoked = await pool.query('update keys set revoked_at = now() where tenant = $1 and name = $2 and revoked_at is null', [
    tenant,
    name,
  ]);
  return revoked.rowCount === 1;
}

/** Whether there is a live key of that name, whose rate it is now. Ingresses notice within seconds. */
export async function setKeyRate(pool: Pool, { tenant, name, rate }: Pick<KeyHolder, 'tenant' | 'name' | 'rate'>): Promise<boolean> {
  const set = await pool.query('update keys set rate = $3 where tenant = $1 and name = $2 and revoked_at is null', [tenant, name, rate]);
  return set.rowCount === 1;
}

/** Who holds a live key of that hash. */
export async function findKey(pool: Pool, hash: Buffer): Promise<KeyHolder | null> {
  const { rows } = await pool.query<KeyHolder>(
    'select tenant, name, scopes, roles, rate from keys where hash = $1 and revoked_at is null',
    [hash],
  );
  return rows[0] ?? null;
}
