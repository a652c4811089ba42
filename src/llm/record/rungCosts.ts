/**
 * What the LLM's rung cost, from the rows of its requests. The answer that counted knows only its own price: a first one that was off its
 * form, a try that ran out of time and what a worker asked that was killed are paid too.
 */
import type { RungFinding } from '../../domain/decision.ts';
import type { FlowLog } from '../../log/caseLog.ts';
import type { Client } from '../../log/db/database.ts';
import { toUsd } from './budget.ts';

interface Found {
  readonly position: number;
  readonly draft: { readonly rungs: readonly RungFinding[] };
}

const isLlm = ({ rung }: RungFinding): boolean => rung === 'llm';

/** The same, with what each rung that asked has cost by now: while a request is under way, at most. In an earlier run it may have asked, too. */
export async function withRungCosts<Draft extends Found>(
  client: Client,
  { tenant, flow }: FlowLog,
  drafts: readonly Draft[],
): Promise<Draft[]> {
  const positions = drafts.filter(({ draft }) => draft.rungs.some(isLlm)).map(({ position }) => position);
  if (positions.length === 0) return [...drafts];
  const { rows } = await client.query<{ position: number; nanoUsd: number }>(
    `select q.position, c.nano as "nanoUsd" from unnest($3::bigint[]) as q(position) cross join lateral (
      select sum(nano_usd)::int8 as nano from llm_calls where tenant = $1 and flow = $2 and event_position = q.position) c where c.nano is not null`,
    [tenant, flow, positions],
  );
  const costs = new Map(rows.map(({ position, nanoUsd }) => [position, toUsd(nanoUsd)]));
  return drafts.map((one) => {
    const costUsd = costs.get(one.position);
    const rungs = one.draft.rungs.map((found) => (isLlm(found) && costUsd !== undefined ? { ...found, costUsd } : found));
    return { ...one, draft: { ...one.draft, rungs } };
  });
}
