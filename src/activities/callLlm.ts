/** Asks an LLM, once, safely. */
import type { ChatCompletionAssistantMessageParam, ChatCompletionMessageParam } from 'openai/resources/chat/completions';
import type { Logger } from 'pino';
import type { z } from 'zod';
import type { LlmRung } from '../ladderPolicy.ts';
import type { LlmAbstention } from '../llm/abstentions.ts';
import type { LlmTarget } from '../llm/target.ts';
import type { Pool } from '../log/database.ts';

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
  /** Strict; sent as the schema of the answer, which is parsed by it. */
  readonly answer: z.ZodObject;
  /** Offered; [] is none. */
  readonly tools: readonly LlmTool[];
  readonly signal: AbortSignal;
}

export interface LlmTool {
  readonly name: string;
  readonly description: string;
  /** JSON schema. */
  readonly parameters: Record<string, unknown>;
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

export interface ToolCall {
  readonly id: string;
  readonly name: string;
  /** JSON as the model wrote it: to be parsed by whoever takes the call. */
  readonly arguments: string;
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

export interface LlmDeps {
  readonly pool: Pool;
  readonly logger: Logger;
  /** Null: not configured. */
  readonly llm: LlmTarget | null;
  /** In place of the database's clock, for tests that skip time. */
  readonly now?: () => Promise<number> | number;
}

export function createCallLlm(_deps: LlmDeps): (call: LlmCall) => Promise<LlmSaid> {
  return async () => {
    throw new Error('being built');
  };
}
