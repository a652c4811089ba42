/** Settled calls added up by flow, model and state. Written under the model's lock, so no two writers meet. */
import type { Client, Pool } from '../../log/db/database.ts';
import type { CallState } from '../../wire/llmCall.ts';
import { type Cost, toUsd } from './budget.ts';

export async function addTotal(
  client: Client,
  { tenant, flow, model }: { tenant: string; flow: string; model: string },
  { state, cost }: { state: CallState; cost: Cost },
): Promise<void> {
  await client.query(
    `insert into llm_totals as t (tenant, flow, model, state, calls, input_tokens, output_tokens, nano_usd) values ($1, $2, $3, $4, 1, $5, $6, $7)
    on conflict (tenant, flow, model, state) do update set calls = t.calls + 1, input_tokens = t.input_tokens + excluded.input_tokens,
      output_tokens = t.output_tokens + excluded.output_tokens, nano_usd = t.nano_usd + excluded.nano_usd`,
    [tenant, flow, model, state, cost.inputTokens, cost.outputTokens, cost.nanoUsd],
  );
}

/** What a scrape shows of LLMs. */
export interface LlmFigures {
  readonly calls: readonly {
    readonly flow: string;
    readonly model: string;
    readonly state: string;
    readonly calls: number;
    readonly inputTokens: number;
    readonly outputTokens: number;
    readonly costUsd: number;
  }[];
  readonly models: readonly { readonly model: string; readonly open: boolean; readonly underWay: number }[];
  /** Of the window of this moment. */
  readonly budgets: readonly { readonly flow: string; readonly share: number }[];
}

/** Three small tables and an index of what is open: it costs the same however many calls there were. */
export async function readLlmFigures(pool: Pool): Promise<LlmFigures> {
  const calls = await pool.query<{
    flow: string;
    model: string;
    state: string;
    calls: number;
    input: number;
    output: number;
    nano: number;
  }>(
    `select flow, model, state, sum(calls)::int8 as calls, sum(input_tokens)::int8 as input, sum(output_tokens)::int8 as output,
      sum(nano_usd)::int8 as nano from llm_totals group by flow, model, state order by flow, model, state`,
  );
  const models = await pool.query<{ model: string; open: boolean; underWay: number }>(
    `select model, open_until is not null as open,
      (select count(*) from llm_calls c where c.model = m.model and c.state = 'open') as "underWay" from llm_models m order by model`,
  );
  const budgets = await pool.query<{ flow: string; share: number }>(
    `select flow, max(greatest(
      case when nano_usd_max > 0 then (nano_usd_reserved + nano_usd_spent)::float8 / nano_usd_max else 0 end,
      case when tokens_max > 0 then (tokens_reserved + tokens_spent)::float8 / tokens_max else 0 end)) as share
    from llm_budgets where window_start <= now() and window_start + window_seconds * interval '1 second' > now() group by flow order by flow`,
  );
  return {
    calls: calls.rows.map(({ flow, model, state, calls: count, input, output, nano }) => ({
      ...{ flow, model, state, calls: count, inputTokens: input, outputTokens: output, costUsd: toUsd(nano) },
    })),
    models: models.rows,
    budgets: budgets.rows,
  };
}
