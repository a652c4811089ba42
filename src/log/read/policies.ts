/** Which policies a flow had, from which position on, and who switched them on. */
import type { ActivatedPolicy } from '../../wire/policy.ts';
import type { Pool } from '../db/database.ts';

/** With its text. */
type StoredPolicy = ActivatedPolicy & { readonly text: string };

interface Row {
  version: string;
  position: number;
  at: Date;
  origin: 'build' | 'operator' | null;
  by: string | null;
  note: string | null;
  active: boolean;
}

const ACTIVATED = `e.note as version, e.position, e.accepted_at as at, a.origin, a.actor as by, a.note,
    not exists (select from entries n where n.tenant = e.tenant and n.log = e.log and n.kind = 'policy' and n.position > e.position) as active`;
const CHOICE = `left join lateral (
    select c.origin, c.actor, c.note from activations c where c.tenant = e.tenant and c.log = e.log and c.position = e.position limit 1
  ) a on true`;

const shown = ({ version, position, at, origin, by, note, active }: Row): ActivatedPolicy => ({
  ...{ version, position, at: at.toISOString(), origin: origin ?? 'build', by, note, active },
});

/** In the order of the log; a version that was switched on twice is there twice. One more than `limit` where there are more. */
export async function readActivations(
  pool: Pool,
  { tenant, flow }: { tenant: string; flow: string },
  { after, limit }: { after: number; limit: number },
): Promise<{ activations: ActivatedPolicy[]; more: boolean }> {
  const { rows } = await pool.query<Row>(
    `select ${ACTIVATED} from entries e ${CHOICE}
     where e.tenant = $1 and e.log = $2 and e.kind = 'policy' and e.position > $3 order by e.position limit $4`,
    [tenant, flow, after, limit + 1],
  );
  return { activations: rows.slice(0, limit).map(shown), more: rows.length > limit };
}

/** A version as it was switched on last; `null`: the active one. Null where the flow never had it. */
export async function readPolicy(
  pool: Pool,
  { tenant, flow }: { tenant: string; flow: string },
  version: string | null,
): Promise<StoredPolicy | null> {
  const { rows } = await pool.query<Row & { text: string }>(
    `select ${ACTIVATED}, p.text from entries e ${CHOICE}
     cross join lateral (select p.text from policies p where p.tenant = e.tenant and p.version = e.note limit 1) p
     where e.tenant = $1 and e.log = $2 and e.kind = 'policy' and ($3::text is null or e.note = $3) order by e.position desc limit 1`,
    [tenant, flow, version],
  );
  const row = rows[0];
  return row === undefined ? null : { ...shown(row), text: row.text };
}

/** The version that held before the one that was switched on at the position; null where none did. */
export async function readVersionBefore(
  pool: Pool,
  { tenant, flow, version, position }: { tenant: string; flow: string; version: string; position: number },
): Promise<string | null> {
  const { rows } = await pool.query<{ version: string }>(
    `select note as version from entries where tenant = $1 and log = $2 and kind = 'policy' and position < $3 and note <> $4
     order by position desc limit 1`,
    [tenant, flow, position, version],
  );
  return rows[0]?.version ?? null;
}
