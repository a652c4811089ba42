/** What events were made from that came as something else: bytes as they came, by the identity of the event. */
import type { Pool } from '../db/database.ts';

export interface KeptOriginal {
  readonly source: string;
  readonly id: string;
  readonly via: string;
  readonly theirType: string;
  readonly contentType: string | null;
  readonly mapping: string | null;
  readonly fault: string | null;
  readonly body: Buffer;
}

/** The first of an identity stays. */
export async function keepOriginals(pool: Pool, tenant: string, originals: readonly KeptOriginal[]): Promise<void> {
  if (originals.length === 0) return;
  await pool.query(
    `insert into originals (tenant, source, id, via, their_type, content_type, mapping, fault, body)
    select $1, * from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::bytea[])
    on conflict (tenant, source, id) do nothing`,
    [
      tenant,
      originals.map(({ source }) => source),
      originals.map(({ id }) => id),
      originals.map(({ via }) => via),
      originals.map(({ theirType }) => theirType),
      originals.map(({ contentType }) => contentType),
      originals.map(({ mapping }) => mapping),
      originals.map(({ fault }) => fault),
      originals.map(({ body }) => body),
    ],
  );
}

interface Row {
  via: string;
  their_type: string;
  content_type: string | null;
  mapping: string | null;
  fault: string | null;
  body: Buffer;
  came_at: Date;
}

/** Null for an event that came as it is. */
export async function findOriginal(
  pool: Pool,
  tenant: string,
  { source, id }: { source: string; id: string },
): Promise<(Omit<KeptOriginal, 'source' | 'id'> & { readonly cameAt: Date }) | null> {
  const { rows } = await pool.query<Row>(
    'select via, their_type, content_type, mapping, fault, body, came_at from originals where tenant = $1 and source = $2 and id = $3',
    [tenant, source, id],
  );
  const [row] = rows;
  if (row === undefined) return null;
  const { via, their_type: theirType, content_type: contentType, mapping, fault, body, came_at: cameAt } = row;
  return { via, theirType, contentType, mapping, fault, body, cameAt };
}
