/** What LLMs cost and why they are not asked now, for who looks on. */
import type { Pool } from '../../log/db/database.ts';
import type { LlmSpend } from '../../wire/stream.ts';
import { toUsd } from './budget.ts';

interface BudgetRow {
  flow: string;
  nano: number;
  nano_max: number;
  tokens_share: number;
  seconds: number;
  until: Date;
}

export interface Spend extends LlmSpend {
  /** Money or tokens are used up. */
  readonly usedUp: boolean;
}

/** Budgets of the windows of this moment. */
export async function readSpend(pool: Pool, tenant: string): Promise<Spend[]> {
  const { rows } = await pool.query<BudgetRow>(
    `select flow, nano_usd_reserved + nano_usd_spent as nano, nano_usd_max as nano_max,
       case when tokens_max > 0 then (tokens_reserved + tokens_spent)::float8 / tokens_max else 0 end as tokens_share,
       window_seconds as seconds, window_start + window_seconds * interval '1 second' as until
     from llm_budgets where tenant = $1 and window_start <= now() and window_start + window_seconds * interval '1 second' > now() order by flow, seconds`,
    [tenant],
  );
  return rows.map(({ flow, nano, nano_max: max, tokens_share: tokens, seconds, until }) => ({
    ...{ flow, spentUsd: toUsd(nano), budgetUsd: toUsd(max), windowSeconds: seconds, until: until.toISOString() },
    usedUp: tokens >= 1 || (max > 0 && nano >= max),
  }));
}

export interface ModelTrouble {
  readonly model: string;
  readonly why: 'failing' | 'quota' | null;
  readonly until: Date;
}

/** Models that nobody asks now: their circuit breaker is open, or their provider said so. */
export async function readModelTroubles(pool: Pool): Promise<ModelTrouble[]> {
  const { rows } = await pool.query<ModelTrouble>(
    `select model, open_why as why, greatest(open_until, paused_until) as until from llm_models
     where open_until is not null or paused_until > now() order by model`,
  );
  return rows;
}
