/** What asking an LLM takes and gives. */
import type { ChatCompletionAssistantMessageParam, ChatCompletionMessageParam } from 'openai/resources/chat/completions';
import type { z } from 'zod';
import type { LlmRung } from '../policy/ladderPolicy.ts';
import type { LlmAbstention } from './wire/abstentions.ts';
import type { LlmTool } from './wire/question.ts';
import type { ToolCall } from './wire/readAnswer.ts';

export interface LlmCall {
  readonly tenant: string;
  readonly flow: string;
  readonly eventPosition: number;
  readonly subject: string;
  /** Names the question within its event: the same step again gives the recorded answer, never a second one. */
  readonly step: string;
  readonly terms: LlmRung;
  readonly promptVersion: string;
  readonly messages: readonly ChatCompletionMessageParam[];
  /** Strict; sent as the schema of the answer, which is parsed by it. Its own choices (a text of a list) are told from other errors. */
  readonly answer: z.ZodObject;
  /** Offered; [] is none. */
  readonly tools: readonly LlmTool[];
  /** Nobody wants the answer any more: the request is dropped. */
  readonly signal: AbortSignal;
}

export interface CallRecord {
  readonly id: string;
  readonly model: string;
  readonly promptVersion: string;
  readonly requestId: string | null;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly costUsd: number;
  readonly ms: number;
  /** Answered from the record of an identical question. */
  readonly reused: boolean;
  /** The budget was at or above `tight.fromShare`. */
  readonly tight: boolean;
}

export type LlmSaid =
  | { readonly kind: 'answer'; readonly value: unknown; readonly call: CallRecord }
  | {
      readonly kind: 'tools';
      readonly calls: readonly ToolCall[];
      /** To be appended to the messages, before the tools' answers. */
      readonly message: ChatCompletionAssistantMessageParam;
      readonly call: CallRecord;
    }
  | { readonly kind: 'abstained'; readonly code: LlmAbstention; readonly why: string; readonly call: CallRecord | null };
