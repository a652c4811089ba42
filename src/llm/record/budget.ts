/** What a flow may spend on LLMs in a window of time: reserved before a call, settled after it, shared by all workers. */

import type { Client, Pool } from '../../log/db/database.ts';
import type { Budget } from '../../policy/ladderPolicy.ts';
import { epochMs, type LlmLogDeps, timeOf } from './underModel.ts';

/** Tokens and money that a call costs, or may cost at most. Money in billionths of a dollar. */
export interface Cost {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly nanoUsd: number;
}

export interface BudgetOwner {
  readonly tenant: string;
  readonly flow: string;
}

/** A window of a flow's budget, by its key. */
export interface BudgetWindow extends BudgetOwner {
  readonly seconds: number;
  readonly startMs: number;
}

export interface BudgetState {
  /** Used or reserved, of the tokens or of the money, whichever is more: 1 is all of it. */
  readonly share: number;
  /** From here on an answer must be surer. */
  readonly tight: boolean;
}

interface Used {
  readonly nanoUsd: number;
  readonly tokens: number;
}

/** Windows that have ended are kept for a while, for who looks at them. */
const WINDOWS_KEPT = 50;

export const tokensOf = ({ inputTokens, outputTokens }: Pick<Cost, 'inputTokens' | 'outputTokens'>): number => inputTokens + outputTokens;
const toNanoUsd = (usd: number): number => Math.round(usd * 1e9);
export const toUsd = (nanoUsd: number): number => nanoUsd / 1e9;

const shareOf = (used: number, max: number): number => (max > 0 ? used / max : used > 0 ? 1 : 0);

export function budgetWindow({ tenant, flow }: BudgetOwner, { windowSeconds: seconds }: Budget, nowMs: number): BudgetWindow {
  const windowMs = seconds * 1000;
  return { tenant, flow, seconds, startMs: Math.floor(nowMs / windowMs) * windowMs };
}

function stateOf({ nanoUsd, tokens }: Used, { usdMax, tokensMax, tight }: Budget): BudgetState {
  const share = Math.max(shareOf(nanoUsd, toNanoUsd(usdMax)), shareOf(tokens, tokensMax));
  return { share, tight: share >= tight.fromShare };
}

const THIS = `tenant = $1 and flow = $2 and window_seconds = $3 and window_start = ${timeOf('$4')}`;
const USED = 'nano_usd_reserved + nano_usd_spent as "nanoUsd", tokens_reserved + tokens_spent as tokens';
const keyOf = ({ tenant, flow, seconds, startMs }: BudgetWindow) => [tenant, flow, seconds, startMs];

/** Locks the window's row, which it makes where there is none. */
async function lockWindow(client: Client, window: BudgetWindow): Promise<Used> {
  const key = keyOf(window);
  const made = await client.query(
    `insert into llm_budgets (tenant, flow, window_seconds, window_start) values ($1, $2, $3, ${timeOf('$4')}) on conflict do nothing`,
    key,
  );
  if (made.rowCount === 1) {
    const before = window.startMs - WINDOWS_KEPT * window.seconds * 1000;
    await client.query(
      `delete from llm_budgets where tenant = $1 and flow = $2 and window_seconds = $3 and window_start < ${timeOf('$4')}`,
      [window.tenant, window.flow, window.seconds, before],
    );
  }
  const { rows } = await client.query<Used>(`select ${USED} from llm_budgets where ${THIS} for update`, key);
  const used = rows[0];
  if (used === undefined) throw new Error(`Cannot find the budget of ${window.flow} that was just made`);
  return used;
}

/** A window while its row is locked. */
export interface LockedBudget extends BudgetState {
  fits(cost: Cost): boolean;
  reserve(cost: Cost): Promise<void>;
}

export async function lockBudget(client: Client, window: BudgetWindow, budget: Budget): Promise<LockedBudget> {
  const used = await lockWindow(client, window);
  const [nanoUsdMax, tokensMax] = [toNanoUsd(budget.usdMax), budget.tokensMax];
  return {
    ...stateOf(used, budget),
    fits: (cost) => used.nanoUsd + cost.nanoUsd <= nanoUsdMax && used.tokens + tokensOf(cost) <= tokensMax,
    async reserve(cost) {
      await client.query(
        `update llm_budgets set nano_usd_reserved = nano_usd_reserved + $5, tokens_reserved = tokens_reserved + $6, nano_usd_max = $7, tokens_max = $8
        where ${THIS}`,
        [...keyOf(window), cost.nanoUsd, tokensOf(cost), nanoUsdMax, tokensMax],
      );
    },
  };
}

/** What was reserved becomes what was spent. */
export async function settleCost(
  client: Client,
  window: BudgetWindow,
  { reserved, spent }: { reserved: Cost; spent: Cost },
): Promise<void> {
  await client.query(
    `update llm_budgets set nano_usd_reserved = nano_usd_reserved - $5, tokens_reserved = tokens_reserved - $6,
      nano_usd_spent = nano_usd_spent + $7, tokens_spent = tokens_spent + $8 where ${THIS}`,
    [...keyOf(window), ...[reserved.nanoUsd, tokensOf(reserved)], ...[spent.nanoUsd, tokensOf(spent)]],
  );
}

/** How full a window is, without a lock. */
export async function readWindow(client: Client | Pool, window: BudgetWindow, budget: Budget): Promise<BudgetState> {
  const { rows } = await client.query<Used>(`select ${USED} from llm_budgets where ${THIS}`, keyOf(window));
  return stateOf(rows[0] ?? { nanoUsd: 0, tokens: 0 }, budget);
}

/** How full the window of this moment is: for whoever makes a prompt, as a tight budget allows less. */
export async function readBudget({ pool, now }: LlmLogDeps, owner: BudgetOwner, budget: Budget): Promise<BudgetState> {
  const clock = await pool.query<{ ms: number }>(`select ${epochMs('clock_timestamp()')} as ms`);
  const nowMs = now === undefined ? (clock.rows[0]?.ms ?? Number.NaN) : await now();
  return readWindow(pool, budgetWindow(owner, budget, nowMs), budget);
}
