/** The shape of a call to an LLM, as a decision shows those that were made about its event. */
import { z } from 'zod';
import type { CallState, KeptCall } from '../../llm/record/calls.ts';

const STATES = [
  'open',
  'answered',
  'abstained',
  'off-schema',
  'failed',
  'cancelled',
  'late',
  'reused',
] as const satisfies readonly CallState[];

export const llmCall = z.object({
  id: z.string().regex(/^llm_/),
  step: z.string().describe('Which question of its event it asked'),
  state: z.enum(STATES).describe('`open`: under way, or its worker died; `late`: another answer was first; `reused`: from the record'),
  code: z.string().nullable().describe('Why it gave no answer'),
  model: z.string(),
  prompt: z.string().describe('Name and version of the prompt'),
  at: z.iso.datetime(),
  ms: z.number(),
  inputTokens: z.number().int(),
  outputTokens: z.number().int(),
  costUsd: z.number(),
  requestId: z.string().nullable().describe("The provider's"),
  reused: z.string().nullable().describe('The call whose answer it is'),
});

/** What was asked and answered stands on the timeline. */
export function shownCall(call: KeptCall): z.infer<typeof llmCall> {
  const {
    id,
    step,
    state,
    code,
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
  return { id, step, state, code, model, prompt, at, ms, inputTokens, outputTokens, costUsd, requestId, reused };
}
