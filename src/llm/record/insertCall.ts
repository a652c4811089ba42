/** New rows of calls: requests that are about to be made, and answers that are taken again. */
import type { Client } from '../../log/db/database.ts';
import type { BudgetWindow, Cost } from './budget.ts';
import type { EventPlace, KeptCall } from './calls.ts';
import { addTotal } from './totals.ts';
import { timeOf } from './underModel.ts';

/** Whose row it is. */
export interface CallOwner extends EventPlace {
  readonly subject: string;
  readonly step: string;
  readonly model: string;
  readonly promptVersion: string;
  readonly question: Buffer;
}

interface OpenCall {
  readonly number: number;
  readonly nowMs: number;
  readonly overMs: number;
  readonly cost: Cost;
  readonly window: BudgetWindow;
  readonly tight: boolean;
  readonly probe: boolean;
}

const OWNER = 'tenant, flow, event_position, number, subject, step, model, prompt_version, question';
const ownerValues = ({ tenant, flow, eventPosition, ...owner }: CallOwner, number: number): unknown[] => [
  ...[tenant, flow, eventPosition, number, owner.subject, owner.step, owner.model, owner.promptVersion, owner.question],
];

export async function insertOpen(
  client: Client,
  owner: CallOwner,
  { number, nowMs, overMs, cost, window, tight, probe }: OpenCall,
): Promise<void> {
  await client.query(
    `insert into llm_calls (${OWNER}, state, started_at, input_tokens, output_tokens, nano_usd, window_seconds, window_start, tight, probe, over_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'open', ${timeOf('$10')}, $11, $12, $13, $14, ${timeOf('$15')}, $16, $17, ${timeOf('$18')})`,
    [
      ...ownerValues(owner, number),
      ...[nowMs, cost.inputTokens, cost.outputTokens, cost.nanoUsd, window.seconds, window.startMs, tight, probe, overMs],
    ],
  );
}

interface Reused {
  readonly number: number;
  readonly nowMs: number;
  readonly tight: boolean;
  /** Whose answer is taken again. */
  readonly same: KeptCall;
}

/** It costs nothing, and no limit counts it. */
export async function insertReused(client: Client, owner: CallOwner, { number, nowMs, tight, same }: Reused): Promise<void> {
  await client.query(
    `insert into llm_calls (${OWNER}, state, started_at, settled_at, input_tokens, output_tokens, nano_usd, tight, ms, answer, reused)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'reused', ${timeOf('$10')}, ${timeOf('$10')}, 0, 0, 0, $11, 0, $12, $13)`,
    [...ownerValues(owner, number), nowMs, tight, same.answer, same.id],
  );
  await addTotal(client, owner, { state: 'reused', cost: { inputTokens: 0, outputTokens: 0, nanoUsd: 0 } });
}
