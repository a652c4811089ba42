/** A call to an LLM as a decision shows it. */
import type { KeptCall } from '../../llm/record/calls.ts';
import type { LlmCall } from '../../wire/llmCall.ts';

export function shownCall(call: KeptCall): LlmCall {
  const {
    id,
    step,
    state,
    code,
    note,
    model,
    promptVersion: prompt,
    startedAtMs,
    ms,
    inputTokens,
    outputTokens,
    costUsd,
    requestId,
    reused,
  } = call;
  const at = new Date(startedAtMs).toISOString();
  return { id, step, state, code, note, model, prompt, at, ms, inputTokens, outputTokens, costUsd, requestId, reused };
}
