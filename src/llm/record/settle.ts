/**
 * How a request to an LLM ended: its row, what it cost, and what it says of its model, in one transaction.
 *
 * The first answer of a step stays. One that comes after it (an activity that ran twice, a worker that was taken for dead) is paid for and
 * kept as `late`, and whoever brought it is told the first.
 */

import type { CallState } from '../../wire/llmCall.ts';
import { type Health, judged } from '../wire/breaker.ts';
import type { Cost } from './budget.ts';
import { settleCost } from './budget.ts';
import { type EventPlace, isOver, type KeptCall, readEventCalls } from './calls.ts';
import { addTotal } from './totals.ts';
import { epochMs, keepModel, type LlmLogDeps, type LockedModel, mayBeLoading, timeOf, underModel } from './underModel.ts';

export interface Ending {
  readonly state: Extract<CallState, 'answered' | 'abstained' | 'off-schema' | 'failed' | 'cancelled'>;
  readonly code: string | null;
  readonly note: string | null;
  readonly answer: string | null;
  readonly requestId: string | null;
  /** Null: nobody knows, so that what was reserved is taken as spent. */
  readonly cost: Cost | null;
  readonly ms: number;
  readonly health: Health;
  /** The provider asked to be left alone for so long. */
  readonly pauseMs: number | null;
}

export interface Settled {
  /** The row; of a `late` one, the row whose answer counts. */
  readonly call: KeptCall;
  /** The breaker opened by this. */
  readonly opened: boolean;
}

interface Reserved {
  state: CallState;
  step: string;
  input_tokens: number;
  output_tokens: number;
  nano_usd: number;
  window_seconds: number;
  window_ms: number;
  probe: boolean;
}

/** The code of a request that we hung up on. */
const TIMED_OUT = 'timeout';

const THIS = 'tenant = $1 and flow = $2 and event_position = $3 and number = $4';

/** Again, after a commit whose answer was lost: gives what stands. */
export function settle(deps: LlmLogDeps, call: EventPlace & { number: number; model: string }, ending: Ending): Promise<Settled> {
  const key = [call.tenant, call.flow, call.eventPosition, call.number];
  return underModel(deps, call.model, async (locked) => {
    const found = await locked.client.query<Reserved>(
      `select state, step, input_tokens, output_tokens, nano_usd, window_seconds, ${epochMs('window_start')} as window_ms, probe
      from llm_calls where ${THIS}`,
      key,
    );
    const row = found.rows[0];
    if (row === undefined) throw new Error(`Cannot settle call ${call.number} of ${call.flow}.${call.eventPosition} as it has no row`);
    const before = await readEventCalls(locked.client, call);
    if (row.state !== 'open') return { call: standing(before, call.number, row.step), opened: false };
    const isLate = before.some((other) => other.step === row.step && isOver(other));
    const reserved = { inputTokens: row.input_tokens, outputTokens: row.output_tokens, nanoUsd: row.nano_usd };
    const spent = ending.cost ?? reserved;
    const state = isLate ? 'late' : ending.state;
    await locked.client.query(
      `update llm_calls set state = $5, code = $6, note = $7, answer = $8, request_id = $9, ms = $10, settled_at = ${timeOf('$11')},
        input_tokens = $12, output_tokens = $13, nano_usd = $14 where ${THIS}`,
      [
        ...[...key, state, ending.code, ending.note, isLate ? null : ending.answer, ending.requestId, ending.ms, locked.nowMs],
        ...[spent.inputTokens, spent.outputTokens, spent.nanoUsd],
      ],
    );
    const window = { tenant: call.tenant, flow: call.flow, seconds: row.window_seconds, startMs: row.window_ms };
    await settleCost(locked.client, window, { reserved, spent });
    await addTotal(locked.client, call, { state, cost: spent });
    const opened = await tellModel(locked, ending, row.probe);
    return { call: standing(await readEventCalls(locked.client, call), call.number, row.step), opened };
  });
}

function standing(calls: readonly KeptCall[], number: number, step: string): KeptCall {
  const own = calls[number - 1];
  if (own === undefined) throw new Error(`Cannot find call ${number} among ${calls.length}`);
  return own.state === 'late' ? (calls.find((call) => call.step === step && isOver(call)) ?? own) : own;
}

/** Whether the breaker opened. */
async function tellModel(locked: LockedModel, { health, pauseMs, code, note }: Ending, probe: boolean): Promise<boolean> {
  const { row, nowMs } = locked;
  const felt = health === 'failing' && code === TIMED_OUT && mayBeLoading(row, nowMs) ? 'neither' : health;
  const breaker = judged(row, { health: felt, probe }, nowMs);
  const pausedUntilMs = pauseMs === null ? row.pausedUntilMs : Math.max(row.pausedUntilMs ?? 0, nowMs + pauseMs);
  const well = felt === 'well' ? { trouble: null, answeredMs: nowMs, silentSinceMs: null } : {};
  const ill = felt === 'failing' || felt === 'quota' || pauseMs !== null ? { trouble: troubleOf(code, note) } : {};
  await keepModel(locked, { ...row, ...breaker, pausedUntilMs, ...well, ...ill });
  return (breaker.openUntilMs ?? 0) > (row.openUntilMs ?? 0);
}

/** A note says the code already where the call ended for good. */
const troubleOf = (code: string | null, note: string | null): string | null =>
  [code, note].filter((one) => one !== null).join(': ') || null;
