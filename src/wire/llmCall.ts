/** A call to an LLM, as a decision shows those that were made about its event. What was asked and answered stands on the timeline. */
import { z } from 'zod';
import { at } from './fields.ts';

export const LLM_CALL_STATES = ['open', 'answered', 'abstained', 'off-schema', 'failed', 'cancelled', 'late', 'reused'] as const;

export const llmCall = z.object({
  id: z.string().regex(/^llm_/),
  step: z.string().describe('Which question of its event it asked'),
  state: z
    .enum(LLM_CALL_STATES)
    .describe('`open`: under way, or its worker died; `late`: another answer was first; `reused`: from the record'),
  code: z.string().nullable().describe('Why it gave no answer'),
  note: z
    .string()
    .nullable()
    .describe("What more is known of that: the server's own sentence, redacted, or what was wrong with the answer"),
  model: z.string(),
  prompt: z.string().describe('Name and version of the prompt'),
  at,
  ms: z.number(),
  inputTokens: z.number().int(),
  outputTokens: z.number().int(),
  costUsd: z.number(),
  requestId: z.string().nullable().describe("The provider's"),
  reused: z.string().nullable().describe('The call whose answer it is'),
});

export type CallState = (typeof LLM_CALL_STATES)[number];
export type LlmCall = z.infer<typeof llmCall>;
