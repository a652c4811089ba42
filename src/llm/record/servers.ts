/** What is known of servers, for all workers: what one of them found refused, none sends again. */
import type { Pool } from '../../log/db/database.ts';
import { firstManner, type Manner } from '../wire/manner.ts';

export interface Server {
  readonly baseUrl: string;
  readonly model: string;
}

/** A server may be changed: after a day it is asked for everything again. */
const KNOWN_FOR = "interval '1 day'";

interface Row {
  format: Manner['format'];
  tools: boolean;
  limit_name: Manner['limit'];
  system: boolean;
  context_tokens: number | null;
}

const mannerOf = ({ format, tools, limit_name: limit, system, context_tokens: contextTokens }: Row): Manner => ({
  ...{ format, tools, limit, system, contextTokens },
});

/** Null: nothing is known, or nothing fresh. */
export async function readManner(pool: Pool, { baseUrl, model }: Server): Promise<Manner | null> {
  const { rows } = await pool.query<Row>(
    `select * from llm_servers where address = $1 and model = $2 and learned_at > now() - ${KNOWN_FOR}`,
    [baseUrl, model],
  );
  return rows[0] === undefined ? null : mannerOf(rows[0]);
}

export async function keepManner(pool: Pool, { baseUrl, model }: Server, manner: Manner): Promise<void> {
  const { format, tools, limit, system, contextTokens } = manner;
  await pool.query(
    `insert into llm_servers (address, model, format, tools, limit_name, system, context_tokens, learned_at)
    values ($1, $2, $3, $4, $5, $6, $7, now())
    on conflict (address, model) do update set format = excluded.format, tools = excluded.tools, limit_name = excluded.limit_name,
      system = excluded.system, context_tokens = excluded.context_tokens, learned_at = excluded.learned_at`,
    [baseUrl, model, format, tools, limit, system, contextTokens],
  );
}

/** As remembered, else with everything. */
export const mannerFor = async (pool: Pool, server: Server): Promise<Manner> =>
  (await readManner(pool, server)) ?? firstManner(server.baseUrl);
