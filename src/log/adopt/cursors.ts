/** How far a flow has come in a log that it takes events from: a row for each type. */
import type { Client, Pool } from '../db/database.ts';
import type { Source } from './sources.ts';

export interface Following {
  readonly tenant: string;
  readonly flow: string;
  readonly source: Source;
}

export interface Cursor {
  type: string;
  position: number;
  history_to: number;
  head: number;
}

/** Makes the cursors that are missing. What a flow only follows and was there before is history to it; what it answers never had an answer. */
export async function openCursors(pool: Pool, { tenant, flow, source }: Following): Promise<void> {
  await pool.query(
    `insert into followings (tenant, flow, log, type, history_to)
     select $1, $2, $3, q.type, case when q.answers then 0 else h.position end
     from unnest($4::text[], $5::bool[]) as q(type, answers) join heads h on h.tenant = $1 and h.log = $3 on conflict do nothing`,
    [tenant, flow, source.log, [...source.types.keys()], [...source.types.values()]],
  );
}

const CURSORS = `select f.type, f.position, f.history_to, h.position as head from followings f join heads h on h.tenant = f.tenant and h.log = f.log
  where f.tenant = $1 and f.flow = $2 and f.log = $3 and f.type = any($4)`;

export async function readCursors(pool: Pool, { tenant, flow, source }: Following): Promise<Cursor[]> {
  return (await pool.query<Cursor>(CURSORS, [tenant, flow, source.log, [...source.types.keys()]])).rows;
}

/** False where not all cursors stand where the stretch begins: somebody else has taken it, or part of it. Nothing is moved then. */
export async function moveCursors(
  client: Client | Pool,
  { tenant, flow, source }: Following,
  { types, after, upTo }: { readonly types: readonly string[]; readonly after: number; readonly upTo: number },
): Promise<boolean> {
  const moved = await client.query(
    `with here as (
       select type from followings where tenant = $1 and flow = $2 and log = $3 and type = any($4) and position = $5 order by type for update
     )
     update followings f set position = $6 from here where f.tenant = $1 and f.flow = $2 and f.log = $3 and f.type = here.type
       and (select count(*) from here) = cardinality($4)`,
    [tenant, flow, source.log, types, after, upTo],
  );
  return moved.rowCount === types.length;
}
