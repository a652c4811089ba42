/** Rows of calls to LLMs, as they are read. */

import { llmCallId } from '../../domain/ids.ts';
import type { Client, Pool } from '../../log/db/database.ts';
import type { CallState } from '../../wire/llmCall.ts';
import type { LlmAbstention } from '../wire/abstentions.ts';
import { toUsd } from './budget.ts';
import { epochMs } from './underModel.ts';

/** One request, or one answer that was taken again. While it is open, tokens and cost are what is reserved. */
export interface KeptCall {
  readonly id: string;
  readonly eventPosition: number;
  readonly step: string;
  readonly model: string;
  readonly promptVersion: string;
  readonly state: CallState;
  /** An abstention or a fault. */
  readonly code: LlmAbstention | string | null;
  readonly note: string | null;
  readonly startedAtMs: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly costUsd: number;
  readonly ms: number;
  readonly requestId: string | null;
  readonly tight: boolean;
  /** `{value}` or `{calls}`, of those that ended well. */
  readonly answer: string | null;
  /** The call whose answer was taken again. */
  readonly reused: string | null;
}

interface Row {
  event_position: number;
  number: number;
  step: string;
  model: string;
  prompt_version: string;
  state: CallState;
  code: string | null;
  note: string | null;
  started_ms: number;
  input_tokens: number;
  output_tokens: number;
  nano_usd: number;
  ms: number | null;
  request_id: string | null;
  tight: boolean;
  answer: string | null;
  reused: string | null;
}

const COLUMNS = `event_position, number, step, model, prompt_version, state, code, note, ${epochMs('started_at')} as started_ms, input_tokens,
  output_tokens, nano_usd, ms, request_id, tight, answer, reused`;

/** Its step has its answer or its abstention: no request follows. */
export const isOver = ({ state }: Pick<KeptCall, 'state'>): boolean => state === 'answered' || state === 'abstained' || state === 'reused';

export interface EventPlace {
  readonly tenant: string;
  readonly flow: string;
  readonly eventPosition: number;
}

function keptCall({ tenant, flow }: { tenant: string; flow: string }, row: Row): KeptCall {
  const at = { tenant, log: flow, position: row.event_position };
  return {
    ...{ id: llmCallId(at, row.number), eventPosition: row.event_position, step: row.step, model: row.model },
    ...{ promptVersion: row.prompt_version, state: row.state, code: row.code, note: row.note, startedAtMs: row.started_ms },
    ...{ inputTokens: row.input_tokens, outputTokens: row.output_tokens, costUsd: toUsd(row.nano_usd), ms: row.ms ?? 0 },
    ...{ requestId: row.request_id, tight: row.tight, answer: row.answer, reused: row.reused },
  };
}

/** All calls about one event, in the order of their start. An event has few: `callsMax`, and one reused answer a step. */
export async function readEventCalls(client: Client | Pool, at: EventPlace): Promise<KeptCall[]> {
  const { rows } = await client.query<Row>(
    `select ${COLUMNS} from llm_calls where tenant = $1 and flow = $2 and event_position = $3 order by number`,
    [at.tenant, at.flow, at.eventPosition],
  );
  return rows.map((row) => keptCall(at, row));
}

/** All calls about some events of a flow, for a timeline or what decisions cost. */
export async function readLlmCalls(
  pool: Pool,
  of: { tenant: string; flow: string },
  eventPositions: readonly number[],
): Promise<KeptCall[]> {
  const { rows } = await pool.query<Row>(
    `select c.* from unnest($3::bigint[]) as q(position) cross join lateral (
      select ${COLUMNS} from llm_calls where tenant = $1 and flow = $2 and event_position = q.position order by number limit 1000) c`,
    [of.tenant, of.flow, eventPositions],
  );
  return rows.map((row) => keptCall(of, row));
}

/** The newest answer that was given to the same question since then. */
export async function readSameQuestion(
  client: Client,
  { tenant, flow, question, sinceMs }: { tenant: string; flow: string; question: Buffer; sinceMs: number },
): Promise<KeptCall | null> {
  const { rows } = await client.query<Row>(
    `select ${COLUMNS} from llm_calls where tenant = $1 and flow = $2 and question = $3 and state = 'answered'
      and settled_at > to_timestamp($4::float8 / 1000) order by settled_at desc limit 1`,
    [tenant, flow, question, sinceMs],
  );
  return rows[0] === undefined ? null : keptCall({ tenant, flow }, rows[0]);
}
