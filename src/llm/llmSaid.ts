/** What a call's row says to whoever asked: the same whether it was written just now or by a worker that is gone. */
import { z } from 'zod';
import type { Json } from '../domain/event.ts';
import type { CallRecord, LlmCall, LlmSaid } from './llmCall.ts';
import type { KeptCall } from './record/calls.ts';
import { LLM_ABSTENTIONS, type LlmAbstention } from './wire/abstentions.ts';
import { fits, type ToolCall } from './wire/readAnswer.ts';

/** Written by `endingOf`. */
const kept = z.union([
  z.object({ value: z.json() }),
  z.object({ calls: z.array(z.object({ id: z.string(), name: z.string(), arguments: z.string() })) }),
]);

function recordOf({ id, model, promptVersion, requestId, inputTokens, outputTokens, costUsd, ms, tight, reused }: KeptCall): CallRecord {
  return { id, model, promptVersion, requestId, inputTokens, outputTokens, costUsd, ms, reused: reused !== null, tight };
}

const isAbstention = (code: string | null): code is LlmAbstention => code !== null && Object.hasOwn(LLM_ABSTENTIONS, code);

export function abstention(code: LlmAbstention, call: KeptCall | null): LlmSaid {
  const note = call?.code === code ? call.note : code === 'calls-spent' && call?.code ? `the last: ${call.code}` : null;
  const why = `${LLM_ABSTENTIONS[code]}${note === null ? '' : ` (${note})`}`;
  return { kind: 'abstained', code, why, call: call === null ? null : recordOf(call) };
}

const messageOf = (calls: readonly ToolCall[]) => ({
  role: 'assistant' as const,
  content: null,
  tool_calls: calls.map(({ id, name, arguments: text }) => ({ id, type: 'function' as const, function: { name, arguments: text } })),
});

/** An answer that was kept under other terms counts only where it fits those of now. */
export function saidByRow(row: KeptCall, { answer, tools }: Pick<LlmCall, 'answer' | 'tools'>): LlmSaid {
  if (row.answer === null) {
    if (!isAbstention(row.code)) throw new Error(`Cannot tell what ${row.id} says, as its code is ${row.code}`);
    return abstention(row.code, row);
  }
  const said = kept.parse(JSON.parse(row.answer));
  const call = recordOf(row);
  if ('calls' in said) {
    const offered = said.calls.every(({ name }) => tools.some((tool) => tool.name === name));
    return offered ? { kind: 'tools', calls: said.calls, message: messageOf(said.calls), call } : abstention('tool-not-offered', row);
  }
  const reading = fits(said.value as Json, answer);
  if (reading.kind === 'answer') return { kind: 'answer', value: reading.value, call };
  return abstention(reading.kind === 'abstained' ? reading.code : 'off-schema', row);
}
